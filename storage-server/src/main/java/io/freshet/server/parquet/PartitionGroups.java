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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;

/** Which partition each row belongs to. */
public final class PartitionGroups {
  /** int[rows]: an index into {@link #partitions}. */
  private final int[] groups;

  private final List<PartitionData> partitions;

  private PartitionGroups(int[] groups, List<PartitionData> partitions) {
    this.groups = groups;
    this.partitions = partitions;
  }

  /**
   * Those of the rows of one batch, which is borrowed.
   *
   * @param spec bound to a schema with the batch's columns, in their order
   */
  public static PartitionGroups of(PartitionSpec spec, VectorSchemaRoot batch) {
    List<FieldVector[]> columns = new ArrayList<>();
    batch.getFieldVectors().forEach(vector -> columns.add(new FieldVector[] {vector}));
    return of(spec, columns, RowOrigins.inOrder(new long[] {0, batch.getRowCount()}));
  }

  static PartitionGroups of(PartitionSpec spec, List<FieldVector[]> columns, RowOrigins rows) {
    int[] groups = new int[Math.toIntExact(rows.size())];
    List<PartitionData> partitions = new ArrayList<>();
    partitions.add(new PartitionData(spec.partitionType()));
    List<PartitionField> fields = spec.fields();
    for (int position = 0; position < fields.size(); position++) {
      PartitionField field = fields.get(position);
      if (!field.transform().isVoid()) {
        SourceColumn column = new SourceColumn(field.sourceId(), spec.schema(), columns);
        DistinctValues values = DistinctValues.of(column, field.transform(), rows);
        partitions = refine(groups, partitions, values, position);
      }
    }
    return new PartitionGroups(groups, partitions);
  }

  /** Splits the groups by one more field's values. */
  private static List<PartitionData> refine(
      int[] groups, List<PartitionData> partitions, DistinctValues values, int position) {
    int[] ordinals = values.ordinals();
    List<PartitionData> refined = new ArrayList<>();
    Map<Long, Integer> known = new HashMap<>();
    int lastGroup = -1;
    int lastOrdinal = -1;
    int lastRefined = -1;
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] != lastGroup || ordinals[i] != lastOrdinal) {
        lastGroup = groups[i];
        lastOrdinal = ordinals[i];
        Long key = ((long) lastGroup << Integer.SIZE) | lastOrdinal;
        Integer group = known.get(key);
        if (group == null) {
          group = refined.size();
          PartitionData partition = partitions.get(lastGroup).copy();
          partition.set(position, values.values().get(lastOrdinal));
          refined.add(partition);
          known.put(key, group);
        }
        lastRefined = group;
      }
      groups[i] = lastRefined;
    }
    return refined;
  }

  public List<PartitionData> partitions() {
    return partitions;
  }

  /** int[partitions]: how many rows each has. */
  public int[] sizes() {
    int[] sizes = new int[partitions.size()];
    for (int group : groups) {
      sizes[group]++;
    }
    return sizes;
  }

  /**
   * Row numbers by partition, each partition's in their original order. Entry p of the result is
   * partition p's.
   */
  int[][] rowsByPartition() {
    int[] sizes = sizes();
    int[][] rows = new int[sizes.length][];
    for (int i = 0; i < sizes.length; i++) {
      rows[i] = new int[sizes[i]];
      sizes[i] = 0;
    }
    for (int row = 0; row < groups.length; row++) {
      int group = groups[row];
      rows[group][sizes[group]++] = row;
    }
    return rows;
  }
}
