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
import picocli.CommandLine.Parameters;

@Command(
    name = "rename",
    description = "Give a table another name, in the lake too.",
    footer = {"", "Example:", "  freshet table rename demo.flights archive.flights_2001"})
final class TableRenameCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(index = "0", paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "NEW_NAME", description = "The name that it gets.")
  private String newName = "";

  TableRenameCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    try (Connection connection = server.connect()) {
      TableDescription renamed = connection.client().renameTable(table, TableName.parse(newName));
      console
          .out()
          .println(
              console.isJson()
                  ? Json.writeText(renamed)
                  : "Table " + table + " is " + renamed.table() + " now");
    }
    return ExitCode.OK.number();
  }
}
