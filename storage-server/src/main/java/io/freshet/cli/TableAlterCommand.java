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
    description = "Set or remove a table's properties.",
    footer = {"", "Example:", "  freshet table alter demo.flights --set freshet.freshness=10s"})
final class TableAlterCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

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
    if (set.isEmpty() && unset.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "Nothing to change: say --set or --unset");
    }
    TableName table = TableName.parse(name);
    try (Connection connection = server.connect()) {
      TableDescription altered = connection.client().alterProperties(table, set, unset);
      if (console.isJson()) {
        console.out().println(Json.writeText(altered));
      } else {
        console
            .out()
            .println("Properties of " + table + ": " + new TreeMap<>(altered.properties()));
      }
    }
    return ExitCode.OK.number();
  }
}
