/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static java.util.Objects.requireNonNull;

import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.KeyEncoder;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.Location;
import io.freshet.server.keys.KeyChanges;
import io.freshet.server.keys.NewBase;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.keys.TieredLocations;
import io.freshet.server.lake.LakeFiles;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.ChangeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Which rows a tiering has read, and where it has written them: its position notes. */
final class TieredRows {
  private final @Nullable TableKeys keys;
  private final @Nullable KeyEncoder encoder;
  private final TieredOffsets to;
  private final List<BucketRows> buckets = new ArrayList<>();

  /** Of each batch that has live rows: its bucket, and their offsets. */
  private final List<LiveBatch> batches = new ArrayList<>();

  private record LiveBatch(int bucket, long startOffset, int[] rows, KeyHashes keys) {}

  private static final class BucketRows {
    private final TieredLocations notes;
    private final KeyHashes removed;
    private final KeyHashes moved;
    private final LongStream.Builder locations = LongStream.builder();

    BucketRows(TieredLocations notes, KeyHashes removed, KeyHashes moved) {
      this.notes = notes;
      this.removed = removed;
      this.moved = moved;
    }
  }

  /**
   * @param keys null for a log table, whose rows nobody asks for
   */
  TieredRows(@Nullable TableKeys keys, TieredOffsets from, TieredOffsets to) {
    this.keys = keys;
    this.encoder = keys == null ? null : keys.newEncoder();
    this.to = to;
    if (keys != null) {
      for (int bucket = 0; bucket < to.buckets(); bucket++) {
        TieredLocations notes = new TieredLocations(from.of(bucket), to.of(bucket));
        buckets.add(new BucketRows(notes, keys.noKeys(), keys.noKeys()));
      }
    }
  }

  /**
   * Notes changes that were read. The live rows, if there are any, are the next batch that is
   * written.
   *
   * @param changes with the change type as the last column
   * @param live rows of them, int[>= count]; kept
   */
  void read(int bucket, long startOffset, VectorSchemaRoot changes, int[] live, int count) {
    if (keys == null || encoder == null) {
      return;
    }
    KeyHashes hashes = keys.encode(encoder, changes);
    IntVector types = (IntVector) changes.getVector(ChangeType.COLUMN);
    for (int row = 0; row < changes.getRowCount(); row++) {
      if (types.get(row) == ChangeType.DELETE.code()) {
        buckets.get(bucket).removed.add(hashes, row);
      }
    }
    if (count > 0) {
      batches.add(new LiveBatch(bucket, startOffset, live, hashes));
    }
  }

  /** Notes where the batches were written. */
  void written(LakeFiles files) {
    if (keys == null) {
      return;
    }
    Map<String, Integer> numbers =
        keys.files().numbers(files.files().stream().map(LakeFiles.WrittenRows::location).toList());
    for (LakeFiles.WrittenRows file : files.files()) {
      int number = requireNonNull(numbers.get(file.location()), file.location());
      for (long position = 0; position < file.rows(); position++) {
        LiveBatch batch = batches.get(file.batch(position));
        int row = batch.rows()[file.row(position)];
        long location = Location.ofLake(number, position);
        BucketRows bucket = buckets.get(batch.bucket());
        bucket.notes.put(batch.startOffset() + row, location);
        bucket.moved.add(batch.keys(), row);
        bucket.locations.add(location);
      }
    }
    batches.clear();
  }

  /** What each bucket needs to go on from the base; to be called once. */
  List<NewBase> newBases(LakeState state) {
    List<NewBase> bases = new ArrayList<>();
    for (int bucket = 0; bucket < buckets.size(); bucket++) {
      BucketRows rows = buckets.get(bucket);
      long offset = to.of(bucket);
      bases.add(
          new NewBase(
              offset,
              rows.notes,
              new KeyChanges(rows.removed, rows.moved, rows.locations.build().toArray()),
              new IndexCheckpoint(state.snapshotId(), state.tiered().toString(), offset)));
    }
    return bases;
  }
}
