/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.write;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.error.FreshetException;
import io.freshet.protocol.TableDescription;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.table.ChangeType;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The columns of a query's rows, which Spark does not check when a stream is written. */
final class WrittenColumns {
  private static final String CHANGE_COLUMN = "changeColumn";

  private WrittenColumns() {}

  /** The query's columns as the server names them; the change column is named as it wants it. */
  static StructType of(StreamedTable table, StructType query, CaseInsensitiveStringMap options) {
    TableDescription description = table.description();
    String changeColumn = options.getOrDefault(CHANGE_COLUMN, ChangeType.COLUMN);
    StructType columns = SparkSchemaUtil.convert(description.schema());
    List<String> names = Arrays.asList(columns.fieldNames());
    StructType row = new StructType();
    for (StructField field : query.fields()) {
      if (field.name().equals(changeColumn) && description.hasPrimaryKey()) {
        checkType(
            table,
            field,
            new StructField(field.name(), DataTypes.StringType, true, field.metadata()));
        row = row.add(ChangeType.COLUMN, DataTypes.StringType, true);
      } else if (names.contains(field.name())) {
        checkType(table, field, columns.apply(field.name()));
        row = row.add(field);
      } else {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "The query has a column %s, which table %s does not have: select what it has, %s",
            field.name(),
            table.name(),
            names);
      }
    }
    if (options.containsKey(CHANGE_COLUMN) && !row.getFieldIndex(ChangeType.COLUMN).isDefined()) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "Option %s names %s, but %s",
          CHANGE_COLUMN,
          changeColumn,
          description.hasPrimaryKey()
              ? "the query has no such column"
              : "table " + table.name() + " has no primary key, and takes no changes");
    }
    checkRequired(table, row);
    return row;
  }

  private static void checkType(StreamedTable table, StructField given, StructField wanted) {
    if (!given.dataType().asNullable().sameType(wanted.dataType().asNullable())) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "Column %s of the query is %s, and of table %s it is %s: cast it",
          given.name(),
          given.dataType().simpleString(),
          table.name(),
          wanted.dataType().simpleString());
    }
  }

  private static void checkRequired(StreamedTable table, StructType row) {
    for (Types.NestedField column : table.description().schema().columns()) {
      if (column.isRequired() && !row.getFieldIndex(column.name()).isDefined()) {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "The query has no column %s, and table %s needs it: it is NOT NULL",
            column.name(),
            table.name());
      }
    }
  }
}
