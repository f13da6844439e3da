/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.output.RowPrinter;
import io.freshet.cli.transfer.LeasedSnapshot;
import io.freshet.cli.transfer.UnionPart;
import io.freshet.error.FreshetException;
import io.freshet.filter.FilterText;
import io.freshet.lake.LakeFileIO;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "read",
    description = {
      "Print rows of a table as of now: those in the lake and the fresh ones, each once.",
      "Lake files are read by this command itself; the server streams only fresh rows."
    },
    footer = {
      "",
      "Examples:",
      "  freshet read demo.flights --where \"delay > 60 AND origin = 'SFO'\" --columns date,delay",
      "  freshet read demo.flights --count",
      "  freshet read demo.flights --json > flights.jsonl"
    })
final class ReadCommand implements Callable<Integer> {
  private static final long TERMINAL_LIMIT = 20;

  private final Console console;

  @Mixin private final ServerArguments server = new ServerArguments();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "The table's name.")
  private String name = "";

  @Option(
      names = "--columns",
      paramLabel = "COLUMN",
      split = ",",
      description = "The columns to print, in this order. Default: all.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--where",
      paramLabel = "FILTER",
      description =
          "Which rows: comparisons, IS NULL, IN, BETWEEN and LIKE 'prefix%%', with AND, OR and NOT.")
  private @Nullable String where;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many rows to print; 0 for all. Default: 20 on a terminal, else all.")
  private @Nullable Long limit;

  @Option(names = "--count", description = "Print only how many rows there are.")
  private boolean isCount;

  @ArgGroup private final Parts parts = new Parts();

  @Option(
      names = "--lake-property",
      paramLabel = "KEY=VALUE",
      description =
          "A property for reading the lake's files, such as s3.endpoint=…. Repeat it for more.")
  private Map<String, String> lakeProperties = new LinkedHashMap<>();

  /** Which half is wanted, if not both. */
  private static final class Parts {
    @Option(names = "--fresh", description = "Only rows that are not in the lake yet.")
    private boolean onlyFresh;

    @Option(names = "--lake", description = "Only rows that are in the lake.")
    private boolean onlyLake;

    List<UnionPart> wanted() {
      return onlyFresh
          ? List.of(UnionPart.FRESH)
          : onlyLake ? List.of(UnionPart.BASE) : List.of(UnionPart.LAKE, UnionPart.FRESH);
    }
  }

  ReadCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (limit != null && limit < 0) {
      throw new ParameterException(
          spec.commandLine(), "--limit takes a number of rows, or 0 for all, not " + limit);
    }
    TableName table = TableName.parse(name);
    try (Connection connection = server.connectForRows();
        LeasedSnapshot leased = LeasedSnapshot.plan(connection.client(), table);
        LakeFileIO lakeFiles = new LakeFileIO()) {
      lakeFiles.initialize(lakeProperties);
      Projection projection = projection(leased.snapshot().schema());
      UnionReader reader = new UnionReader(connection.client(), lakeFiles, connection.allocator());
      if (isCount) {
        count(reader, leased, projection);
      } else {
        print(reader, leased, projection);
      }
    } catch (NotFoundException e) {
      throw new FreshetException(
          LAKE_UNAVAILABLE,
          "Can't read the lake of "
              + table
              + " from here: "
              + e.getMessage()
              + ". A lake on a server's own disk is read on its machine; --fresh reads from anywhere.",
          e);
    }
    return ExitCode.OK.number();
  }

  private Projection projection(Schema schema) {
    Expression filter = where == null ? Expressions.alwaysTrue() : FilterText.parse(where, schema);
    if (!columns.isEmpty()) {
      return new Projection(schema, columns, filter);
    }
    return isCount
        ? new Projection(schema, List.of(narrowest(schema)), filter)
        : new Projection(schema, Projection.of(schema, null, null).columns(), filter);
  }

  /** The column that costs least to read. */
  private static String narrowest(Schema schema) {
    Types.NestedField narrowest = schema.columns().get(0);
    for (Types.NestedField column : schema.columns()) {
      if (width(column.type()) < width(narrowest.type())) {
        narrowest = column;
      }
    }
    return narrowest.name();
  }

  private static int width(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> 1;
      case INTEGER, FLOAT, DATE -> 4;
      case LONG, DOUBLE, TIME, TIMESTAMP, TIMESTAMP_NANO -> 8;
      case DECIMAL, UUID -> 16;
      case STRUCT, LIST, MAP -> 1000;
      default -> 100;
    };
  }

  private void count(UnionReader reader, LeasedSnapshot leased, Projection projection) {
    Map<UnionPart, Long> rows = new EnumMap<>(UnionPart.class);
    for (UnionPart part : parts.wanted()) {
      long count = 0;
      try (BatchSource source = part.read(reader, leased.snapshot(), projection)) {
        while (source.next()) {
          count += source.batch().getRowCount();
        }
      }
      rows.put(part, count);
    }
    long total = rows.values().stream().mapToLong(Long::longValue).sum();
    if (console.isJson()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("table", name).put("rows", total);
      rows.forEach((part, count) -> json.put(label(part) + "-rows", count));
      console.out().println(json);
    } else {
      console.out().println(total);
      printParts(rows);
    }
  }

  private void print(UnionReader reader, LeasedSnapshot leased, Projection projection) {
    long left = rowsToPrint();
    boolean isCut = false;
    Map<UnionPart, Long> rows = new EnumMap<>(UnionPart.class);
    RowPrinter printer = new RowPrinter(console, projection.projectedSchema());
    for (UnionPart part : parts.wanted()) {
      if (isCut) {
        break;
      }
      long printed = 0;
      try (BatchSource source = part.read(reader, leased.snapshot(), projection)) {
        while (!isCut && source.next()) {
          int wanted = (int) Math.min(left, source.batch().getRowCount());
          isCut = wanted < source.batch().getRowCount();
          print(printer, source.batch(), wanted);
          printed += wanted;
          left -= wanted;
        }
      }
      rows.put(part, printed);
    }
    printer.finish();
    if (!console.isJson()) {
      printParts(rows);
      if (isCut) {
        console.err().println("There are more: --limit 0 prints all, --count counts them.");
      }
    }
  }

  private long rowsToPrint() {
    if (limit == null) {
      return console.outIsTerminal() && !console.isJson() ? TERMINAL_LIMIT : Long.MAX_VALUE;
    }
    return limit == 0 ? Long.MAX_VALUE : limit;
  }

  private static void print(RowPrinter printer, VectorSchemaRoot batch, int rows) {
    if (rows == batch.getRowCount()) {
      printer.print(batch);
    } else if (rows > 0) {
      try (VectorSchemaRoot head = batch.slice(0, rows)) {
        printer.print(head);
      }
    }
  }

  private void printParts(Map<UnionPart, Long> rows) {
    List<String> texts = new ArrayList<>();
    rows.forEach((part, count) -> texts.add(Quantities.count(count) + " " + label(part)));
    console.err().println("Rows: " + String.join(", ", texts));
  }

  private static String label(UnionPart part) {
    return part == UnionPart.FRESH ? "fresh" : "lake";
  }
}
