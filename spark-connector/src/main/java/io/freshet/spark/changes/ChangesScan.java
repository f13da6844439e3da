/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.changes;

import io.freshet.protocol.TableOffsets;
import io.freshet.table.ChangeColumns;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** One read of changes, with a partition for each bucket. */
final class ChangesScan implements Scan, Batch {
  private final String address;
  private final TableOffsets table;
  private final List<ChangeRange> ranges;
  private final StructType columns;
  private final @Nullable String filter;

  ChangesScan(
      String address,
      TableOffsets table,
      List<ChangeRange> ranges,
      StructType columns,
      @Nullable String filter) {
    this.address = address;
    this.table = table;
    this.ranges = ranges;
    this.columns = columns;
    this.filter = filter;
  }

  @Override
  public StructType readSchema() {
    return columns;
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return ranges.stream()
        .map(range ->
            new ChangePartition(
                address,
                table.table().toString(),
                table.tableId(),
                range.bucket(),
                range.startOffset(),
                range.endOffset(),
                filter))
        .toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new Readers(columns);
  }

  @Override
  public String description() {
    return String.format(
        "FreshetChangesScan(table=%s, changes=%d, ranges=%s, filter=%s)",
        table.table(),
        ranges.stream().mapToLong(range -> range.endOffset() - range.startOffset()).sum(),
        ranges,
        filter);
  }

  @Override
  public String toString() {
    return description();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChangesScan scan
        && scan.table.tableId().equals(table.tableId())
        && scan.ranges.equals(ranges)
        && scan.columns.equals(columns)
        && Objects.equals(scan.filter, filter);
  }

  @Override
  public int hashCode() {
    return Objects.hash(table.tableId(), ranges, columns, filter);
  }

  private record Readers(StructType columns) implements PartitionReaderFactory {
    @Override
    public boolean supportColumnarReads(InputPartition partition) {
      return true;
    }

    @Override
    public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
      ChangePartition changes = (ChangePartition) partition;
      List<String> asked =
          Stream.concat(Arrays.stream(columns.fieldNames()), Stream.of(ChangeColumns.OFFSET_COLUMN))
              .distinct()
              .toList();
      return new ChangeBatchReader(changes, changes.table(), columns, asked);
    }

    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      throw new UnsupportedOperationException("Changes are read as batches");
    }
  }
}
