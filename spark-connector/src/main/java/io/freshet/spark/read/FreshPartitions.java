/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.protocol.FreshRange;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.spark.connection.SnapshotLease;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Divides a snapshot's fresh rows among tasks. */
final class FreshPartitions {
  /** Below this, starting another task takes longer than it saves. */
  static final long TARGET_BYTES = 32L << 20;

  private FreshPartitions() {}

  /** Few rows make one partition; many make one of each bucket or of several small ones. */
  static List<FreshPartition> plan(
      SnapshotLease lease, List<String> columns, @Nullable String filter) {
    UnionSnapshot snapshot = lease.snapshot();
    if (snapshot.freshRows() == 0) {
      return List.of();
    }
    if (snapshot.freshBytes() <= TARGET_BYTES) {
      return List.of(FreshPartition.of(lease, List.of(), columns, filter));
    }
    List<FreshPartition> partitions = new ArrayList<>();
    List<Integer> buckets = new ArrayList<>();
    long bytes = 0;
    for (FreshRange range : snapshot.fresh()) {
      if (range.rows() == 0) {
        continue;
      }
      if (!buckets.isEmpty() && bytes + range.bytes() > TARGET_BYTES) {
        partitions.add(FreshPartition.of(lease, buckets, columns, filter));
        buckets = new ArrayList<>();
        bytes = 0;
      }
      buckets.add(range.bucket());
      bytes += range.bytes();
    }
    if (!buckets.isEmpty()) {
      partitions.add(FreshPartition.of(lease, buckets, columns, filter));
    }
    return partitions;
  }
}
