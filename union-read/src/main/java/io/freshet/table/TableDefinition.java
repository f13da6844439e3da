/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * What a table is, apart from its rows. The schema's field ids are Iceberg's.
 *
 * @param partitionSpec how the lake's files are partitioned; bound to {@code schema}
 * @param sortOrder how rows are sorted within a lake file; bound to {@code schema}
 * @param buckets how many logs the table's fresh rows are spread over
 * @param bucketKey top-level columns whose values choose the bucket; empty for round robin
 * @param properties Freshet's and Iceberg's table properties
 */
public record TableDefinition(
    TableName name,
    Schema schema,
    PartitionSpec partitionSpec,
    SortOrder sortOrder,
    int buckets,
    List<String> bucketKey,
    Map<String, String> properties) {
  public static final int MAX_BUCKETS = 1024;
  public static final int MAX_COLUMNS = 10_000;

  public TableDefinition {
    requireNonNull(name, "name");
    requireNonNull(partitionSpec, "partitionSpec");
    requireNonNull(sortOrder, "sortOrder");
    bucketKey = List.copyOf(bucketKey);
    properties = Map.copyOf(properties);
    if (schema.columns().isEmpty() || schema.columns().size() > MAX_COLUMNS) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Table %s has %d columns: a table has 1 to %d",
          name,
          schema.columns().size(),
          MAX_COLUMNS);
    }
    if (buckets < 1 || buckets > MAX_BUCKETS) {
      throw FreshetException.of(
          INVALID_REQUEST, "Table %s has %d buckets: use 1 to %d", name, buckets, MAX_BUCKETS);
    }
    for (String column : bucketKey) {
      checkBucketKey(name, schema, column);
    }
    if (!schema.identifierFieldIds().isEmpty()) {
      checkPrimaryKey(name, schema, buckets, bucketKey);
    }
  }

  /** The columns of the primary key, in the schema's order; empty for a log table. */
  public List<String> primaryKey() {
    Set<Integer> ids = schema.identifierFieldIds();
    return schema.columns().stream()
        .filter(column -> ids.contains(column.fieldId()))
        .map(Types.NestedField::name)
        .toList();
  }

  /** Whether the table takes upserts and deletes by key; else it takes appends only. */
  public boolean hasPrimaryKey() {
    return !schema.identifierFieldIds().isEmpty();
  }

  /**
   * The columns of the rows in the log: those of the schema, and for a table with a primary key the
   * change type after them. A delete has no values but its key's, so that only the key is required.
   */
  public Schema logSchema() {
    return ChangeType.logged(schema);
  }

  /** This definition with the ids that the lake gave to its schema, spec and sort order. */
  public TableDefinition withLayout(Schema schema, PartitionSpec spec, SortOrder order) {
    return new TableDefinition(name, schema, spec, order, buckets, bucketKey, properties);
  }

  public TableDefinition withProperties(Map<String, String> newProperties) {
    return new TableDefinition(
        name, schema, partitionSpec, sortOrder, buckets, bucketKey, newProperties);
  }

  private static void checkPrimaryKey(
      TableName name, Schema schema, int buckets, List<String> bucketKey) {
    Set<Integer> ids = schema.identifierFieldIds();
    for (int id : ids) {
      if (schema.asStruct().field(id) == null) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Column %s can't be in the primary key of table %s: it is a field of a struct",
            schema.findColumnName(id),
            name);
      }
    }
    if (schema.asStruct().field(ChangeType.COLUMN) != null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Table %s has a primary key, and changes to it say what they do in a column %s: name the"
              + " table's own column differently",
          name,
          ChangeType.COLUMN);
    }
    for (String column : bucketKey) {
      if (!ids.contains(schema.findField(column).fieldId())) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Bucket key column %s of table %s is not in its primary key %s: all changes of a key have"
                + " to go to one bucket",
            column,
            name,
            schema.identifierFieldNames());
      }
    }
    if (bucketKey.isEmpty() && buckets > 1) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Table %s has the primary key %s and %d buckets, and no bucket key: give columns of the primary"
              + " key, or use 1 bucket",
          name,
          schema.identifierFieldNames(),
          buckets);
    }
  }

  private static void checkBucketKey(TableName name, Schema schema, String column) {
    Types.NestedField field = schema.asStruct().field(column);
    if (field == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Bucket key column %s is not a column of table %s: %s",
          column,
          name,
          schema.columns().stream().map(Types.NestedField::name).toList());
    }
    Type.TypeID type = field.type().typeId();
    if (!field.type().isPrimitiveType()
        || type == Type.TypeID.BOOLEAN
        || type == Type.TypeID.FLOAT
        || type == Type.TypeID.DOUBLE) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Bucket key column %s of table %s has type %s, which has no bucket transform: use integers,"
              + " decimals, dates, times, timestamps, strings, binaries or uuids",
          column,
          name,
          field.type());
    }
  }
}
