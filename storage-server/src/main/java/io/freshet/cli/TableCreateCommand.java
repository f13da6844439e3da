/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;

import io.freshet.cli.input.RowFile;
import io.freshet.cli.output.Console;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ColumnText;
import io.freshet.table.PrimaryKey;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "create",
    description = "Create a table, and its namespace if there is none.",
    footer = {
      "",
      "Examples:",
      "  freshet table create shop.orders --columns \"id long not null, price decimal(10,2), at"
          + " timestamp\" --partition-by \"day(at)\"",
      "  freshet table create demo.airports --like airports.csv --primary-key iata"
    })
final class TableCreateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Parameters(paramLabel = "NAME", description = "The table's name: namespace.table.")
  private String name = "";

  @ArgGroup(multiplicity = "1")
  private final Columns columns = new Columns();

  @Mixin private final InputArguments input = new InputArguments();

  @Mixin private final KeyAndBucketArguments layout = new KeyAndBucketArguments();

  @Option(
      names = "--partition-by",
      paramLabel = "TRANSFORM",
      description =
          "How the lake's files are partitioned: a column, or year, month, day or hour of one, or"
              + " bucket(n, column) or truncate(n, column). Repeat it for more.")
  private List<String> partitioning = new ArrayList<>();

  @Option(
      names = "--sort-by",
      paramLabel = "COLUMN [DESC]",
      description = "How rows are sorted within a lake file. Repeat it for more.")
  private List<String> sorting = new ArrayList<>();

  @Option(
      names = "--if-not-exists",
      description = "Do nothing, and succeed, if there is a table of that name.")
  private boolean toleratesExisting;

  /** The three ways to say which columns the table has. */
  private static final class Columns {
    @Option(
        names = "--columns",
        required = true,
        paramLabel = "TEXT",
        description = "The columns as in SQL: \"id long not null, name string\".")
    private @Nullable String text;

    @Option(
        names = "--like",
        required = true,
        paramLabel = "FILE",
        description = "The columns of a .csv, .tsv, .json, .jsonl or .parquet file.")
    private @Nullable String file;

    @Option(
        names = "--schema",
        required = true,
        paramLabel = "FILE",
        description = "An Iceberg schema in its JSON form.")
    private @Nullable Path schema;
  }

  TableCreateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    TableName table = TableName.parse(name);
    CreateTable request =
        new CreateTable(
            table,
            PrimaryKey.in(schema(), layout.primaryKey()),
            partitioning,
            sorting,
            layout.buckets(),
            layout.bucketKey(),
            layout.properties());
    try (Connection connection = server.connect()) {
      TableText text = new TableText(console);
      try {
        TableDescription created = connection.client().createTable(request);
        text.printResult("Created table " + table, created);
      } catch (FreshetException e) {
        if (!toleratesExisting || e.code() != TABLE_ALREADY_EXISTS) {
          throw e;
        }
        text.printResult("There is a table " + table, connection.client().describeTable(table));
      }
    }
    return ExitCode.OK.number();
  }

  private Schema schema() {
    if (columns.text != null) {
      return ColumnText.parse(columns.text);
    }
    if (columns.file != null) {
      return RowFile.of(columns.file, input.options()).inferSchema();
    }
    if (columns.schema == null) {
      throw new IllegalStateException("The command line has no columns");
    }
    return read(columns.schema);
  }

  private static Schema read(Path file) {
    try {
      return SchemaParser.fromJson(Files.readString(file));
    } catch (IOException e) {
      throw new FreshetException(
          INVALID_REQUEST, "Can't read " + file + ": there is no such file, or it is no text", e);
    } catch (RuntimeException e) {
      throw new FreshetException(
          INVALID_REQUEST, file + " is no Iceberg schema in its JSON form: " + e.getMessage(), e);
    }
  }
}
