/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;

/** What the partitions of a scan are grouped by: Spark's transforms as Iceberg's. */
final class PartitionKeys {
  private static final String FIELD = "freshet_key_";

  private PartitionKeys() {}

  /**
   * A spec that gives rows the keys of these transforms, in their order; its fields have names that
   * no column has. Empty if one of them is none of Iceberg's.
   */
  static Optional<PartitionSpec> spec(Schema schema, Expression[] transforms) {
    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
    for (int i = 0; i < transforms.length; i++) {
      if (!(transforms[i] instanceof Transform transform) || !add(spec, transform, FIELD + i)) {
        return Optional.empty();
      }
    }
    return Optional.of(spec.build());
  }

  private static boolean add(PartitionSpec.Builder spec, Transform transform, String field) {
    String column = column(transform);
    Optional<Integer> parameter = parameter(transform);
    switch (transform.name()) {
      case "identity" -> spec.identity(column, field);
      case "years" -> spec.year(column, field);
      case "months" -> spec.month(column, field);
      case "days" -> spec.day(column, field);
      case "hours" -> spec.hour(column, field);
      case "bucket", "truncate" -> {
        if (parameter.isEmpty()) {
          return false;
        }
        if (transform.name().equals("bucket")) {
          spec.bucket(column, parameter.get(), field);
        } else {
          spec.truncate(column, parameter.get(), field);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String column(Transform transform) {
    return Stream.of(transform.references())
        .flatMap(reference -> Arrays.stream(reference.fieldNames()))
        .collect(Collectors.joining("."));
  }

  private static Optional<Integer> parameter(Transform transform) {
    return Arrays.stream(transform.arguments())
        .filter(Literal.class::isInstance)
        .map(argument -> ((Literal<?>) argument).value())
        .filter(Number.class::isInstance)
        .map(number -> ((Number) number).intValue())
        .findFirst();
  }

  /** The transforms of a spec whose columns a scan reads, as Spark's. */
  static Expression[] readable(PartitionSpec spec, Schema schema, StructType read) {
    List<String> columns = Arrays.asList(read.fieldNames());
    List<PartitionField> fields =
        spec.fields().stream()
            .filter(field -> !field.transform().isVoid())
            .filter(field -> columns.contains(schema.findColumnName(field.sourceId())))
            .toList();
    return Spark3Util.toTransforms(schema, fields);
  }
}
