/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.protocol.TableDescription;
import io.freshet.table.TableName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "drop",
    description = {
      "Drop a table.",
      "Its rows in the lake stay, as a plain Iceberg table; fresh rows are lost, so tier it first to"
          + " keep them. With --purge the lake's rows are lost too."
    },
    footer = {"", "Example:", "  freshet table drop demo.flights --purge --yes"})
final class TableDropCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Option(names = "--purge", description = "Delete the lake table and all its files too.")
  private boolean isPurge;

  @Option(
      names = {"-y", "--yes"},
      description = "Don't ask.")
  private boolean isConfirmed;

  TableDropCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    if (!isConfirmed && (!console.errIsTerminal() || console.isJson())) {
      throw new ParameterException(
          spec.commandLine(), "Dropping " + table + " loses rows: say --yes if it is meant");
    }
    try (Connection connection = server.connect()) {
      TableDescription description = connection.client().describeTable(table);
      if (!isConfirmed && !confirms(description)) {
        console.err().println("Nothing was dropped.");
        return ExitCode.REFUSED.number();
      }
      if (isPurge) {
        connection.client().purgeTable(table);
      } else {
        connection.client().dropTable(table);
      }
      print(description);
    }
    return ExitCode.OK.number();
  }

  private boolean confirms(TableDescription table) {
    console.err().printf("%s Drop it? [y/N] ", losses(table));
    console.err().flush();
    try {
      String answer = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
      return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String losses(TableDescription table) {
    return String.format(
        Locale.ROOT,
        "%s has %s rows in the lake, which %s, and %s fresh rows, which will be lost.",
        table.table(),
        Quantities.count(table.lakeRows()),
        isPurge ? "will be lost" : "stay there",
        Quantities.count(table.freshRows()));
  }

  private void print(TableDescription table) {
    if (console.isJson()) {
      console
          .out()
          .println(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("dropped", table.table().toString())
                  .put("purged", isPurge)
                  .put("lake-rows", table.lakeRows())
                  .put("fresh-rows", table.freshRows()));
    } else if (isPurge) {
      console.out().println("Dropped table " + table.table() + " and its files");
    } else {
      console
          .out()
          .printf(
              "Dropped table %s; its %s rows in the lake stay at %s%n",
              table.table(), Quantities.count(table.lakeRows()), table.location());
    }
  }
}
