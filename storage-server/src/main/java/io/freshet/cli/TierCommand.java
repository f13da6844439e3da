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
import io.freshet.protocol.Json;
import io.freshet.protocol.TierResult;
import io.freshet.table.TableName;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "tier",
    description = {
      "Move all fresh rows of a table into the lake now, and wait until they are there.",
      "The server does it by itself, as often as the table's freshet.freshness says."
    },
    footer = {"", "Example:", "  freshet tier demo.flights"})
final class TierCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  TierCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    try (Connection connection = server.connect()) {
      TierResult result = connection.client().tier(table);
      if (console.isJson()) {
        console.out().println(Json.writeText(result));
      } else if (result.rows() == 0) {
        console.out().println("Table " + table + " has no fresh rows: nothing to move");
      } else {
        console
            .out()
            .printf(
                "Moved %s rows of %s into the lake in %s: snapshot %s%n",
                Quantities.count(result.rows()),
                table,
                Quantities.duration(TimeUnit.MILLISECONDS.toNanos(result.millis())),
                result.baseSnapshotId());
      }
    }
    return ExitCode.OK.number();
  }
}
