/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.TableDescription;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.BucketPartitioning;
import io.freshet.trino.handle.TablePart;
import io.freshet.trino.handle.UnionTableHandle;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergPartitionFunction;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergTablePartitioning;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorPartitioningHandle;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTablePartitioning;
import io.trino.spi.connector.Constraint;
import io.trino.spi.connector.ConstraintApplicationResult;
import io.trino.spi.connector.LimitApplicationResult;
import io.trino.spi.connector.ProjectionApplicationResult;
import io.trino.spi.expression.ConnectorExpression;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the Iceberg connector takes over of a query, on the lake's half. The engine checks filters
 * and limits again, on the union's rows.
 */
final class PushDown {
  /** A scan that would read fresh rows more often is not spread by partitions. */
  private static final int MAX_READS = 8;

  private final ConnectorMetadata lake;
  private final FreshetClient client;

  PushDown(ConnectorMetadata lake, FreshetClient client) {
    this.lake = lake;
    this.client = client;
  }

  Optional<ConstraintApplicationResult<ConnectorTableHandle>> filter(
      ConnectorSession session, UnionTableHandle union, Constraint constraint) {
    if (union.limit().isPresent()) {
      return Optional.empty(); // It was applied to the rows before this filter.
    }
    return lake.applyFilter(session, union.lake(), constraint)
        .map(result ->
            new ConstraintApplicationResult<>(
                union.withLake(result.getHandle()),
                constraint.getSummary(),
                constraint.getExpression(),
                false));
  }

  Optional<ProjectionApplicationResult<ConnectorTableHandle>> projection(
      ConnectorSession session,
      UnionTableHandle union,
      List<ConnectorExpression> projections,
      Map<String, ColumnHandle> assignments) {
    return lake.applyProjection(session, union.lake(), projections, assignments)
        .map(result ->
            new ProjectionApplicationResult<>(
                union.withLake(result.getHandle()),
                result.getProjections(),
                result.getAssignments(),
                false));
  }

  Optional<LimitApplicationResult<ConnectorTableHandle>> limit(
      ConnectorSession session, UnionTableHandle union, long limit) {
    if (union.limit().isPresent() && union.limit().getAsLong() <= limit) {
      return Optional.empty();
    }
    // The lake stops listing files after this many rows, of which the overlay may hide some.
    long lakeLimit = limit + Math.min(union.overlayRows(), Long.MAX_VALUE - limit);
    return lake.applyLimit(session, union.lake(), lakeLimit)
        .map(result ->
            new LimitApplicationResult<>(
                union.withLake(result.getHandle()).withLimit(limit), false, false));
  }

  /**
   * Spreads a scan over the nodes as the lake is partitioned, so that joins and groups by the
   * column need no exchange of rows. Fresh rows have no partitions yet: the server is asked for
   * those of each one.
   */
  Optional<ConnectorTableHandle> partitioning(
      ConnectorSession session,
      UnionTableHandle union,
      Optional<ConnectorPartitioningHandle> wanted,
      List<ColumnHandle> columns) {
    if (union.part() != TablePart.UNION || union.snapshot().isEmpty()) {
      return Optional.empty();
    }
    return lake.applyPartitioning(session, union.lake(), wanted, columns)
        .flatMap(partitioned ->
            byBuckets(union, partitioned)
                .map(buckets -> union.withLake(partitioned).withPartitioning(buckets)));
  }

  /** How the engine is to spread the rows of a scan. */
  static Optional<ConnectorTablePartitioning> partitioning(UnionTableHandle union) {
    return union.partitioning().flatMap(buckets -> LakeHandles.partitioning(union.lake()));
  }

  /** Only the partitions of one bucket transform are few, and known beforehand. */
  private Optional<BucketPartitioning> byBuckets(
      UnionTableHandle union, ConnectorTableHandle partitioned) {
    IcebergTablePartitioning partitioning =
        ((IcebergTableHandle) partitioned).getTablePartitioning().orElseThrow();
    List<IcebergPartitionFunction> functions =
        partitioning.partitioningHandle().partitionFunctions();
    if (functions.size() != 1
        || functions.get(0).transform() != IcebergPartitionFunction.Transform.BUCKET
        || functions.get(0).dataPath().size() != 1) {
      return Optional.empty();
    }
    IcebergColumnHandle column = partitioning.partitioningColumns().get(0);
    int partitions = functions.get(0).size().orElseThrow();
    BucketPartitioning buckets =
        new BucketPartitioning(column.getId(), partitions, stride(union, column, partitions));
    return union.freshRows() == 0 || buckets.reads() <= MAX_READS
        ? Optional.of(buckets)
        : Optional.empty();
  }

  /**
   * If rows are spread over the log's buckets by the same column, their hash modulo the number of
   * buckets tells something of their hash modulo the number of partitions.
   */
  private int stride(UnionTableHandle union, IcebergColumnHandle column, int partitions) {
    TableDescription table =
        FreshetErrors.call(() -> client.describeTable(TableName.parse(union.table())));
    return table.bucketKey().equals(List.of(column.getBaseColumnIdentity().getName()))
        ? greatestCommonDivisor(table.buckets(), partitions)
        : 1;
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
