/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.protocol.UnionSnapshot;
import io.freshet.spark.connection.SnapshotLease;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportPartitioning;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.connector.read.SupportsRuntimeV2Filtering;
import org.apache.spark.sql.connector.read.partitioning.KeyGroupedPartitioning;
import org.apache.spark.sql.connector.read.partitioning.Partitioning;
import org.apache.spark.sql.connector.read.partitioning.UnknownPartitioning;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One union read: Iceberg's scan of the base, whose files have the overlays, and fresh partitions.
 * Keeps the union snapshot readable as long as a plan has this scan.
 */
final class FreshetUnionScan
    implements SupportsReportStatistics, SupportsReportPartitioning, SupportsRuntimeV2Filtering {
  private final SnapshotLease lease;
  private final Scan lake;
  private final StructType schema;
  private final UnionGrouping grouping;
  private final FreshFilter filter;
  private final @Nullable String freshFilter;
  private final List<String> freshColumns;
  private final Function<String, MicroBatchStream> streams;
  private List<? extends InputPartition> fresh;
  private @Nullable Partitioning partitioning;

  /**
   * @param lake Iceberg's scan of the base
   * @param grouping of the table's partitions
   * @param filter of fresh rows
   */
  FreshetUnionScan(
      SnapshotLease lease,
      Scan lake,
      UnionGrouping grouping,
      FreshFilter filter,
      Function<String, MicroBatchStream> streams) {
    this.streams = streams;
    this.lease = lease;
    this.lake = lake;
    this.schema = FreshMetadata.schema(lake.readSchema());
    this.grouping = grouping;
    this.filter = filter;
    this.freshFilter = filter.toJson();
    this.freshColumns =
        Arrays.stream(schema.fieldNames()).filter(name -> !FreshMetadata.isMetadata(name)).toList();
    this.fresh = FreshPartitions.plan(lease, freshColumns, freshFilter);
  }

  @Override
  public StructType readSchema() {
    return schema;
  }

  @Override
  public Batch toBatch() {
    return new UnionBatch(lease.snapshot().snapshot(), lake.toBatch(), fresh, schema);
  }

  /** A stream goes on from snapshot to snapshot, and must not hold this one. */
  @Override
  public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
    lease.release();
    return streams.apply(checkpointLocation);
  }

  @Override
  public Statistics estimateStatistics() {
    Statistics base = ((SupportsReportStatistics) lake).estimateStatistics();
    UnionSnapshot snapshot = lease.snapshot();
    long rows =
        Math.max(0, base.numRows().orElse(0) - snapshot.overlayRows()) + snapshot.freshRows();
    long bytes = base.sizeInBytes().orElse(0) + snapshot.freshBytes();
    return new Statistics() {
      @Override
      public OptionalLong sizeInBytes() {
        return OptionalLong.of(bytes);
      }

      @Override
      public OptionalLong numRows() {
        return OptionalLong.of(rows);
      }
    };
  }

  /** Grouped as the lake is, with fresh partitions by key, unless those would be too many. */
  @Override
  public Partitioning outputPartitioning() {
    if (partitioning == null) {
      partitioning = group(((SupportsReportPartitioning) lake).outputPartitioning());
    }
    return partitioning;
  }

  private Partitioning group(Partitioning ofLake) {
    if (fresh.isEmpty()) {
      return ofLake;
    }
    Optional<UnionGrouping.Keys> keys = grouping.keys(ofLake, schema);
    Optional<List<KeyedFreshPartition>> byKey =
        keys.flatMap(known -> FreshGroups.plan(lease, known.spec(), freshColumns, filter));
    if (keys.isPresent() && byKey.isPresent()) {
      fresh = byKey.get();
      return new KeyGroupedPartitioning(
          keys.get().transforms(), ofLake.numPartitions() + fresh.size());
    }
    return new UnknownPartitioning(ofLake.numPartitions() + fresh.size());
  }

  @Override
  public NamedReference[] filterAttributes() {
    return ((SupportsRuntimeV2Filtering) lake).filterAttributes();
  }

  /** Skips lake files; Spark's join drops the fresh rows that do not match. */
  @Override
  public void filter(Predicate[] predicates) {
    ((SupportsRuntimeV2Filtering) lake).filter(predicates);
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return Stream.concat(
            Arrays.stream(lake.supportedCustomMetrics()), Arrays.stream(UnionMetrics.all()))
        .toArray(CustomMetric[]::new);
  }

  @Override
  public CustomTaskMetric[] reportDriverMetrics() {
    UnionSnapshot snapshot = lease.snapshot();
    return Stream.concat(
            Arrays.stream(lake.reportDriverMetrics()),
            Stream.of(
                new UnionMetrics.Value(UnionMetrics.FRESH_ROWS, snapshot.freshRows()),
                new UnionMetrics.Value(UnionMetrics.FRESH_BYTES, snapshot.freshBytes()),
                new UnionMetrics.Value(UnionMetrics.OVERLAY_FILES, snapshot.overlays().size()),
                new UnionMetrics.Value(UnionMetrics.OVERLAY_ROWS, snapshot.overlayRows())))
        .toArray(CustomTaskMetric[]::new);
  }

  @Override
  public String description() {
    UnionSnapshot snapshot = lease.snapshot();
    return String.format(
        "FreshetUnionScan(table=%s, snapshot=%s, base=%s, overlay=%d rows in %d files, fresh=%d rows"
            + " (%d bytes) in %d partitions, freshFilter=%s, lake=%s)",
        snapshot.table(),
        snapshot.snapshot(),
        snapshot.base().snapshotId(),
        snapshot.overlayRows(),
        snapshot.overlays().size(),
        snapshot.freshRows(),
        snapshot.freshBytes(),
        fresh.size(),
        freshFilter,
        lake.description());
  }

  @Override
  public String toString() {
    return description();
  }

  /** Spark computes equal scans once: only if they read the same union snapshot. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FreshetUnionScan scan
        && scan.lease.snapshot().snapshot().equals(lease.snapshot().snapshot())
        && scan.lake.equals(lake)
        && scan.schema.equals(schema)
        && Objects.equals(scan.freshFilter, freshFilter);
  }

  @Override
  public int hashCode() {
    return Objects.hash(lease.snapshot().snapshot(), lake, schema, freshFilter);
  }
}
