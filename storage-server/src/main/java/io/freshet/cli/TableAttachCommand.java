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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--primary-key",
      paramLabel = "COLUMN",
      split = ",",
      description = "Columns that tell rows apart. Without it rows are only added.")
  private List<String> primaryKey = new ArrayList<>();

  @Option(
      names = "--buckets",
      paramLabel = "N",
      description = "How many logs the table's writes are spread over. Default: 4.")
  private @Nullable Integer buckets;

  @Option(
      names = "--bucket-key",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns whose values choose a row's bucket. Default: the primary key, or round robin.")
  private List<String> bucketKey = new ArrayList<>();

  @Option(
      names = "--property",
      paramLabel = "KEY=VALUE",
      description = "A table property of Freshet or of Iceberg. Repeat it for more.")
  private Map<String, String> properties = new LinkedHashMap<>();

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
                  .attachTable(new AttachTable(table, primaryKey, buckets, bucketKey, properties)));
    }
    return ExitCode.OK.number();
  }
}
