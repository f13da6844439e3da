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
import io.freshet.protocol.AttachTable;
import io.freshet.table.TableName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "attach",
    description = {
      "Make an Iceberg table that the lake has a Freshet table, in place.",
      "Its rows stay where they are; with a primary key they are read once, for the key index."
    },
    footer = {
      "",
      "Examples:",
      "  freshet table attach sales.orders --primary-key id",
      "  freshet table attach web.events"
    })
final class TableAttachCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(paramLabel = "NAME", description = "The table's name: namespace.table.")
  private String name = "";

  @Mixin private final KeyAndBucketArguments layout = new KeyAndBucketArguments();

  TableAttachCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    try (Connection connection = server.connect()) {
      new TableText(console)
          .printResult(
              "Attached table " + table,
              connection
                  .client()
                  .attachTable(
                      new AttachTable(
                          table,
                          layout.primaryKey(),
                          layout.buckets(),
                          layout.bucketKey(),
                          layout.properties())));
    }
    return ExitCode.OK.number();
  }
}
