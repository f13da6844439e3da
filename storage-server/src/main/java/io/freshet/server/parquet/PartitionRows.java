/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;

/**
 * The rows of one partition, in the order in which they are written.
 *
 * @param partition the partition's values; those of an unpartitioned table are empty
 */
record PartitionRows(PartitionData partition, RowOrigins rows) {
  /** All rows, by partition, in the given order within each. */
  static List<PartitionRows> of(
      Schema schema, PartitionSpec spec, SortOrder order, Batches batches) {
    if (spec.isUnpartitioned() && order.isUnsorted()) {
      return List.of(new PartitionRows(new PartitionData(spec.partitionType()), batches.rows()));
    }
    PartitionGroups groups = PartitionGroups.of(spec, batches.columns(), batches.rows());
    int[][] rowsByPartition = groups.rowsByPartition();
    if (order.isSorted()) {
      SortKeys keys = SortKeys.of(order, schema, batches.columns(), batches.rows());
      Arrays.stream(rowsByPartition).forEach(keys::sort);
    }
    long[] packed = new long[Math.toIntExact(batches.rows().size())];
    batches.rows().copyTo(packed, 0, packed.length);
    List<PartitionRows> partitions = new ArrayList<>();
    for (int i = 0; i < rowsByPartition.length; i++) {
      long[] origins = new long[rowsByPartition[i].length];
      for (int row = 0; row < origins.length; row++) {
        origins[row] = packed[rowsByPartition[i][row]];
      }
      partitions.add(new PartitionRows(groups.partitions().get(i), RowOrigins.takePacked(origins)));
    }
    return partitions;
  }
}
