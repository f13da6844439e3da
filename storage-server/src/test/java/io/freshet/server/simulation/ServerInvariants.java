/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.protocol.FreshRange;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.table.ServerTable;

/** What holds after every event, without a read. */
final class ServerInvariants {
  private final Oracle oracle;
  private final SimulatedLake lake;
  private final long[] plannedTiered;
  private final long[] plannedEnds;
  private TieredOffsets lakeTiered;

  ServerInvariants(Oracle oracle, SimulatedLake lake, int buckets) {
    this.oracle = oracle;
    this.lake = lake;
    this.plannedTiered = new long[buckets];
    this.plannedEnds = new long[buckets];
    this.lakeTiered = TieredOffsets.zero(buckets);
  }

  void check(ServerTable table) {
    TieredOffsets tiered = lake.tiered(table.buckets().size());
    for (Bucket bucket : table.buckets()) {
      acknowledgedNeverLost(bucket);
      logNeverTrimmedBeyondTiered(bucket, tiered);
      tieredOffsetsMonotonic(bucket.id().bucket(), lakeTiered, tiered);
    }
    lakeTiered = tiered;
  }

  /** Plans, in the order in which they were made, never go back. */
  void planned(UnionSnapshot snapshot) {
    for (FreshRange range : snapshot.fresh()) {
      int bucket = range.bucket();
      if (range.tieredOffset() < plannedTiered[bucket] || range.endOffset() < plannedEnds[bucket]) {
        throw new InvariantViolation(
            "TieredOffsetsMonotonic",
            "snapshot %s has [%d, %d) of bucket %d, one before had [%d, %d)",
            snapshot.snapshot(),
            range.tieredOffset(),
            range.endOffset(),
            bucket,
            plannedTiered[bucket],
            plannedEnds[bucket]);
      }
      plannedTiered[bucket] = range.tieredOffset();
      plannedEnds[bucket] = range.endOffset();
    }
  }

  private void acknowledgedNeverLost(Bucket bucket) {
    long lowestEnd = oracle.lowestEnd(bucket.id().bucket());
    if (bucket.endOffset() < lowestEnd || bucket.log().endOffset() < bucket.endOffset()) {
      throw new InvariantViolation(
          "AcknowledgedNeverLost",
          "bucket %s ends at %d, its log at %d, and %d was acknowledged or read",
          bucket.id(),
          bucket.endOffset(),
          bucket.log().endOffset(),
          lowestEnd);
    }
  }

  private static void logNeverTrimmedBeyondTiered(Bucket bucket, TieredOffsets tiered) {
    if (bucket.log().startOffset() > tiered.of(bucket.id().bucket())) {
      throw new InvariantViolation(
          "LogNeverTrimmedBeyondTiered",
          "the log of bucket %s starts at %d, and the lake holds up to %s",
          bucket.id(),
          bucket.log().startOffset(),
          tiered);
    }
  }

  private static void tieredOffsetsMonotonic(
      int bucket, TieredOffsets before, TieredOffsets tiered) {
    if (tiered.of(bucket) < before.of(bucket)) {
      throw new InvariantViolation(
          "TieredOffsetsMonotonic", "the lake went back from %s to %s", before, tiered);
    }
  }
}
