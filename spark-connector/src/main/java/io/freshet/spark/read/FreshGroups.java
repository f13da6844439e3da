/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.protocol.Json;
import io.freshet.protocol.PartitionCounts;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.table.Partitioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides a snapshot's fresh rows by partition key, so that Spark can join them in place with the
 * lake's partitions. Each key is one more pass of the server over the fresh rows.
 */
final class FreshGroups {
  static final int MAX_KEYS = 128;

  /** Rows that the server tests in all passes together: a second or two of one core. */
  static final long MAX_TESTED_ROWS = 50_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(FreshGroups.class);

  private final SnapshotLease lease;
  private final PartitionSpec keys;
  private final List<String> columns;
  private final FreshFilter filter;

  private FreshGroups(
      SnapshotLease lease, PartitionSpec keys, List<String> columns, FreshFilter filter) {
    this.lease = lease;
    this.keys = keys;
    this.columns = columns;
    this.filter = filter;
  }

  /**
   * One or more partitions for each key that fresh rows have; empty if that would cost too much.
   *
   * @param keys bound to the snapshot's schema
   */
  static Optional<List<KeyedFreshPartition>> plan(
      SnapshotLease lease, PartitionSpec keys, List<String> columns, FreshFilter filter) {
    FreshGroups groups = new FreshGroups(lease, keys, columns, filter);
    String json = filter.toJson();
    List<PartitionCounts.Counted> found =
        Connections.to(lease.address())
            .countPartitions(
                lease.snapshot(),
                Partitioning.format(keys),
                json == null ? null : Json.tree(json),
                MAX_KEYS)
            .partitions();
    if (found == null || found.size() * lease.snapshot().freshRows() > MAX_TESTED_ROWS) {
      LOG.info(
          "Fresh rows of table {} have too many partition keys ({}) to be read by key",
          lease.snapshot().table(),
          keys);
      return Optional.empty();
    }
    return Optional.of(found.stream().flatMap(group -> groups.partitions(group).stream()).toList());
  }

  private List<KeyedFreshPartition> partitions(PartitionCounts.Counted group) {
    List<@Nullable Object> values = new ArrayList<>();
    Expression rows = Expressions.alwaysTrue();
    for (int i = 0; i < keys.fields().size(); i++) {
      Object value = PartitionValues.parse(type(i), group.values().get(i));
      values.add(PartitionValues.internal(type(i), value));
      rows = Expressions.and(rows, has(keys.fields().get(i), value));
    }
    GenericInternalRow key = new GenericInternalRow(values.toArray());
    long allRows = Math.max(1, lease.snapshot().freshRows());
    long bytes = (long) ((double) lease.snapshot().freshBytes() * group.rows() / allRows);
    String json = filter.toJson(rows);
    List<FreshPartition> partitions =
        bytes <= FreshPartitions.TARGET_BYTES
            ? List.of(FreshPartition.of(lease, List.of(), columns, json))
            : FreshPartitions.plan(lease, columns, json);
    return partitions.stream().map(part -> new KeyedFreshPartition(part, key)).toList();
  }

  private Type type(int key) {
    return keys.partitionType().fields().get(key).type();
  }

  /** The rows that have a value of a key. */
  @SuppressWarnings("unchecked")
  private Expression has(PartitionField key, @Nullable Object value) {
    String column = keys.schema().findColumnName(key.sourceId());
    if (value == null) {
      return Expressions.isNull(column); // All transforms leave null as it is, and nothing else.
    }
    if (key.transform().isIdentity()) {
      return value instanceof Double number && number.isNaN()
              || value instanceof Float small && small.isNaN()
          ? Expressions.isNaN(column)
          : Expressions.equal(column, value);
    }
    return Expressions.equal(
        Expressions.transform(column, (Transform<?, Object>) key.transform()), value);
  }
}
