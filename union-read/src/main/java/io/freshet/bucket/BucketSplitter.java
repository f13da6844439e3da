/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.bucket;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.RecordBatches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Splits batches by bucket. The same batch with the same sequence always splits the same way, so a
 * batch that is sent again meets its first copy in the same bucket.
 */
public final class BucketSplitter {
  private final @Nullable BucketRouter router;
  private final int buckets;

  /** The rows of one bucket. Owns its reference to the buffers. */
  public record Part(int bucket, ArrowRecordBatch batch) {}

  /**
   * @param key columns of the table; empty for round robin by batch
   */
  public BucketSplitter(List<String> key, int buckets) {
    this.router = key.isEmpty() ? null : new BucketRouter(key, buckets);
    this.buckets = buckets;
  }

  /** The parts of a batch that have rows; the batch stays its owner's. */
  public List<Part> split(VectorSchemaRoot batch, long sequence, BufferAllocator allocator) {
    if (router == null || buckets == 1) {
      return List.of(
          new Part((int) Math.floorMod(sequence, (long) buckets), RecordBatches.of(batch)));
    }
    int[] bucketOfRow = router.route(batch);
    int[] starts = new int[buckets + 1];
    for (int bucket : bucketOfRow) {
      starts[bucket + 1]++;
    }
    for (int bucket = 0; bucket < buckets; bucket++) {
      starts[bucket + 1] += starts[bucket];
    }
    int[] rows = new int[bucketOfRow.length];
    int[] next = starts.clone();
    for (int row = 0; row < bucketOfRow.length; row++) {
      rows[next[bucketOfRow[row]]++] = row;
    }
    List<Part> parts = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      if (starts[bucket] < starts[bucket + 1]) {
        int[] rowsOfBucket = Arrays.copyOfRange(rows, starts[bucket], starts[bucket + 1]);
        try (VectorSchemaRoot part = ArrowBatches.gather(batch, rowsOfBucket, allocator)) {
          parts.add(new Part(bucket, RecordBatches.of(part)));
        }
      }
    }
    return parts;
  }
}
