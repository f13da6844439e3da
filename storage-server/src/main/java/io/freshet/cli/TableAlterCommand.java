/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import io.freshet.cli.output.Console;
import io.freshet.protocol.Json;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ColumnText;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "alter",
    description = "Change a table's columns and properties.",
    footer = {
      "",
      "Columns change in the order add, rename, widen, comment, drop; all of them or none. A field of a struct is"
          + " named by its path, such as place.zip.",
      "",
      "Examples:",
      "  freshet table alter demo.flights --set freshet.freshness=10s",
      "  freshet table alter demo.flights --add 'note string, gate int' --rename dest=destination",
      "  freshet table alter demo.flights --widen distance=long --drop note"
    })
final class TableAlterCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Option(
      names = "--add",
      paramLabel = "COLUMNS",
      description = "New columns, written as in 'freshet table create'.")
  private String added = "";

  @Option(
      names = "--rename",
      paramLabel = "COLUMN=NAME",
      description = "A column's new name. Repeat it for more.")
  private Map<String, String> renamed = new LinkedHashMap<>();

  @Option(
      names = "--widen",
      paramLabel = "COLUMN=TYPE",
      description =
          "A column's wider type: long for an int, double for a float, a decimal of more digits. Repeat it"
              + " for more.")
  private Map<String, String> widened = new LinkedHashMap<>();

  @Option(
      names = "--comment",
      paramLabel = "COLUMN=TEXT",
      description = "A column's comment. Repeat it for more.")
  private Map<String, String> comments = new LinkedHashMap<>();

  @Option(
      names = "--drop",
      paramLabel = "COLUMN",
      description = "A column that goes, with its values. Repeat it for more.")
  private List<String> dropped = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A property's new value. Repeat it for more.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--unset",
      paramLabel = "KEY",
      description = "A property that gets its default again. Repeat it for more.")
  private List<String> unset = new ArrayList<>();

  TableAlterCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<SchemaChange> changes = changes();
    if (changes.isEmpty() && set.isEmpty() && unset.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "Nothing to change: say --add, --rename, --widen, --comment, --drop, --set or --unset");
    }
    TableName table = TableName.parse(name);
    try (Connection connection = server.connect()) {
      TableDescription altered = null;
      if (!changes.isEmpty()) {
        altered = connection.client().alterSchema(table, changes);
      }
      if (!set.isEmpty() || !unset.isEmpty()) {
        altered = connection.client().alterProperties(table, set, unset);
      }
      print(table, requireNonNull(altered, "altered"), !changes.isEmpty());
    }
    return ExitCode.OK.number();
  }

  private List<SchemaChange> changes() {
    List<SchemaChange> changes = new ArrayList<>();
    if (!added.isBlank()) {
      ColumnText.parse(added)
          .columns()
          .forEach(column -> changes.add(SchemaChange.AddColumn.of(column)));
    }
    renamed.forEach(
        (column, newName) -> changes.add(new SchemaChange.RenameColumn(path(column), newName)));
    widened.forEach(
        (column, type) -> changes.add(new SchemaChange.WidenColumn(path(column), type)));
    comments.forEach((column, text) -> changes.add(new SchemaChange.SetDoc(path(column), text)));
    dropped.forEach(column -> changes.add(new SchemaChange.DropColumn(path(column))));
    return changes;
  }

  private static List<String> path(String column) {
    return List.of(column.split("\\.", -1));
  }

  private void print(TableName table, TableDescription altered, boolean hasNewColumns) {
    if (console.isJson()) {
      console.out().println(Json.writeText(altered));
    } else if (hasNewColumns) {
      console.out().println("Columns of " + table + ": " + ColumnText.format(altered.schema()));
    } else {
      console.out().println("Properties of " + table + ": " + new TreeMap<>(altered.properties()));
    }
  }
}
