/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SingleValueParser;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Spark's changes of columns, as the server takes them. */
final class ColumnChanges {
  private final TableName table;
  private final Schema schema;
  private final List<SchemaChange> changes = new ArrayList<>();

  private ColumnChanges(TableName table, Schema schema) {
    this.table = table;
    this.schema = schema;
  }

  /**
   * @param schema that the table has
   * @throws FreshetException UNSUPPORTED if one is none that Freshet has
   */
  static List<SchemaChange> of(TableName table, Schema schema, List<TableChange> changes) {
    ColumnChanges converted = new ColumnChanges(table, schema);
    changes.forEach(converted::add);
    return converted.changes;
  }

  private void add(TableChange change) {
    if (change instanceof TableChange.AddColumn added) {
      addColumn(added);
    } else if (change instanceof TableChange.DeleteColumn deleted) {
      if (!deleted.ifExists() || schema.findField(name(deleted)) != null) {
        changes.add(new SchemaChange.DropColumn(path(deleted)));
      }
    } else if (change instanceof TableChange.RenameColumn renamed) {
      changes.add(new SchemaChange.RenameColumn(path(renamed), renamed.newName()));
    } else if (change instanceof TableChange.UpdateColumnType typed) {
      Type type = SparkSchemaUtil.convert(typed.newDataType());
      changes.add(new SchemaChange.WidenColumn(path(typed), type.toString()));
    } else if (change instanceof TableChange.UpdateColumnComment commented) {
      changes.add(new SchemaChange.SetDoc(path(commented), commented.newComment()));
    } else if (change instanceof TableChange.UpdateColumnPosition moved) {
      changes.add(move(path(moved), moved.position()));
    } else if (change instanceof TableChange.UpdateColumnDefaultValue changed) {
      changes.add(new SchemaChange.SetDefault(path(changed), newDefault(changed)));
    } else if (change instanceof TableChange.UpdateColumnNullability nullability
        && nullability.nullable()) {
      changes.add(new SchemaChange.MakeOptional(path(nullability)));
    } else {
      throw FreshetException.of(
          UNSUPPORTED,
          "Table %s can't be changed by %s: its columns and its properties can be",
          table,
          change.getClass().getSimpleName());
    }
  }

  private void addColumn(TableChange.AddColumn added) {
    List<String> path = path(added);
    List<String> parent = path.subList(0, path.size() - 1);
    StructField field =
        new StructField(
            path.get(path.size() - 1), added.dataType(), added.isNullable(), Metadata.empty());
    Types.NestedField converted =
        SparkSchemaUtil.convert(new StructType(new StructField[] {field})).columns().get(0);
    Types.NestedField.Builder column = Types.NestedField.from(converted).withDoc(added.comment());
    if (added.defaultValue() != null) {
      Literal<?> value = ColumnDefaults.literal(added.defaultValue().getValue().value(), converted);
      column.withInitialDefault(value).withWriteDefault(value);
    }
    changes.add(new SchemaChange.AddColumn(parent, new Schema(column.build())));
    if (added.position() != null) {
      changes.add(move(path, added.position()));
    }
  }

  private static SchemaChange move(List<String> path, TableChange.ColumnPosition position) {
    return new SchemaChange.MoveColumn(
        path, position instanceof TableChange.After after ? after.column() : null);
  }

  private @Nullable String newDefault(TableChange.UpdateColumnDefaultValue change) {
    String sql = change.newDefaultValue();
    if (sql == null || sql.isBlank()) {
      return null;
    }
    Types.NestedField column = schema.findField(name(change));
    if (column == null) {
      return null; // The server says that it is not there.
    }
    return SingleValueParser.toJson(
        column.type(), ColumnDefaults.parse(sql, table, column).value());
  }

  private static List<String> path(TableChange.ColumnChange change) {
    return Arrays.asList(change.fieldNames());
  }

  private static String name(TableChange.ColumnChange change) {
    return String.join(".", change.fieldNames());
  }
}
