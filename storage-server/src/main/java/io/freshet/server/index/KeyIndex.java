/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.error.FreshetException;
import io.freshet.server.index.ManifestFormatV1.Manifest;
import io.freshet.server.index.ManifestFormatV1.RunEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * From the keys of a bucket to the locations of their newest rows.
 *
 * <p>The newest entries are in a table in memory. When it is full it is frozen, a new one takes its
 * place, and it is written as a run in the background; runs are merged there too. A lookup asks the
 * active table, the frozen ones and the runs, the newest first, for a group of keys at a time.
 *
 * <p>All methods but the static ones belong to the bucket's loop. Nothing there blocks, except that
 * a page of a run may have to come from the disk.
 */
public final class KeyIndex implements AutoCloseable {
  private final IndexEnvironment environment;
  private final KeyIndexConfiguration configuration;
  private final Layers layers;
  private final IndexMaintenance maintenance;
  private final int group;
  private final int[] rows = new int[EntrySource.GROUP];
  private long[] scratch = new long[EntrySource.GROUP];
  private KeyTable active;
  private @Nullable CompletableFuture<Void> closed;

  private KeyIndex(
      IndexEnvironment environment, IndexFiles files, List<Run> runs, long nextFileNumber) {
    this.environment = environment;
    this.configuration = environment.configuration();
    this.layers = new Layers(runs);
    this.maintenance = new IndexMaintenance(environment, files, layers, nextFileNumber);
    this.group = Math.min(EntrySource.GROUP, KeyTable.maxEntries(configuration.tableSlotBits()));
    this.active = newTable();
  }

  /**
   * Makes an empty index, in place of whatever is in its folder: for a new bucket, and to rebuild
   * one. Blocks; not for the loop.
   */
  public static KeyIndex create(IndexEnvironment environment) {
    IndexFiles files = files(environment);
    try {
      files.clear();
    } catch (IOException e) {
      throw cannot("create", environment, e);
    }
    return new KeyIndex(environment, files, List.of(), 0);
  }

  /**
   * Opens the last complete checkpoint, and deletes the files of later work. Blocks; not for the
   * loop. An index that was closed may be opened again when {@link #closed} has completed.
   */
  public static IndexOpening open(IndexEnvironment environment) {
    IndexFiles files = files(environment);
    try {
      Manifest manifest = files.readManifest();
      List<Run> runs = new ArrayList<>();
      for (RunEntry entry : manifest.runs()) {
        runs.add(files.open(entry, environment.configuration().verification()));
      }
      files.deleteUnnamed(manifest);
      return new RecoveredIndex(
          new KeyIndex(environment, files, runs, manifest.nextFileNumber()), manifest.checkpoint());
    } catch (MalformedIndexException e) {
      return e.toRebuild();
    } catch (IOException e) {
      throw cannot("open", environment, e);
    }
  }

  /**
   * How many entries can surely be stored before OVERLOADED. Each row of a batch may take one. A
   * caller that must not fail later asks before it makes a batch durable.
   */
  public long freeEntries() {
    return configuration.memoryEntries() - layers.frozenEntries() - active.entries();
  }

  /**
   * Finds the locations of keys.
   *
   * @param locations gets them: long[>= count], {@link Location#ABSENT} for a key without a row
   */
  public void get(KeyHashes keys, long[] locations) {
    check(keys, locations);
    for (int from = 0; from < keys.count(); from += group) {
      int count = Math.min(group, keys.count() - from);
      for (int i = 0; i < count; i++) {
        rows[i] = from + i;
      }
      int unknown = active.find(keys, rows, count, locations);
      layers.find(keys, rows, unknown, locations);
    }
  }

  /**
   * Stores new locations, and tells the ones that they supersede. Rows take effect in their order:
   * a key that comes again supersedes its row before. Fails with OVERLOADED, and changes nothing,
   * when too many entries wait to be written.
   *
   * @param locations of the new rows: long[>= count]; {@link Location#ABSENT} removes the key
   * @param previous gets the superseded ones: long[>= count], ABSENT for a key without a row
   */
  public void upsert(KeyHashes keys, long[] locations, long[] previous) {
    check(keys, locations);
    check(keys, previous);
    reserve(keys.count());
    for (int from = 0; from < keys.count(); from += group) {
      int to = Math.min(keys.count(), from + group);
      makeRoom(to - from);
      int missing = active.upsert(keys, from, to, locations, previous, rows);
      layers.find(keys, rows, missing, previous);
    }
  }

  /** Stores locations like {@link #upsert}, without looking for those that they supersede. */
  public void put(KeyHashes keys, long[] locations) {
    check(keys, locations);
    reserve(keys.count());
    long[] ignored = scratch(keys.count());
    for (int from = 0; from < keys.count(); from += group) {
      int to = Math.min(keys.count(), from + group);
      makeRoom(to - from);
      active.upsert(keys, from, to, locations, ignored, rows);
    }
  }

  /** Removes keys like {@link #upsert} with nothing but absent locations. */
  public void remove(KeyHashes keys, long[] previous) {
    long[] absent = scratch(keys.count());
    Arrays.fill(absent, 0, keys.count(), Location.ABSENT);
    upsert(keys, absent, previous);
  }

  /**
   * Moves the locations that are stored until now. It takes effect at once and costs nothing: from
   * now on, what lookups find goes through the mapping, until the entries are rewritten in the
   * background.
   *
   * @return completes in the loop when the mapping is no longer used
   */
  public CompletableFuture<Void> remap(LocationMapping mapping) {
    checkUsable();
    freezeActive();
    CompletableFuture<Void> done = layers.mappings().add(mapping);
    maintenance.advance();
    return done;
  }

  /**
   * Begins a checkpoint of the index as it is now, mappings included.
   *
   * @param state that the index stands for now
   * @return completes in the loop when it is durable; fails with a RETRY error if it can't be
   *     written, or if another one is under way
   */
  public CompletableFuture<Void> checkpoint(IndexCheckpoint state) {
    checkUsable();
    freezeActive();
    return maintenance.checkpoint(state);
  }

  /** Tries again what the disk has refused. For a timer; a checkpoint does it too. */
  public void retry() {
    checkUsable();
    maintenance.retry();
  }

  /** What was found to be corrupt while the index was in use; from then on it refuses to work. */
  public Optional<RebuildNeeded> damage() {
    return Optional.ofNullable(maintenance.damage());
  }

  /** Entries in runs, those that are superseded or removed included. */
  public long runEntries() {
    return layers.runs().stream().mapToLong(layer -> layer.source().entryCount()).sum();
  }

  /** Bytes of the run files that lookups use. */
  public long runBytes() {
    return layers.runs().stream().mapToLong(layer -> layer.source().sizeBytes()).sum();
  }

  public int runCount() {
    return layers.runs().size();
  }

  /** Bytes of all tables. */
  public long memoryBytes() {
    return active.sizeBytes()
        + layers.frozen().stream().mapToLong(layer -> layer.source().sizeBytes()).sum();
  }

  /** Releases the memory. What is not in a checkpoint is lost: the log has it. */
  @Override
  public void close() {
    if (closed == null) {
      closed = maintenance.close();
      active.close();
      layers.closeTables();
    }
  }

  /** Completes when an index that was closed no longer touches its files. */
  public CompletableFuture<Void> closed() {
    if (closed == null) {
      throw new IllegalStateException("The index is open");
    }
    return closed;
  }

  private void reserve(int count) {
    if (count > freeEntries()) {
      Exception failure = maintenance.writeFailure();
      throw FreshetException.of(
          OVERLOADED,
          "The key index of bucket %s has room for %d more entries, not for %d, until its tables"
              + " are written%s. Try again.",
          environment.bucket(),
          freeEntries(),
          count,
          failure == null ? "" : ", which has failed: " + failure);
    }
  }

  private void makeRoom(int count) {
    if (active.room() < count) {
      freezeActive();
      maintenance.retry();
    }
  }

  private void freezeActive() {
    if (active.entries() > 0) {
      KeyTable full = active;
      active = newTable();
      layers.freeze(full);
    }
  }

  private KeyTable newTable() {
    return new KeyTable(environment.allocator(), environment.form(), configuration.tableSlotBits());
  }

  private long[] scratch(int count) {
    if (scratch.length < count) {
      scratch = new long[count];
    }
    return scratch;
  }

  private void check(KeyHashes keys, long[] locations) {
    checkUsable();
    if (keys.form() != environment.form() || locations.length < keys.count()) {
      throw new IllegalArgumentException(
          keys.count() + " keys of form " + keys.form() + ", " + locations.length + " locations");
    }
  }

  private void checkUsable() {
    environment.loop().assertInLoop();
    if (closed != null) {
      throw new IllegalStateException("The index is closed");
    }
    RebuildNeeded damage = maintenance.damage();
    if (damage != null) {
      throw FreshetException.of(
          INTERNAL,
          "The key index of bucket %s is corrupt in file %s: %s. Rebuild it.",
          environment.bucket(),
          damage.file(),
          damage.reason());
    }
  }

  private static IndexFiles files(IndexEnvironment environment) {
    return new IndexFiles(
        environment.disk(),
        environment.folder(),
        environment.bucket(),
        environment.form(),
        environment.fingerprint());
  }

  private static FreshetException cannot(
      String what, IndexEnvironment environment, IOException cause) {
    return new FreshetException(
        LOG_WRITE_FAILED,
        String.format(
            "Cannot %s the key index of bucket %s in %s: %s. Free some space or check the disk,"
                + " then try again.",
            what, environment.bucket(), environment.disk().locate(environment.folder()), cause),
        cause);
  }
}
