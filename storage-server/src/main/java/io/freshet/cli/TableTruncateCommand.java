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
import io.freshet.protocol.Json;
import io.freshet.protocol.TableDescription;
import io.freshet.table.TableName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "truncate",
    description = {
      "Remove all rows of a table at once, in the lake too.",
      "Earlier snapshots of the lake keep theirs until they expire."
    },
    footer = {"", "Example:", "  freshet table truncate demo.flights --yes"})
final class TableTruncateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Option(
      names = {"-y", "--yes"},
      description = "It is meant.")
  private boolean isConfirmed;

  TableTruncateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    if (!isConfirmed) {
      throw new ParameterException(
          spec.commandLine(),
          "Truncating " + table + " removes its rows: say --yes if it is meant");
    }
    try (Connection connection = server.connect()) {
      TableDescription emptied = connection.client().truncateTable(table);
      console
          .out()
          .println(
              console.isJson() ? Json.writeText(emptied) : "Table " + table + " has no rows now");
    }
    return ExitCode.OK.number();
  }
}
