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
import io.freshet.protocol.ExpireResult;
import io.freshet.protocol.Json;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "expire",
    description = {
      "Remove old snapshots of a table's lake half, and files that no snapshot refers to.",
      "What a reader has planned and still leases stays."
    },
    footer = {
      "",
      "Examples:",
      "  freshet expire demo.flights",
      "  freshet expire demo.flights --older-than 1h --retain-last 3"
    })
final class ExpireCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      description = "Younger snapshots and files stay. Default: 5d.")
  private String olderThan = "5d";

  @Option(
      names = "--retain-last",
      paramLabel = "COUNT",
      description = "So many of the newest snapshots stay. Default: 1.")
  private @Nullable Integer retainLast;

  ExpireCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    Instant before = Instant.now().minus(TableOptions.duration("--older-than", olderThan));
    try (Connection connection = server.connect()) {
      ExpireResult result = connection.client().expireSnapshots(table, before, retainLast);
      if (console.isJson()) {
        console.out().println(Json.writeText(result));
      } else {
        console
            .out()
            .printf(
                "Removed %d snapshots of %s, and %d files that no snapshot refers to%n",
                result.snapshots(), table, result.orphanFiles());
      }
    }
    return ExitCode.OK.number();
  }
}
