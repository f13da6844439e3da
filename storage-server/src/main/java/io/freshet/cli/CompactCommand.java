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
import io.freshet.protocol.CompactResult;
import io.freshet.protocol.Json;
import io.freshet.table.TableName;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "compact",
    description = {
      "Rewrite a table's lake files that are small or have many deleted rows.",
      "The server does it by itself from time to time; freshet.compaction.min-files and"
          + " freshet.compaction.delete-ratio say which files."
    },
    footer = {"", "Example:", "  freshet compact demo.flights"})
final class CompactCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  CompactCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    try (Connection connection = server.connect()) {
      CompactResult result = connection.client().compact(table);
      if (console.isJson()) {
        console.out().println(Json.writeText(result));
      } else if (result.filesBefore() == 0) {
        console.out().println("Table " + table + " has no files that are worth rewriting");
      } else {
        console
            .out()
            .printf(
                "Rewrote %d files of %s as %d in %s: snapshot %s%n",
                result.filesBefore(),
                table,
                result.filesAfter(),
                Quantities.duration(TimeUnit.MILLISECONDS.toNanos(result.millis())),
                result.baseSnapshotId());
      }
    }
    return ExitCode.OK.number();
  }
}
