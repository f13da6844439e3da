/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.freshet.cli.input.RowFile;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.transfer.FileLoad;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "write",
    description = {
      "Append the rows of files to a table.",
      "Columns are matched by name. Rows can be read as soon as they are written, and are durable"
          + " when the command ends."
    },
    footer = {
      "",
      "Examples:",
      "  freshet write demo.airports airports.csv --create",
      "  tail -F events.jsonl | freshet write app.events - --format json --batch-rows 100"
    })
final class WriteCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "A .csv, .tsv, .json, .jsonl or .parquet file; - is the standard input, with --format.")
  private List<String> files = new ArrayList<>();

  @Mixin private final InputArguments input = new InputArguments();

  @Option(
      names = "--create",
      description = "Create the table with the first file's columns, if there is none.")
  private boolean isCreating;

  @Option(
      names = "--batch-rows",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many rows are sent at once. Default: ${DEFAULT-VALUE}.")
  private int batchRows;

  @Option(
      names = "--writer-id",
      paramLabel = "UUID",
      description =
          "Makes a repetition harmless: the same files, written again with the same id and the same"
              + " --batch-rows, add no row twice.")
  private @Nullable UUID writerId;

  WriteCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    check();
    TableName table = TableName.parse(name);
    List<RowFile> inputs = files.stream().map(file -> RowFile.of(file, input.options())).toList();
    UUID writer = writerId == null ? UUID.randomUUID() : writerId;
    try (Connection connection = server.connectForRows()) {
      FreshetClient client = connection.client();
      TableDescription description = existing(client, table, inputs.get(0));
      write(connection, description, inputs, writer);
    }
    return ExitCode.OK.number();
  }

  private void check() {
    if (batchRows < 1 || batchRows > 1_000_000) {
      throw new ParameterException(
          spec.commandLine(), "--batch-rows takes 1 to 1000000, not " + batchRows);
    }
    if (isCreating && files.contains(STANDARD_INPUT)) {
      throw new ParameterException(
          spec.commandLine(),
          "--create reads a file twice, which the standard input can't be: create the table first");
    }
  }

  private TableDescription existing(FreshetClient client, TableName table, RowFile firstFile) {
    try {
      return client.describeTable(table);
    } catch (FreshetException e) {
      if (e.code() != TABLE_NOT_FOUND) {
        throw e;
      }
      if (!isCreating) {
        throw new FreshetException(
            TABLE_NOT_FOUND, "There is no table " + table + ": --create makes it", e);
      }
    }
    return create(client, table, firstFile);
  }

  private TableDescription create(FreshetClient client, TableName table, RowFile firstFile) {
    CreateTable request =
        new CreateTable(table, firstFile.inferSchema(), null, null, null, null, null);
    try {
      TableDescription created = client.createTable(request);
      if (!console.isJson()) {
        console
            .err()
            .println("Created table " + table + ": " + ColumnText.format(created.schema()));
      }
      return created;
    } catch (FreshetException e) {
      if (e.code() == TABLE_ALREADY_EXISTS) { // Somebody else was faster.
        return client.describeTable(table);
      }
      throw e;
    }
  }

  private void write(
      Connection connection, TableDescription table, List<RowFile> inputs, UUID writer) {
    long startNanos = System.nanoTime();
    long rows = load(connection, table, inputs, writer);
    long nanos = System.nanoTime() - startNanos;
    if (console.isJson()) {
      console
          .out()
          .println(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("table", table.table().toString())
                  .put("rows", rows)
                  .put("millis", nanos / 1_000_000)
                  .put("writer-id", writer.toString()));
    } else {
      console
          .out()
          .printf(
              "Wrote %s rows to %s in %s (%s, all durable)%n",
              Quantities.count(rows),
              table.table(),
              Quantities.duration(nanos),
              Quantities.rate(rows, nanos));
    }
  }

  private long load(
      Connection connection, TableDescription table, List<RowFile> inputs, UUID writer) {
    try (TableWriter tableWriter = connection.client().newWriter(table.table(), writer)) {
      FileLoad load =
          new FileLoad(console, tableWriter, table.schema(), connection.allocator(), batchRows);
      try {
        inputs.forEach(load::load);
      } catch (FreshetException e) {
        throw load.hasSent() ? withWriterId(e, writer) : e;
      }
      return load.acknowledgedRows();
    }
  }

  private static FreshetException withWriterId(FreshetException failure, UUID writer) {
    return new FreshetException(
        failure.code(),
        String.format(
            "%s The same command with --writer-id %s adds none of them twice.",
            failure.getMessage(), writer),
        failure);
  }
}
