/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static io.freshet.error.FreshetErrorCode.INDEX_CORRUPT;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.KeyIndex;
import io.freshet.server.index.Location;
import io.freshet.server.log.BucketId;
import io.freshet.server.loop.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one bucket. The durable index knows where each key's row is in the base. In front of
 * it are the keys that have changed since the base, in an index of their own that lives as long as
 * they are fresh; two of them while a tiering is under way. Such a generation has a key's newest
 * fresh offset, marked if that change is a delete.
 *
 * <p>A new base makes the older generation obsolete, once the durable index has taken over the
 * places where its rows went. That happens in small steps between other work; until it is done the
 * generation still answers, through the position notes.
 *
 * <p>All methods belong to the bucket's event loop.
 */
public final class BucketKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BucketKeys.class);

  /** Set in a generation's fresh locations whose change is a delete. */
  private static final long DELETED = 1L << 62;

  private static final int STEP_KEYS = 4096;
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final BucketId bucket;
  private final EventLoop loop;
  private final KeyIndex durable;
  private final Supplier<CompletableFuture<KeyIndex>> newGeneration;

  private KeyIndex active;
  private @Nullable KeyIndex sealed;
  private @Nullable KeyIndex spare;

  private TieredLocations notes = TieredLocations.NONE;
  private long tieredOffset;
  private @Nullable FreshetException damage;
  private boolean isClosed;

  /** Completes when no generation is being made or let go of. */
  private CompletableFuture<Void> generationsSettled = CompletableFuture.completedFuture(null);

  /** The durable index on its way to a new base. */
  private static final class Following {
    private final KeyChanges changes;
    private final IndexCheckpoint checkpoint;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int removed;
    private int moved;

    Following(KeyChanges changes, IndexCheckpoint checkpoint) {
      this.changes = changes;
      this.checkpoint = checkpoint;
    }
  }

  /**
   * @param durable stands for the base exactly; belongs to this, as the generation does
   * @param newGeneration makes an empty index, after the last one that it made was closed
   */
  public BucketKeys(
      BucketId bucket,
      EventLoop loop,
      KeyIndex durable,
      KeyIndex active,
      Supplier<CompletableFuture<KeyIndex>> newGeneration,
      long tieredOffset) {
    this.bucket = bucket;
    this.loop = loop;
    this.durable = durable;
    this.active = active;
    this.newGeneration = newGeneration;
    this.tieredOffset = tieredOffset;
  }

  /** Begins to make what the next {@link #seal} needs. */
  public void start() {
    if (!isClosed) {
      generationsSettled = makeSpare();
    }
  }

  Decision decide(KeyHashes keys, ChangeCodes codes, long startOffset) {
    if (isClosed) {
      throw FreshetException.of(
          TABLE_NOT_READY,
          "Bucket %s was closed, as its table is: try again after a pause",
          bucket);
    }
    if (damage != null) {
      throw damage;
    }
    int rows = keys.count();
    long[] locations = new long[rows];
    boolean[] isDelete = new boolean[rows];
    for (int row = 0; row < rows; row++) {
      isDelete[row] = codes.isDelete(row);
      long location = Location.ofFresh(startOffset + row);
      locations[row] = isDelete[row] ? location | DELETED : location;
    }
    long[] shadowed = new long[rows];
    active.upsert(keys, locations, shadowed);
    try {
      long[] previous = resolve(keys, shadowed);
      return new Decision(startOffset, keys, active, shadowed, isDelete, previous);
    } catch (RuntimeException e) {
      putBack(active, keys, shadowed);
      throw noteDamage(e);
    }
  }

  void undo(Decision decision) {
    if (isClosed) {
      return; // The log's answer came after the close, and nobody looks anything up any more.
    }
    putBack(decision.generation(), decision.keys(), decision.shadowed());
  }

  /** Where a row is in this base that was at a location of this one or the one before. */
  long current(long location) {
    if (!Location.isFresh(location)) {
      return location;
    }
    if ((location & DELETED) != 0) {
      return Location.ABSENT;
    }
    return location >= tieredOffset ? location : notes.of(location);
  }

  /**
   * The locations of the rows that are live after the changes below {@code endOffset}, or ABSENT:
   * long[keys.count()].
   *
   * @param later the decision that has the change at an offset not below {@code endOffset}
   */
  long[] locate(KeyHashes keys, long endOffset, LongFunction<Decision> later) {
    if (damage != null) {
      throw damage;
    }
    if (isClosed) {
      throw FreshetException.of(
          TABLE_NOT_READY,
          "The keys of bucket %s are closed, as its table is: try again after a pause",
          bucket);
    }
    int[] unknown = IntStream.range(0, keys.count()).toArray();
    int count = unknown.length;
    long[] located = new long[count];
    try {
      for (KeyIndex index :
          sealed == null ? List.of(active, durable) : List.of(active, sealed, durable)) {
        KeyHashes some = count == keys.count() ? keys : keys.pick(unknown, count);
        long[] found = new long[count];
        index.get(some, found);
        int missing = 0;
        for (int i = 0; i < count; i++) {
          long seen = before(found[i], endOffset, later);
          if (Location.isAbsent(seen)) {
            unknown[missing++] = unknown[i];
          } else {
            located[unknown[i]] = current(seen);
          }
        }
        count = missing;
      }
    } catch (RuntimeException e) {
      throw noteDamage(e);
    }
    for (int i = 0; i < count; i++) {
      located[unknown[i]] = Location.ABSENT;
    }
    return located;
  }

  /** What a generation had for a key before the changes from {@code endOffset} on. */
  private static long before(long found, long endOffset, LongFunction<Decision> later) {
    long location = found;
    while (Location.isFresh(location) && (location & ~DELETED) >= endOffset) {
      long offset = location & ~DELETED;
      Decision decision = later.apply(offset);
      location = decision.shadowed()[(int) (offset - decision.startOffset())];
    }
    return location;
  }

  /** Begins a new generation; false if that is not possible yet. */
  boolean seal() {
    if (spare == null || sealed != null || damage != null) {
      return false;
    }
    sealed = active;
    active = spare;
    spare = null;
    return true;
  }

  CompletableFuture<Void> rebase(NewBase base) {
    tieredOffset = base.tieredOffset();
    notes = base.notes();
    Following next = new Following(base.changes(), base.checkpoint());
    loop.execute(() -> follow(next));
    return next.done;
  }

  /** Goes on from a base in which a compaction has moved rows, once the last one was taken in. */
  void move(FileMoves moves, IndexCheckpoint checkpoint) {
    var unused = durable.remap(moves);
    checkpoint(checkpoint);
  }

  @Nullable FreshetException damage() {
    return damage;
  }

  /** Memory and files of the durable index, for metrics. */
  public KeyIndex durable() {
    return durable;
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    durable.close();
    active.close();
    if (sealed != null) {
      sealed.close();
    }
    if (spare != null) {
      spare.close();
    }
  }

  /** Completes when keys that were closed no longer touch their files. */
  CompletableFuture<Void> closed() {
    return CompletableFuture.allOf(
        Stream.concat(
                Stream.of(durable, active, sealed, spare)
                    .filter(Objects::nonNull)
                    .map(KeyIndex::closed),
                Stream.of(generationsSettled))
            .toArray(CompletableFuture[]::new));
  }

  /**
   * Completes what the active generation has found, by those below it.
   *
   * @param found raw locations of the active generation, ABSENT for keys that it does not know
   */
  private long[] resolve(KeyHashes keys, long[] found) {
    int[] unknown = new int[found.length];
    int count = 0;
    long[] resolved = new long[found.length];
    for (int row = 0; row < found.length; row++) {
      if (Location.isAbsent(found[row])) {
        unknown[count++] = row;
      } else {
        resolved[row] = current(found[row]);
      }
    }
    if (sealed != null && count > 0) {
      count = find(sealed, keys, unknown, count, resolved);
    }
    if (count > 0) {
      count = find(durable, keys, unknown, count, resolved);
    }
    for (int i = 0; i < count; i++) {
      resolved[unknown[i]] = Location.ABSENT;
    }
    return resolved;
  }

  /** Looks some rows up, and keeps those that are not found. */
  private int find(KeyIndex index, KeyHashes keys, int[] rows, int count, long[] resolved) {
    KeyHashes some = count == keys.count() ? keys : keys.pick(rows, count);
    long[] found = new long[count];
    index.get(some, found);
    int missing = 0;
    for (int i = 0; i < count; i++) {
      if (Location.isAbsent(found[i])) {
        rows[missing++] = rows[i];
      } else {
        resolved[rows[i]] = current(found[i]);
      }
    }
    return missing;
  }

  private static void putBack(KeyIndex index, KeyHashes keys, long[] shadowed) {
    int rows = keys.count();
    int[] backwards = new int[rows];
    long[] before = new long[rows];
    for (int i = 0; i < rows; i++) {
      backwards[i] = rows - 1 - i;
      before[i] = shadowed[rows - 1 - i];
    }
    index.put(keys.pick(backwards, rows), before);
  }

  /** One step of the durable index on its way to the base. */
  private void follow(Following next) {
    if (isClosed) {
      next.done.completeExceptionally(new IllegalStateException("The bucket was closed"));
      return;
    }
    try {
      KeyChanges changes = next.changes;
      if (durable.freeEntries() < STEP_KEYS) {
        durable.retry();
        loop.schedule(PAUSE, () -> follow(next));
      } else if (next.removed < changes.removed().count()) {
        int count = Math.min(STEP_KEYS, changes.removed().count() - next.removed);
        durable.remove(changes.removed().slice(next.removed, count), new long[count]);
        next.removed += count;
        loop.execute(() -> follow(next));
      } else if (next.moved < changes.moved().count()) {
        int count = Math.min(STEP_KEYS, changes.moved().count() - next.moved);
        durable.put(
            changes.moved().slice(next.moved, count),
            Arrays.copyOfRange(changes.locations(), next.moved, next.moved + count));
        next.moved += count;
        loop.execute(() -> follow(next));
      } else {
        followed(next);
      }
    } catch (RuntimeException e) {
      next.done.completeExceptionally(noteDamage(e));
    }
  }

  private void followed(Following next) {
    checkpoint(next.checkpoint);
    KeyIndex obsolete = sealed;
    sealed = null;
    if (obsolete == null) {
      next.done.complete(null);
      return;
    }
    obsolete.close();
    generationsSettled =
        obsolete
            .closed()
            .thenComposeAsync(
                unused -> {
                  CompletableFuture<Void> made = isClosed ? done() : makeSpare();
                  next.done.complete(null);
                  return made;
                },
                loop);
  }

  /**
   * Makes the durable index's state a point to start again from; if that fails, the next one is.
   */
  public void checkpoint(IndexCheckpoint state) {
    durable
        .checkpoint(state)
        .whenComplete((unused, error) -> {
          if (error != null && !isClosed) {
            LOG.warn(
                "No checkpoint of the key index of bucket {}; a restart will read more of the lake: {}",
                bucket,
                error.toString());
          }
        });
  }

  /** Completes in the loop when there is one, or when it has failed and will be tried again. */
  private CompletableFuture<Void> makeSpare() {
    return newGeneration
        .get()
        .handleAsync(
            (made, error) -> {
              if (made == null) {
                LOG.warn(
                    "Can't make a key index for bucket {}, trying again: {}",
                    bucket,
                    String.valueOf(error));
                loop.schedule(Duration.ofSeconds(1), this::start);
              } else if (isClosed) {
                made.close();
                return made.closed();
              } else {
                spare = made;
              }
              return done();
            },
            loop)
        .thenCompose(settled -> settled);
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  private RuntimeException noteDamage(RuntimeException failure) {
    if (durable.damage().isPresent()) {
      damage =
          new FreshetException(
              INDEX_CORRUPT,
              String.format(
                  "The key index of bucket %s is damaged in %s: %s. Restart the server: it will rebuild the"
                      + " index from the lake.",
                  bucket, durable.damage().get().file(), durable.damage().get().reason()),
              failure);
      return damage;
    }
    return failure;
  }
}
