/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import io.freshet.arrow.ArrowRows;
import io.freshet.cli.output.TextTable.Column;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/** Prints rows as an aligned table, or with {@code --json} as one JSON object per line. */
public final class RowPrinter {
  private final Console console;
  private final Schema schema;
  private final @Nullable TextTable table;
  private final JsonRowText json;

  public RowPrinter(Console console, Schema schema) {
    this.console = console;
    this.schema = schema;
    this.json = new JsonRowText();
    this.table =
        console.isJson()
            ? null
            : new TextTable(
                console,
                schema.columns().stream()
                    .map(column ->
                        isNumber(column.type())
                            ? Column.number(column.name())
                            : Column.text(column.name()))
                    .toList());
  }

  /** Prints the rows of a batch, which is borrowed and has the schema's columns. */
  public void print(VectorSchemaRoot batch) {
    ArrowRows rows = new ArrowRows(schema, batch);
    for (int row = 0; row < rows.rows(); row++) {
      if (table == null) {
        console.out().println(json.row(schema.asStruct(), rows.row(row)));
      } else {
        table.add(cells(rows, row));
      }
    }
  }

  /** Ends the table. */
  public void finish() {
    if (table != null) {
      table.finish();
    }
  }

  private List<String> cells(ArrowRows rows, int row) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      @Nullable Object value = rows.value(row, i);
      Type type = schema.columns().get(i).type();
      cells.add(
          value == null
              ? "NULL"
              : type.isPrimitiveType() ? ValueText.format(type, value) : json.value(type, value));
    }
    return cells;
  }

  private static boolean isNumber(Type type) {
    return switch (type.typeId()) {
      case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL -> true;
      default -> false;
    };
  }
}
