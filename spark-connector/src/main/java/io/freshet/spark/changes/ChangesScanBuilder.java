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
import io.freshet.spark.read.FreshFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;

/** Pushes columns and filters to the server. */
final class ChangesScanBuilder
    implements SupportsPushDownV2Filters, SupportsPushDownRequiredColumns {
  private final String address;
  private final TableOffsets table;
  private final List<ChangeRange> ranges;
  private final FreshFilter filter;
  private final List<Predicate> pushed = new ArrayList<>();
  private StructType columns;

  ChangesScanBuilder(String address, TableOffsets table, List<ChangeRange> ranges, Schema schema) {
    this.address = address;
    this.table = table;
    this.ranges = ranges;
    this.filter = new FreshFilter(schema);
    this.columns = SparkSchemaUtil.convert(schema);
  }

  /** All come back, since the server may not know some. */
  @Override
  public Predicate[] pushPredicates(Predicate[] predicates) {
    pushed.addAll(Arrays.stream(predicates).filter(filter::add).toList());
    return predicates;
  }

  @Override
  public Predicate[] pushedPredicates() {
    return pushed.toArray(Predicate[]::new);
  }

  @Override
  public void pruneColumns(StructType required) {
    columns = required;
  }

  @Override
  public Scan build() {
    return new ChangesScan(address, table, ranges, columns, filter.toJson());
  }
}
