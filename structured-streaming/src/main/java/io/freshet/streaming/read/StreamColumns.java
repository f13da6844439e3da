/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.filter.FilterJson;
import io.freshet.filter.FilterText;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ChangeColumns;
import io.freshet.table.ChangeType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What a stream reads of each row.
 *
 * @param schema the stream's columns
 * @param data those of the table among them, which come first
 * @param logColumns what is asked of the log, for them and to know what a change is
 * @param logFilter an Iceberg expression in its JSON form; null for all changes
 * @param lakeFilter the same for rows of lake files, which have {@code data}; null for all
 * @param refusesDeletes whether a delete is an error
 */
public record StreamColumns(
    StructType schema,
    StructType data,
    ArrayList<String> logColumns,
    @Nullable String logFilter,
    @Nullable Evaluator lakeFilter,
    boolean refusesDeletes)
    implements Serializable {
  /**
   * @throws FreshetException INVALID_REQUEST if an option does not fit the table
   */
  public static StreamColumns of(TableDescription table, StreamOptions options) {
    Schema read = project(table, options.columns());
    StructType data = SparkSchemaUtil.convert(read);
    boolean refusesDeletes =
        table.hasPrimaryKey() && !options.readChangeFeed() && !options.skipDeletes();
    ArrayList<String> logColumns = new ArrayList<>(List.of(data.fieldNames()));
    StructType schema = data;
    if (options.readChangeFeed()) {
      schema = withChangeColumns(table, data);
      ChangeColumns.ADDED.forEach(column -> logColumns.add(column.name()));
    } else {
      logColumns.add(ChangeColumns.OFFSET_COLUMN);
      if (refusesDeletes) {
        logColumns.add(ChangeType.COLUMN);
      }
    }
    Expression filter = filter(table, read, options.filter());
    return new StreamColumns(
        schema,
        data,
        logColumns,
        logFilter(table, options, filter),
        filter == null ? null : new Evaluator(read.asStruct(), filter, true),
        refusesDeletes);
  }

  /** Whether the stream has the columns of {@link ChangeColumns}. */
  boolean isChangeFeed() {
    return schema.length() > data.length();
  }

  private static Schema project(TableDescription table, @Nullable List<String> columns) {
    if (columns == null) {
      return table.schema();
    }
    Set<String> wanted = new HashSet<>(columns);
    List<Types.NestedField> fields =
        table.schema().columns().stream().filter(field -> wanted.remove(field.name())).toList();
    if (!wanted.isEmpty() || fields.isEmpty()) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Option columns names %s, which table %s does not have; it has %s",
          wanted,
          table.table(),
          table.schema().columns().stream().map(Types.NestedField::name).toList());
    }
    return new Schema(fields);
  }

  /** A delete has its key alone, and rows of the lake have no offset. */
  private static StructType withChangeColumns(TableDescription table, StructType data) {
    StructType schema = new StructType();
    for (StructField field : data.fields()) {
      boolean isInAllChanges =
          !table.hasPrimaryKey() || table.schema().identifierFieldNames().contains(field.name());
      schema =
          schema.add(
              field.name(),
              field.dataType(),
              field.nullable() || !isInAllChanges,
              field.metadata());
    }
    StructType added = SparkSchemaUtil.convert(new Schema(ChangeColumns.ADDED));
    for (StructField field : added.fields()) {
      boolean isNullable = !field.name().equals(ChangeType.COLUMN);
      schema = schema.add(field.name(), field.dataType(), isNullable, field.metadata());
    }
    return schema;
  }

  private static @Nullable Expression filter(
      TableDescription table, Schema read, @Nullable String text) {
    if (text == null) {
      return null;
    }
    Expression filter = FilterText.parse(text, table.schema());
    Set<Integer> fields = Binder.boundReferences(table.schema().asStruct(), List.of(filter), true);
    for (int field : fields) {
      if (read.findField(field) == null) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Option filter asks for %s, which option columns leaves out: add it there",
            table.schema().findColumnName(field));
      }
    }
    return filter;
  }

  /** Deletes come through a filter, as they have the key's columns alone to be filtered by. */
  private static @Nullable String logFilter(
      TableDescription table, StreamOptions options, @Nullable Expression filter) {
    Expression changes = filter;
    if (table.hasPrimaryKey()) {
      Expression upserts = Expressions.notEqual(ChangeType.COLUMN, ChangeType.DELETE.text());
      Expression deletes = Expressions.equal(ChangeType.COLUMN, ChangeType.DELETE.text());
      if (options.skipDeletes()) {
        changes = filter == null ? upserts : Expressions.and(upserts, filter);
      } else if (filter != null) {
        changes = Expressions.or(deletes, filter);
      }
    }
    return changes == null
        ? null
        : FilterJson.toJson(changes, ChangeColumns.schema(table.table(), table.schema()));
  }
}
