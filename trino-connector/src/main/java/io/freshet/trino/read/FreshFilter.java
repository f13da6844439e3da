/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import static io.trino.plugin.iceberg.ExpressionConverter.isConvertibleToIcebergExpression;
import static io.trino.plugin.iceberg.ExpressionConverter.toIcebergExpression;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.filter.FilterJson;
import io.freshet.protocol.Json;
import io.freshet.trino.handle.BucketPartition;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.predicate.Domain;
import io.trino.spi.predicate.TupleDomain;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * What the engine wants of the lake, as a filter on fresh rows that the server applies. It lets
 * through what it can't say, since the engine checks every row again.
 */
final class FreshFilter {
  /** Longer lists of values become ranges. */
  private static final int MAX_RANGES = 1000;

  private FreshFilter() {}

  /** All predicates that were pushed down into the lake's half. */
  static TupleDomain<IcebergColumnHandle> pushedDown(ConnectorTableHandle lake) {
    IcebergTableHandle table = (IcebergTableHandle) lake;
    return table.getUnenforcedPredicate().intersect(table.getEnforcedPredicate());
  }

  /** The table's columns as the query sees them. */
  static Schema schema(ConnectorTableHandle lake) {
    return SchemaParser.fromJson(((IcebergTableHandle) lake).getTableSchemaJson());
  }

  /**
   * The filter in the protocol's form; empty if all rows match.
   *
   * @param predicate not none
   * @param partition whose rows alone are wanted: the engine does not check that again
   */
  static Optional<JsonNode> toJson(
      TupleDomain<IcebergColumnHandle> predicate,
      Optional<BucketPartition> partition,
      Schema schema) {
    TupleDomain<IcebergColumnHandle> sayable =
        predicate.simplify(MAX_RANGES).filter((column, domain) -> canSay(column, domain, schema));
    Expression filter =
        Expressions.and(
            toIcebergExpression(sayable),
            partition.map(one -> isIn(one, schema)).orElse(Expressions.alwaysTrue()));
    return filter.op() == Expressions.alwaysTrue().op()
        ? Optional.empty()
        : Optional.of(Json.tree(FilterJson.toJson(filter, schema)));
  }

  private static Expression isIn(BucketPartition partition, Schema schema) {
    String column = schema.findColumnName(partition.fieldId());
    Expression hashes =
        Expressions.equal(Expressions.bucket(column, partition.partitions()), partition.number());
    return partition.number() == 0 ? Expressions.or(Expressions.isNull(column), hashes) : hashes;
  }

  /** Metadata columns such as {@code $path} are no columns of the schema. */
  private static boolean canSay(IcebergColumnHandle column, Domain domain, Schema schema) {
    Types.NestedField field = schema.findField(column.getId());
    return field != null
        && field.type().isPrimitiveType()
        && field.type().typeId() != Type.TypeID.FIXED // Trino's values may have any length.
        && isConvertibleToIcebergExpression(domain);
  }
}
