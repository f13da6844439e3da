/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;

import io.freshet.bucket.BucketRouter;
import io.freshet.error.FreshetException;
import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.KeyEncoder;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.KeyIndex;
import io.freshet.server.index.Location;
import io.freshet.server.keys.BucketKeysOpener;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeChanges;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the durable indexes of a table to the base that the lake has now: by the rows that differ
 * between it and the snapshot that an index stands for, or by all rows if there is no such index.
 * Blocking.
 */
final class IndexFollower {
  private static final Logger LOG = LoggerFactory.getLogger(IndexFollower.class);
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int MAX_EXAMPLES = 5;

  private final TableDefinition definition;
  private final LakeTable lake;
  private final TableKeys keys;
  private final List<BucketKeysOpener> indexes;
  private final KeyEncoder encoder;
  private final @Nullable BucketRouter router;
  private final BufferAllocator allocator;
  private final List<String> duplicates = new ArrayList<>();

  /**
   * @param indexes of all buckets, in order of their numbers
   * @param allocator borrowed
   */
  IndexFollower(
      TableDefinition definition,
      LakeTable lake,
      TableKeys keys,
      List<BucketKeysOpener> indexes,
      BufferAllocator allocator) {
    this.definition = definition;
    this.lake = lake;
    this.keys = keys;
    this.indexes = List.copyOf(indexes);
    this.encoder = keys.newEncoder();
    this.router =
        indexes.size() == 1 ? null : new BucketRouter(definition.bucketKey(), indexes.size());
    this.allocator = allocator;
  }

  /** Brings all indexes to {@code base}, from wherever each of them is. */
  void follow(LakeState base) {
    Map<Long, List<BucketKeysOpener>> behind = new HashMap<>();
    for (BucketKeysOpener index : indexes) {
      IndexCheckpoint checkpoint = index.checkpoint();
      Long from = checkpoint == null ? null : checkpoint.baseSnapshotId();
      if (!Objects.equals(from, base.snapshotId())) {
        behind.computeIfAbsent(from, unused -> new ArrayList<>()).add(index);
      }
    }
    behind.forEach((from, those) -> follow(from, base, those));
  }

  private void follow(@Nullable Long from, LakeState base, List<BucketKeysOpener> behind) {
    LakeChanges changes;
    try {
      changes = lake.changes(from, base.snapshotId(), definition.primaryKey());
    } catch (FreshetException e) {
      if (from == null || e.code() != SNAPSHOT_EXPIRED) {
        throw e;
      }
      behind.forEach(BucketKeysOpener::clear);
      changes = lake.changes(null, base.snapshotId(), definition.primaryKey());
    }
    if (from != null && changes.rows() > base.rows()) { // As after all rows were removed.
      behind.forEach(BucketKeysOpener::clear);
      changes = lake.changes(null, base.snapshotId(), definition.primaryKey());
    }
    LOG.info(
        "Key index of table {}: reading {} rows of {} lake files",
        definition.name(),
        changes.rows(),
        changes.files());
    boolean[] isBehind = new boolean[indexes.size()];
    behind.forEach(index -> isBehind[index.bucket().bucket()] = true);
    read(changes, base, isBehind);
    behind.forEach(index -> index.checkpointed(base));
  }

  private void read(LakeChanges changes, LakeState base, boolean[] isBehind) {
    long startNanos = System.nanoTime();
    long shownNanos = startNanos;
    long rows = 0;
    try (LakeChanges.Batches batches = changes.open(allocator)) {
      for (LakeChanges.Batch batch = batches.next(); batch != null; batch = batches.next()) {
        apply(batch, isBehind);
        rows += batch.positions().length;
        if (System.nanoTime() - shownNanos > PROGRESS_NANOS) {
          shownNanos = System.nanoTime();
          LOG.info("Key index of table {}: {} of {} rows", definition.name(), rows, changes.rows());
        }
      }
    }
    if (!duplicates.isEmpty()) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "The lake table %s has several rows with the same primary key %s: %s. Remove all but one of each"
              + " from its snapshot %s, with the writer that made them.",
          definition.name(),
          definition.primaryKey(),
          String.join("; ", duplicates),
          base.snapshotId());
    }
  }

  private void apply(LakeChanges.Batch batch, boolean[] isBehind) {
    VectorSchemaRoot rows = batch.rows();
    KeyHashes hashes = keys.encode(encoder, rows);
    int file = keys.files().number(batch.location());
    int[] bucketOfRow = router == null ? new int[rows.getRowCount()] : router.route(rows);
    for (int bucket = 0; bucket < indexes.size(); bucket++) {
      int[] picked = new int[bucketOfRow.length];
      int count = 0;
      for (int row = 0; row < bucketOfRow.length; row++) {
        if (bucketOfRow[row] == bucket) {
          picked[count++] = row;
        }
      }
      if (count > 0 && isBehind[bucket]) {
        long[] locations = new long[count];
        for (int i = 0; i < count; i++) {
          locations[i] = Location.ofLake(file, batch.positions()[picked[i]]);
        }
        KeyHashes some = hashes.pick(picked, count);
        if (batch.kind() == LakeChanges.Kind.ADDED) {
          add(indexes.get(bucket), some, locations, batch, picked);
        } else {
          remove(indexes.get(bucket), some, locations);
        }
      }
    }
  }

  private void add(
      BucketKeysOpener index,
      KeyHashes added,
      long[] locations,
      LakeChanges.Batch batch,
      int[] rows) {
    long[] previous = new long[locations.length];
    change(index, durable -> durable.upsert(added, locations, previous), locations.length);
    for (int i = 0; i < previous.length && duplicates.size() < MAX_EXAMPLES; i++) {
      if (!Location.isAbsent(previous[i])) {
        duplicates.add(
            String.format(
                "%s in %s row %d and %s row %d",
                describe(batch.rows(), rows[i]),
                keys.files().location(Location.fileNumber(previous[i])),
                Location.position(previous[i]),
                batch.location(),
                Location.position(locations[i])));
      }
    }
  }

  /** Removes keys whose rows were at those locations; others have a newer row. */
  private void remove(BucketKeysOpener index, KeyHashes removed, long[] locations) {
    long[] found = new long[locations.length];
    change(
        index,
        durable -> {
          durable.get(removed, found);
          int[] gone = new int[found.length];
          int count = 0;
          for (int i = 0; i < found.length; i++) {
            if (found[i] == locations[i]) {
              gone[count++] = i;
            }
          }
          durable.remove(removed.pick(gone, count), new long[count]);
        },
        locations.length);
  }

  private static void change(BucketKeysOpener index, Change change, int entries) {
    while (!index
        .loop()
        .call(() -> {
          KeyIndex durable = index.durable();
          if (durable.freeEntries() < entries) {
            durable.retry();
            return false;
          }
          change.apply(durable);
          return true;
        })) {
      LockSupport.parkNanos(PAUSE_NANOS); // Until a table was written.
    }
  }

  private interface Change {
    void apply(KeyIndex durable);
  }

  private static String describe(VectorSchemaRoot rows, int row) {
    return rows.getFieldVectors().stream()
        .map(vector -> vector.getName() + "=" + vector.getObject(row))
        .toList()
        .toString();
  }
}
