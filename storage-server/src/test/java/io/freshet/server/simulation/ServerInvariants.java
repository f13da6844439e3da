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
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What holds after every event, without a read. */
final class ServerInvariants {
  private final Oracle oracle;
  private final SimulatedLake lake;
  private final TreeMap<Long, UnionSnapshot> plans = new TreeMap<>();
  private TieredOffsets lakeTiered;

  ServerInvariants(Oracle oracle, SimulatedLake lake, int buckets) {
    this.oracle = oracle;
    this.lake = lake;
    this.lakeTiered = TieredOffsets.zero(buckets);
  }

  /** There is a new table, which is empty. */
  void startAgain() {
    plans.clear();
    lakeTiered = TieredOffsets.zero(lakeTiered.buckets());
  }

  void check(ServerTable table) {
    TieredOffsets tiered = lake.tiered(table.id());
    for (Bucket bucket : table.buckets()) {
      acknowledgedNeverLost(bucket);
      logNeverTrimmedBeyondTiered(bucket, tiered);
      tieredOffsetsMonotonic(bucket.id().bucket(), lakeTiered, tiered);
    }
    lakeTiered = tiered;
  }

  /** Plans, in the order in which they were made, never go back; answers may overtake others. */
  void planned(UnionSnapshot snapshot) {
    String[] name = snapshot.snapshot().split(":");
    long order = Long.parseLong(name[1]) << 32 | Long.parseLong(name[2]);
    neverBack(plans.floorEntry(order), snapshot);
    Map.Entry<Long, UnionSnapshot> later = plans.ceilingEntry(order);
    if (later != null) {
      neverBack(Map.entry(order, snapshot), later.getValue());
    }
    plans.put(order, snapshot);
  }

  private static void neverBack(
      Map.@Nullable Entry<Long, UnionSnapshot> before, UnionSnapshot snapshot) {
    for (int bucket = 0; before != null && bucket < snapshot.fresh().size(); bucket++) {
      FreshRange range = snapshot.fresh().get(bucket);
      FreshRange last = before.getValue().fresh().get(bucket);
      if (range.tieredOffset() < last.tieredOffset() || range.endOffset() < last.endOffset()) {
        throw new InvariantViolation(
            "TieredOffsetsMonotonic",
            "snapshot %s has %s, snapshot %s before it had %s",
            snapshot.snapshot(),
            range,
            before.getValue().snapshot(),
            last);
      }
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
