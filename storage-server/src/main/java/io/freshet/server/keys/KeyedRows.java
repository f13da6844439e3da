/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.Location;
import io.freshet.server.log.BucketId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a primary-key table's bucket are live. A batch is decided before it goes to the
 * log, which looks up what it supersedes, and applied when it is durable, which hides those rows.
 *
 * <p>Changes since the base are in two parts while a tiering is under way: those below its cut,
 * which the next base will hold, and those after. A new base makes the first part go, and what the
 * second one has superseded of it is found at its new place through the position notes.
 *
 * <p>All methods belong to the bucket's event loop.
 */
public final class KeyedRows implements AutoCloseable {
  private final BucketId bucket;
  private final BucketKeys keys;
  private final OffsetSet dead;
  private final List<Long> supersededBelowCut = new ArrayList<>();

  /** Decisions whose changes are not visible yet, by the first one's offset. */
  private final NavigableMap<Long, Decision> unapplied = new TreeMap<>();

  private OverlayBitmaps overlay = new OverlayBitmaps();
  private @Nullable Cut cut;

  /** A cut whose changes are on their way to the lake. */
  private static final class Cut {
    private CompletableFuture<RowCut> reached = new CompletableFuture<>();
    private OverlayBitmaps overlay;
    private long offset;

    Cut(long offset, OverlayBitmaps overlay) {
      this.offset = offset;
      this.overlay = overlay;
    }

    void move(FileMoves moves) {
      overlay = overlay.moved(moves);
      if (reached.isDone() && !reached.isCompletedExceptionally()) {
        FrozenOffsets dead = reached.join().dead();
        reached = CompletableFuture.completedFuture(new RowCut(offset, dead, overlay.freeze()));
      }
    }
  }

  /**
   * @param keys belong to this
   * @param tieredOffset of the base; no change from there on is known yet
   */
  public KeyedRows(BucketId bucket, BucketKeys keys, long tieredOffset) {
    this.bucket = bucket;
    this.keys = keys;
    this.dead = new OffsetSet(tieredOffset);
  }

  /** Looks up what the changes of a batch supersede, and takes their keys in. */
  public Decision decide(KeyHashes hashes, ChangeCodes codes, long startOffset) {
    Decision decision = keys.decide(hashes, codes, startOffset);
    unapplied.put(startOffset, decision);
    return decision;
  }

  /**
   * Where the rows of keys are, as the changes below {@code endOffset} have left them; ABSENT for
   * keys without a row: long[hashes.count()].
   *
   * @param endOffset up to which changes were applied
   */
  public long[] locate(KeyHashes hashes, long endOffset) {
    return keys.locate(hashes, endOffset, this::unapplied);
  }

  /**
   * Takes back decisions whose batches the log has refused, the newest first.
   *
   * @param nextOffset where the log goes on
   * @param endOffset up to which changes were applied
   */
  public void undo(List<Decision> newestFirst, long nextOffset, long endOffset) {
    for (Decision decision : newestFirst) {
      keys.undo(decision);
      unapplied.remove(decision.startOffset());
    }
    if (cut != null && cut.offset > nextOffset) {
      cut.offset = nextOffset;
      completeCut(endOffset);
    }
  }

  /** Hides what a durable batch supersedes. */
  public void apply(Decision decision) {
    unapplied.remove(decision.startOffset());
    for (int row = 0; row < decision.rows(); row++) {
      long offset = decision.startOffset() + row;
      hide(keys.current(decision.previous()[row]), offset);
      if (decision.isDelete()[row]) {
        dead.add(offset);
      }
    }
    completeCut(decision.startOffset() + decision.rows());
  }

  /** The state of the rows now. */
  public RowCut freeze(long endOffset) {
    Map<Integer, PositionBitmap> all = overlay.freeze();
    if (cut != null) {
      Map<Integer, PositionBitmap> below = cut.overlay.freeze();
      all = all.isEmpty() ? below : union(all, below);
    }
    return new RowCut(endOffset, dead.freeze(), all);
  }

  /**
   * Begins a new part after the changes that were decided until now, unless there is one whose
   * changes are not in the base yet.
   *
   * @param nextOffset of the next change
   * @param endOffset up to which changes were applied
   * @return completes with the state at the cut when all changes below it were applied; fails with
   *     a RETRY error if the last cut's keys are not in the durable index yet
   */
  public CompletableFuture<RowCut> seal(long nextOffset, long endOffset) {
    if (cut != null) {
      return cut.reached;
    }
    if (!keys.seal()) {
      return CompletableFuture.failedFuture(
          FreshetException.of(
              OVERLOADED,
              "The key index of bucket %s still takes in the keys of the last tiering: try again after a"
                  + " pause",
              bucket));
    }
    cut = new Cut(nextOffset, overlay);
    overlay = new OverlayBitmaps();
    CompletableFuture<RowCut> reached = cut.reached;
    completeCut(endOffset);
    return reached;
  }

  /**
   * Goes on from a base that holds everything below the cut. Takes a time that does not depend on
   * how much that was: the durable index follows in small steps.
   *
   * @return completes when it has, and the next cut may be made
   */
  public CompletableFuture<Void> rebase(NewBase base) {
    CompletableFuture<Void> followed = keys.rebase(base);
    for (long offset : supersededBelowCut) {
      long location = keys.current(offset);
      if (Location.isLake(location)) {
        overlay.add(Location.fileNumber(location), Location.position(location));
      }
    }
    supersededBelowCut.clear();
    cut = null;
    dead.dropBelow(base.tieredOffset());
    return followed;
  }

  /**
   * Goes on from a base that a compaction has made: the rows are the same, and some of them are at
   * other places. Takes a time that depends on how many of those are hidden or about to be.
   */
  public void move(FileMoves moves, IndexCheckpoint checkpoint) {
    // They were made before, and may be held for as long as a transaction takes to be written.
    unapplied
        .values()
        .forEach(decision -> decision.movePrevious(previous -> moves.map(keys.current(previous))));
    keys.move(moves, checkpoint);
    overlay = overlay.moved(moves);
    if (cut != null) {
      cut.move(moves);
    }
  }

  /** Why the keys can't be used any more, if so. */
  public @Nullable FreshetException damage() {
    return keys.damage();
  }

  public BucketKeys keys() {
    return keys;
  }

  @Override
  public void close() {
    keys.close();
    if (cut != null) {
      cut.reached.completeExceptionally(
          FreshetException.of(OVERLOADED, "Bucket %s was closed", bucket));
    }
  }

  /** Completes when rows that were closed no longer touch the files of their keys. */
  public CompletableFuture<Void> closed() {
    return keys.closed();
  }

  private Decision unapplied(long offset) {
    Map.Entry<Long, Decision> found = unapplied.floorEntry(offset);
    if (found == null || offset >= found.getKey() + found.getValue().rows()) {
      throw new IllegalStateException(
          "Bucket " + bucket + " has a key of offset " + offset + ", which was never decided");
    }
    return found.getValue();
  }

  private void hide(long previous, long offset) {
    if (Location.isFresh(previous)) {
      dead.add(previous);
      if (cut != null && previous < cut.offset && offset >= cut.offset) {
        supersededBelowCut.add(previous);
      }
    } else if (Location.isLake(previous)) {
      OverlayBitmaps part = cut != null && offset < cut.offset ? cut.overlay : overlay;
      part.add(Location.fileNumber(previous), Location.position(previous));
    }
  }

  private void completeCut(long endOffset) {
    if (cut != null && endOffset >= cut.offset && !cut.reached.isDone()) {
      cut.reached.complete(new RowCut(cut.offset, dead.freeze(), cut.overlay.freeze()));
    }
  }

  private static Map<Integer, PositionBitmap> union(
      Map<Integer, PositionBitmap> one, Map<Integer, PositionBitmap> other) {
    Map<Integer, PositionBitmap> union = new HashMap<>(one);
    other.forEach((file, positions) ->
        union.merge(
            file,
            positions,
            (a, b) -> {
              PositionBitmap both = a.copy();
              both.addAll(b);
              return both;
            }));
    return union;
  }
}
