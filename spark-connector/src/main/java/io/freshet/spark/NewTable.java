/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.table.Partitioning;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TableInfo;
import org.apache.spark.sql.connector.catalog.constraints.Constraint;
import org.apache.spark.sql.connector.catalog.constraints.PrimaryKey;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.jspecify.annotations.Nullable;

/** Spark's {@code CREATE TABLE} as a request to the server. */
final class NewTable {
  /** What Spark adds by itself, or is said elsewhere in the request. */
  private static final Set<String> NOT_STORED =
      Set.of(
          TableCatalog.PROP_PROVIDER,
          TableCatalog.PROP_OWNER,
          TableCatalog.PROP_TABLE_TYPE,
          TableCatalog.PROP_IS_MANAGED_LOCATION,
          TableProperties.PRIMARY_KEY,
          TableProperties.BUCKETS,
          TableProperties.BUCKET_KEY,
          TableProperties.SORTED_BY);

  private static final Set<String> PROVIDERS = Set.of(TableProperties.PROVIDER, "iceberg");

  private final TableName name;
  private final TableInfo info;
  private final Map<String, String> given;

  private NewTable(TableName name, TableInfo info) {
    this.name = name;
    this.info = info;
    this.given = new HashMap<>(info.properties());
    // Spark gives options twice, with and without a prefix.
    given.keySet().removeIf(property -> property.startsWith(TableCatalog.OPTION_PREFIX));
  }

  static CreateTable request(TableName name, TableInfo info) {
    return new NewTable(name, info).request();
  }

  private CreateTable request() {
    checkProvider();
    checkLocation();
    Schema schema =
        withPrimaryKey(withDefaults(SparkSchemaUtil.convert(info.schema())), primaryKey());
    schema.columns().forEach(this::checkType);
    Map<String, String> properties = new HashMap<>(given);
    properties.keySet().removeAll(NOT_STORED);
    return new CreateTable(
        name,
        schema,
        Partitioning.format(Spark3Util.toPartitionSpec(schema, info.partitions())),
        names(TableProperties.SORTED_BY),
        buckets(),
        names(TableProperties.BUCKET_KEY),
        properties);
  }

  private void checkProvider() {
    String provider = given.get(TableCatalog.PROP_PROVIDER);
    if (provider != null && !PROVIDERS.contains(provider.toLowerCase(Locale.ROOT))) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Table %s can't be made USING %s: leave it out, or say USING freshet. To read files of"
              + " another format, make a view in Spark's own catalog.",
          name,
          provider);
    }
  }

  private void checkType(Types.NestedField column) {
    try {
      Field unused = ArrowSchemas.toArrow(column);
    } catch (FreshetException e) {
      throw new FreshetException(
          e.code(),
          String.format("Column %s of table %s: %s", column.name(), name, e.getMessage()),
          e);
    }
  }

  private void checkLocation() {
    String location = given.get(TableCatalog.PROP_LOCATION);
    if (location != null || given.containsKey(TableCatalog.PROP_EXTERNAL)) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Table %s can't be made at location %s: the server's lake decides where tables are. Leave"
              + " LOCATION and EXTERNAL out.",
          name,
          location);
    }
  }

  /** Columns of the constraint or of the property; empty for a log table. */
  private List<String> primaryKey() {
    List<String> key = null;
    for (Constraint constraint : info.constraints()) {
      if (!(constraint instanceof PrimaryKey primaryKey)) {
        throw FreshetException.of(
            UNSUPPORTED,
            "Table %s can't have the constraint '%s': Freshet has PRIMARY KEY and NOT NULL",
            name,
            constraint.toDDL());
      }
      key = Arrays.stream(primaryKey.columns()).map(NewTable::columnName).toList();
    }
    List<String> property = names(TableProperties.PRIMARY_KEY);
    if (key != null && property != null && !key.equals(property)) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Table %s has two primary keys: the constraint says %s and the property primary-key says %s",
          name,
          key,
          property);
    }
    return key != null ? key : property != null ? property : List.of();
  }

  private Schema withPrimaryKey(Schema schema, List<String> key) {
    Set<Integer> ids = new HashSet<>();
    List<Types.NestedField> columns = new ArrayList<>();
    Set<String> left = new HashSet<>(key);
    for (Types.NestedField column : schema.columns()) {
      boolean isKey = left.remove(column.name());
      if (isKey) {
        ids.add(column.fieldId());
      }
      columns.add(isKey ? column.asRequired() : column);
    }
    if (!left.isEmpty()) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Primary key %s of table %s has columns that are not there, %s: the columns are %s",
          key,
          name,
          left,
          schema.columns().stream().map(Types.NestedField::name).toList());
    }
    return new Schema(columns, ids);
  }

  private Schema withDefaults(Schema schema) {
    List<Types.NestedField> columns = new ArrayList<>();
    for (Column column : info.columns()) {
      Types.NestedField field = schema.findField(column.name());
      if (column.defaultValue() != null) {
        Literal<?> value = ColumnDefaults.literal(column.defaultValue().getValue().value(), field);
        // There are no rows that would need an initial one.
        field = Types.NestedField.from(field).withWriteDefault(value).build();
      }
      columns.add(field);
    }
    return new Schema(columns);
  }

  private @Nullable Integer buckets() {
    String buckets = given.get(TableProperties.BUCKETS);
    try {
      return buckets == null ? null : Integer.valueOf(buckets.strip());
    } catch (NumberFormatException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format("Table %s has property buckets = '%s', which is no number", name, buckets),
          e);
    }
  }

  private @Nullable List<String> names(String property) {
    String text = given.get(property);
    return text == null
        ? null
        : Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private static String columnName(NamedReference reference) {
    return String.join(".", reference.fieldNames());
  }
}
