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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.spark.SparkReadConf;
import org.apache.iceberg.spark.source.SparkTable;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownAggregates;
import org.apache.spark.sql.connector.read.SupportsPushDownLimit;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/** Pushes what a query needs to both halves of a table. */
public final class UnionScanBuilder
    implements SupportsPushDownV2Filters,
        SupportsPushDownRequiredColumns,
        SupportsPushDownLimit,
        SupportsPushDownAggregates {
  private final SnapshotLease lease;
  private final SparkTable base;
  private final ScanBuilder lake;
  private final FreshFilter freshFilter;
  private final UnionGrouping grouping;
  private final Function<String, MicroBatchStream> streams;
  private @Nullable Scan aggregate;

  /**
   * @param base the snapshot's base with its overlays
   * @param streams makes a stream of the table, given where its checkpoint is
   */
  public UnionScanBuilder(
      SnapshotLease lease,
      SparkTable base,
      CaseInsensitiveStringMap options,
      Function<String, MicroBatchStream> streams) {
    this.lease = lease;
    this.base = base;
    this.lake = base.newScanBuilder(splitting(lease.snapshot(), base, options));
    this.freshFilter = new FreshFilter(lease.snapshot().schema());
    this.grouping =
        new UnionGrouping(
            base.table(),
            new SparkReadConf(SparkSession.active(), base.table(), options).preserveDataGrouping());
    this.streams = streams;
  }

  private static CaseInsensitiveStringMap splitting(
      UnionSnapshot snapshot, SparkTable base, CaseInsensitiveStringMap options) {
    Long snapshotId = snapshot.base().snapshotId();
    String bytes =
        snapshotId == null
            ? null
            : base.table().snapshot(snapshotId).summary().get(SnapshotSummary.TOTAL_FILE_SIZE_PROP);
    if (bytes == null) {
      return options;
    }
    int cores = SparkSession.active().sparkContext().defaultParallelism();
    return new LakeSplits(Long.parseLong(bytes), cores).addTo(options, base.table().properties());
  }

  /** All predicates come back: those that Iceberg is done with were not applied to fresh rows. */
  @Override
  public Predicate[] pushPredicates(Predicate[] predicates) {
    ((SupportsPushDownV2Filters) lake).pushPredicates(predicates);
    for (Predicate predicate : predicates) {
      boolean unused = freshFilter.add(predicate);
    }
    return predicates;
  }

  @Override
  public Predicate[] pushedPredicates() {
    return ((SupportsPushDownV2Filters) lake).pushedPredicates();
  }

  @Override
  public void pruneColumns(StructType required) {
    ((SupportsPushDownRequiredColumns) lake).pruneColumns(required);
  }

  /** Iceberg plans files with so many rows at least, and the overlay may hide some of them. */
  @Override
  public boolean pushLimit(int limit) {
    long withHidden = limit + lease.snapshot().overlayRows();
    return withHidden <= Integer.MAX_VALUE
        && ((SupportsPushDownLimit) lake).pushLimit((int) withHidden);
  }

  /**
   * Counts of all rows are known without reading them. If no row is superseded, Iceberg knows more
   * of the lake.
   */
  @Override
  public boolean pushAggregation(Aggregation aggregation) {
    UnionSnapshot snapshot = lease.snapshot();
    if (aggregation.groupByExpressions().length > 0 || !freshFilter.isEmpty()) {
      return false;
    }
    if (Arrays.stream(aggregation.aggregateExpressions())
        .allMatch(function -> function instanceof CountStar)) {
      OptionalLong lakeRows = lakeRows();
      if (lakeRows.isPresent()) {
        long rows = lakeRows.getAsLong() - snapshot.overlayRows() + snapshot.freshRows();
        aggregate =
            new CountScan(snapshot.snapshot(), rows, aggregation.aggregateExpressions().length);
        return true;
      }
    }
    Optional<List<ColumnAggregate>> aggregates =
        UnionAggregateScan.aggregates(aggregation, base.schema());
    if (aggregates.isPresent()
        && snapshot.overlays().isEmpty()
        && ((SupportsPushDownAggregates) lake).pushAggregation(aggregation)) {
      Scan ofLake = lake.build();
      aggregate =
          snapshot.freshRows() == 0
              ? ofLake
              : UnionAggregateScan.of(lease, (LocalScan) ofLake, aggregates.get());
      return true;
    }
    return false;
  }

  /** False as for Iceberg: its answers are whole, but they have to come as from one partition. */
  @Override
  public boolean supportCompletePushDown(Aggregation aggregation) {
    return false;
  }

  @Override
  public Scan build() {
    return aggregate != null
        ? aggregate
        : new FreshetUnionScan(lease, lake.build(), grouping, freshFilter, streams);
  }

  /** Live rows of the base, if its summary is exact: equality deletes are not counted by rows. */
  private OptionalLong lakeRows() {
    if (lease.snapshot().base().snapshotId() == null) {
      return OptionalLong.of(0);
    }
    Snapshot snapshot = base.table().snapshot(lease.snapshot().base().snapshotId());
    Map<String, String> summary = snapshot.summary();
    String records = summary.get(SnapshotSummary.TOTAL_RECORDS_PROP);
    String positionDeletes = summary.get(SnapshotSummary.TOTAL_POS_DELETES_PROP);
    String equalityDeletes = summary.get(SnapshotSummary.TOTAL_EQ_DELETES_PROP);
    if (records == null || positionDeletes == null || !"0".equals(equalityDeletes)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(records) - Long.parseLong(positionDeletes));
  }
}
