/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static io.trino.spi.session.PropertyMetadata.integerProperty;
import static io.trino.spi.session.PropertyMetadata.stringProperty;

import io.freshet.protocol.TableDescription;
import io.freshet.table.Partitioning;
import io.freshet.table.Sorting;
import io.freshet.table.TableOptions;
import io.trino.plugin.iceberg.IcebergTableProperties;
import io.trino.plugin.iceberg.PartitionFields;
import io.trino.plugin.iceberg.SortFieldUtils;
import io.trino.spi.session.PropertyMetadata;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.MapType;
import io.trino.spi.type.TypeManager;
import io.trino.spi.type.TypeOperators;
import io.trino.spi.type.VarcharType;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** What is written after WITH in CREATE TABLE, in Trino's spelling. */
public final class TableProperties {
  static final String PRIMARY_KEY = "primary_key";
  static final String BUCKETS = "buckets";
  static final String BUCKET_KEY = "bucket_key";
  static final String PARTITIONING = "partitioning";
  static final String SORTED_BY = "sorted_by";
  static final String EXTRA_PROPERTIES = "extra_properties";

  /** Properties with names of their own in Trino, and the server's names of them. */
  static final Map<String, String> SERVER_NAMES =
      new TreeMap<>(
          Map.of(
              "freshness", TableOptions.FRESHNESS,
              "tiering_size", TableOptions.TIERING_SIZE,
              "log_retention_time", TableOptions.LOG_RETENTION_TIME,
              "log_retention_size", TableOptions.LOG_RETENTION_SIZE));

  /** Iceberg's own property of a table's comment. */
  static final String COMMENT = "comment";

  /** What the Iceberg connector has to know of a new table to say which types it can have. */
  static final Map<String, Object> OF_ICEBERG_V3 =
      Map.of(IcebergTableProperties.FORMAT_VERSION_PROPERTY, 3);

  private static final Set<String> OF_PLAIN_TABLES = Set.of(PARTITIONING, SORTED_BY);

  private TableProperties() {}

  public static List<PropertyMetadata<?>> all(TypeManager types) {
    return List.of(
        columns(PRIMARY_KEY, "Columns of the primary key; a table without one takes appends only"),
        integerProperty(BUCKETS, "How many buckets the table's log has", null, false),
        columns(BUCKET_KEY, "Columns whose values choose a row's bucket"),
        columns(PARTITIONING, "How the lake is partitioned, such as ARRAY['day(ts)', 'region']"),
        columns(SORTED_BY, "How files of the lake are sorted, such as ARRAY['id DESC']"),
        stringProperty("freshness", "Rows are in the lake when they are this old", null, false),
        stringProperty("tiering_size", "… or when they are this many, such as '64MB'", null, false),
        stringProperty("log_retention_time", "How long the log keeps them then", null, false),
        stringProperty("log_retention_size", "… and up to which size", null, false),
        extraProperties(
            new MapType(VarcharType.VARCHAR, VarcharType.VARCHAR, new TypeOperators())));
  }

  /** The properties of a table, from which a CREATE TABLE makes the same again. */
  static Map<String, Object> of(TableDescription table) {
    Schema schema = table.schema();
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> primaryKey = primaryKey(schema);
    putUnlessEmpty(properties, PRIMARY_KEY, primaryKey);
    properties.put(BUCKETS, table.buckets());
    if (!table.bucketKey().equals(primaryKey)) {
      putUnlessEmpty(properties, BUCKET_KEY, table.bucketKey());
    }
    putUnlessEmpty(
        properties,
        PARTITIONING,
        PartitionFields.toPartitionFields(Partitioning.parse(schema, table.partitioning())));
    putUnlessEmpty(
        properties,
        SORTED_BY,
        SortFieldUtils.toSortFields(Sorting.parse(schema, table.sortedBy())));
    SERVER_NAMES.forEach((name, serverName) -> {
      String value = table.properties().get(serverName);
      if (value != null) {
        properties.put(name, value);
      }
    });
    return properties;
  }

  /** Those of a table of the lake that is not Freshet's, as far as they have our names. */
  static Map<String, Object> ofPlainTable(Map<String, Object> iceberg) {
    Map<String, Object> properties = new HashMap<>(iceberg);
    properties.keySet().retainAll(OF_PLAIN_TABLES);
    return properties;
  }

  @SuppressWarnings("unchecked") // Decoded by the property's own metadata.
  static List<String> list(Map<String, Object> properties, String name) {
    Object value = properties.get(name);
    return value == null ? List.of() : (List<String>) value;
  }

  static @Nullable Integer buckets(Map<String, Object> properties) {
    return (Integer) properties.get(BUCKETS);
  }

  /** The properties that the server is to have. */
  @SuppressWarnings("unchecked") // Decoded by the property's own metadata.
  static Map<String, String> ofServer(Map<String, Object> properties) {
    Map<String, String> values = new TreeMap<>();
    Object extra = properties.get(EXTRA_PROPERTIES);
    if (extra != null) {
      values.putAll((Map<String, String>) extra);
    }
    SERVER_NAMES.forEach((name, serverName) -> {
      String value = (String) properties.get(name);
      if (value != null) {
        values.put(serverName, value);
      }
    });
    return values;
  }

  private static List<String> primaryKey(Schema schema) {
    Set<Integer> ids = schema.identifierFieldIds();
    return schema.columns().stream()
        .filter(column -> ids.contains(column.fieldId()))
        .map(Types.NestedField::name)
        .toList();
  }

  private static void putUnlessEmpty(
      Map<String, Object> properties, String name, List<String> value) {
    if (!value.isEmpty()) {
      properties.put(name, value);
    }
  }

  private static PropertyMetadata<?> columns(String name, String description) {
    return new PropertyMetadata<>(
        name,
        description,
        new ArrayType(VarcharType.VARCHAR),
        List.class,
        List.of(),
        false,
        value -> ((Collection<?>) value).stream().map(String.class::cast).toList(),
        value -> value);
  }

  private static PropertyMetadata<?> extraProperties(MapType type) {
    return new PropertyMetadata<>(
        EXTRA_PROPERTIES,
        "Other table properties of Iceberg's",
        type,
        Map.class,
        null,
        true, // SHOW CREATE TABLE can't write maps.
        value -> new TreeMap<>((Map<?, ?>) value),
        value -> value);
  }
}
