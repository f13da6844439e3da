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
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.cli.input.RowFile;
import io.freshet.cli.output.Console;
import io.freshet.table.ColumnText;
import java.util.concurrent.Callable;
import org.apache.iceberg.Schema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "columns",
    description = {
      "Print the columns of a table that can hold a file's rows, as 'table create --columns' takes"
          + " them.",
      "A Parquet file tells them exactly; of a CSV or JSON file the first 1000 rows are looked at."
    },
    footer = {"", "Example:", "  freshet columns airports.csv"})
final class ColumnsCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final InputArguments input = new InputArguments();

  @Parameters(paramLabel = "FILE", description = "A .csv, .tsv, .json, .jsonl or .parquet file.")
  private String file = "";

  ColumnsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Schema schema = RowFile.of(file, input.options()).inferSchema();
    String columns = ColumnText.format(schema);
    if (console.isJson()) {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      console.out().println(result.put("file", file).put("columns", columns));
    } else {
      console.out().println(columns);
    }
    return ExitCode.OK.number();
  }
}
