/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.output.TextTable;
import io.freshet.cli.output.TextTable.Column;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.Json;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ColumnText;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Prints the description of a table. */
final class TableText {
  private final Console console;
  private final PrintStream out;

  TableText(Console console) {
    this.console = console;
    this.out = console.out();
  }

  /** What a command did to a table: one line, or the description as JSON. */
  void printResult(String done, TableDescription table) {
    if (console.isJson()) {
      out.println(Json.writeText(table));
    } else {
      out.println(done + ": " + ColumnText.format(table.schema()));
    }
  }

  void print(TableDescription table) {
    line("Table", table.table().toString());
    line("Id", table.tableId().toString());
    line("Partitioned by", listed(table.partitioning()));
    line("Sorted by", listed(table.sortedBy()));
    line(
        "Buckets",
        table.buckets()
            + (table.bucketKey().isEmpty()
                ? ", round robin"
                : " by " + String.join(", ", table.bucketKey())));
    Long base = table.baseSnapshotId();
    line(
        "Rows in the lake",
        Quantities.count(table.lakeRows())
            + (base == null ? " (no snapshot yet)" : " (snapshot " + base + ")"));
    long freshBytes = table.fresh().stream().mapToLong(FreshRange::bytes).sum();
    line(
        "Fresh rows",
        Quantities.count(table.freshRows()) + " (" + Quantities.bytes(freshBytes) + ")");
    if (!table.hasPrimaryKey()) { // Else a fresh row may be in the place of one in the lake.
      line("Rows in all", Quantities.count(table.lakeRows() + table.freshRows()));
    }
    line("Lake metadata", table.location());
    printColumns(table.schema());
    printBuckets(table.fresh());
    printProperties(table.properties());
  }

  private void printColumns(Schema schema) {
    out.println();
    TextTable columns =
        new TextTable(
            console, List.of(Column.text("column"), Column.text("type"), Column.text("comment")));
    for (Types.NestedField column : schema.columns()) {
      String type = column.type() + (column.isRequired() ? " not null" : "");
      columns.add(List.of(column.name(), type, column.doc() == null ? "" : column.doc()));
    }
    columns.finish();
  }

  private void printBuckets(List<FreshRange> buckets) {
    out.println();
    TextTable table =
        new TextTable(
            console,
            List.of(
                Column.number("bucket"),
                Column.number("tiered offset"),
                Column.number("end offset"),
                Column.number("fresh rows"),
                Column.number("fresh bytes")));
    for (FreshRange range : buckets) {
      table.add(
          List.of(
              Integer.toString(range.bucket()),
              Long.toString(range.tieredOffset()),
              Long.toString(range.endOffset()),
              Quantities.count(range.rows()),
              Quantities.bytes(range.bytes())));
    }
    table.finish();
  }

  private void printProperties(Map<String, String> properties) {
    out.println();
    TextTable table =
        new TextTable(console, List.of(Column.text("property"), Column.text("value")));
    new TreeMap<>(properties).forEach((name, value) -> table.add(List.of(name, value)));
    table.finish();
  }

  private void line(String name, String value) {
    out.printf("%-17s %s%n", name, value);
  }

  private static String listed(List<String> entries) {
    return entries.isEmpty() ? "nothing" : String.join(", ", entries);
  }
}
