/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Least and greatest value and null count of a batch's top-level columns, so that a filter can skip
 * the batch. A column's are computed when a filter first asks for them.
 *
 * <p>The batch is borrowed: it must not change, and must be open while filters ask. Safe for use by
 * many threads; two that ask at the same time may both compute.
 */
public final class ZoneMap {
  private final Schema schema;
  private final VectorSchemaRoot batch;
  private final AtomicReferenceArray<@Nullable ColumnRange> ranges;

  /**
   * @param batch has the schema's columns in their order
   */
  public ZoneMap(Schema schema, VectorSchemaRoot batch) {
    this.schema = schema;
    this.batch = batch;
    this.ranges = new AtomicReferenceArray<>(schema.columns().size());
  }

  int rows() {
    return batch.getRowCount();
  }

  /** The batch as if it were a data file, with the metrics of some of its columns. */
  DataFile describe(Set<Integer> fieldIds) {
    Map<Integer, Long> valueCounts = new HashMap<>();
    Map<Integer, Long> nullCounts = new HashMap<>();
    Map<Integer, Long> nanCounts = new HashMap<>();
    Map<Integer, ByteBuffer> lowerBounds = new HashMap<>();
    Map<Integer, ByteBuffer> upperBounds = new HashMap<>();
    List<Types.NestedField> columns = schema.columns();
    for (int i = 0; i < columns.size(); i++) {
      int id = columns.get(i).fieldId();
      if (!fieldIds.contains(id)) {
        continue;
      }
      ColumnRange range = range(i);
      valueCounts.put(id, (long) rows());
      nullCounts.put(id, range.nullCount());
      if (!range.hasNaN()) {
        nanCounts.put(id, 0L);
      }
      if (range.lower() != null) {
        lowerBounds.put(id, range.lower());
      }
      if (range.upper() != null) {
        upperBounds.put(id, range.upper());
      }
    }
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath("batch")
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(0)
        .withMetrics(
            new Metrics(
                (long) rows(), null, valueCounts, nullCounts, nanCounts, lowerBounds, upperBounds))
        .build();
  }

  private ColumnRange range(int column) {
    @Nullable ColumnRange known = ranges.get(column);
    if (known != null) {
      return known;
    }
    FieldVector vector = batch.getVector(column);
    ColumnRange range =
        ColumnRange.of(schema.columns().get(column).type(), vector, batch.getRowCount());
    ranges.set(column, range);
    return range;
  }
}
