/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import io.freshet.protocol.TableDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.constraints.Constraint;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;

/** What Spark shows of a table, and takes in {@code TBLPROPERTIES}, besides Freshet's own names. */
final class TableProperties {
  static final String PROVIDER = "freshet";
  static final String PRIMARY_KEY = "primary-key";
  static final String BUCKETS = "buckets";
  static final String BUCKET_KEY = "bucket-key";
  static final String SORTED_BY = "sorted-by";

  private TableProperties() {}

  static Map<String, String> of(TableDescription table) {
    Map<String, String> properties = new LinkedHashMap<>(table.properties());
    properties.put(TableCatalog.PROP_PROVIDER, PROVIDER);
    properties.put(BUCKETS, Integer.toString(table.buckets()));
    if (!table.bucketKey().isEmpty()) {
      properties.put(BUCKET_KEY, String.join(", ", table.bucketKey()));
    }
    if (!table.sortedBy().isEmpty()) {
      properties.put(SORTED_BY, String.join(", ", table.sortedBy()));
    }
    return properties;
  }

  /** The primary key. The server does enforce it, but Spark's SQL can't say so. */
  static Constraint[] constraints(TableDescription table) {
    List<String> key = primaryKey(table);
    if (key.isEmpty()) {
      return new Constraint[0];
    }
    NamedReference[] columns = key.stream().map(Expressions::column).toArray(NamedReference[]::new);
    return new Constraint[] {
      Constraint.primaryKey(table.table().name() + "_pk", columns)
          .enforced(false)
          .validationStatus(Constraint.ValidationStatus.VALID)
          .rely(true)
          .build()
    };
  }

  static List<String> primaryKey(TableDescription table) {
    Set<Integer> ids = table.schema().identifierFieldIds();
    return table.schema().columns().stream()
        .filter(column -> ids.contains(column.fieldId()))
        .map(Types.NestedField::name)
        .toList();
  }
}
