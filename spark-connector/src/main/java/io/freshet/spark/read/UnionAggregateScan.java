/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.spark.connection.SnapshotLease;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Least and greatest values and counts: those of the lake, of which no row is superseded, from
 * Iceberg's statistics, and those of fresh rows from the rows. Spark joins them, a row from each.
 */
final class UnionAggregateScan implements Scan, Batch {
  private final SnapshotLease lease;
  private final LocalScan lake;
  private final Aggregates fresh;

  /**
   * What is asked of each fresh partition.
   *
   * @param columns that the aggregates are of
   */
  private record Aggregates(ArrayList<ColumnAggregate> aggregates, StructType columns)
      implements PartitionReaderFactory {
    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      return partition instanceof LakeAggregates known
          ? new KnownRowReader(known.row())
          : new FreshAggregateReader((FreshPartition) partition, columns, aggregates);
    }
  }

  /** What Iceberg has answered. */
  private record LakeAggregates(GenericInternalRow row) implements InputPartition {
    /** Copies the row, since Iceberg's can't be sent to a task. */
    static LakeAggregates of(InternalRow row, StructType schema) {
      Object[] values = new Object[schema.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = InternalRow.copyValue(row.get(i, schema.fields()[i].dataType()));
      }
      return new LakeAggregates(new GenericInternalRow(values));
    }
  }

  private UnionAggregateScan(SnapshotLease lease, LocalScan lake, Aggregates fresh) {
    this.lease = lease;
    this.lake = lake;
    this.fresh = fresh;
  }

  /** The aggregates, if files and fresh rows can give all of them. */
  static Optional<List<ColumnAggregate>> aggregates(Aggregation aggregation, StructType schema) {
    List<ColumnAggregate> aggregates = new ArrayList<>();
    for (AggregateFunc function : aggregation.aggregateExpressions()) {
      Optional<ColumnAggregate> aggregate = ColumnAggregate.of(function, schema);
      if (aggregate.isEmpty()) {
        return Optional.empty();
      }
      aggregates.add(aggregate.get());
    }
    return Optional.of(aggregates);
  }

  /**
   * @param lake Iceberg's answer, which has the aggregates' columns
   */
  static UnionAggregateScan of(
      SnapshotLease lease, LocalScan lake, List<ColumnAggregate> aggregates) {
    StructField[] columns =
        aggregates.stream()
            .flatMap(each -> Stream.ofNullable(each.column()))
            .distinct()
            .toArray(StructField[]::new);
    return new UnionAggregateScan(
        lease, lake, new Aggregates(new ArrayList<>(aggregates), new StructType(columns)));
  }

  @Override
  public StructType readSchema() {
    return lake.readSchema();
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    List<String> columns = List.of(fresh.columns().fieldNames());
    return Stream.concat(
            Arrays.stream(lake.rows()).map(row -> LakeAggregates.of(row, readSchema())),
            FreshPartitions.plan(lease, columns, null).stream())
        .toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return fresh;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return UnionMetrics.all();
  }

  @Override
  public String description() {
    return String.format(
        "FreshetUnionScan(table=%s, snapshot=%s, aggregates=%s, fresh=%d rows)",
        lease.snapshot().table(),
        lease.snapshot().snapshot(),
        Arrays.toString(readSchema().fieldNames()),
        lease.snapshot().freshRows());
  }
}
