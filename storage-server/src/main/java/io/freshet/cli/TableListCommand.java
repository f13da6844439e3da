/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.freshet.cli.output.Console;
import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "list",
    description = "Print the names of all tables, or of those in a namespace, one per line.",
    footer = {"", "Example:", "  freshet table list demo"})
final class TableListCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(arity = "0..1", paramLabel = "NAMESPACE", description = "Only its tables.")
  private @Nullable String namespace;

  TableListCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (Connection connection = server.connect()) {
      FreshetClient client = connection.client();
      List<TableName> tables =
          namespace == null ? client.listTables() : client.listTables(namespace);
      for (TableName table : tables) {
        if (console.isJson()) {
          console
              .out()
              .println(JsonNodeFactory.instance.objectNode().put("table", table.toString()));
        } else {
          console.out().println(table);
        }
      }
      if (tables.isEmpty() && !console.isJson()) {
        console.err().println("There are no tables; 'freshet table create' makes one.");
      }
    }
    return ExitCode.OK.number();
  }
}
