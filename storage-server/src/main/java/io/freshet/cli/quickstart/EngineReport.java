/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.output.TextTable;
import io.freshet.cli.output.TextTable.Column;
import io.freshet.error.FreshetException;
import io.freshet.protocol.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The quickstart's query as an engine answers it: from the plain lake table, and from Freshet's.
 */
final class EngineReport {
  private static final String LAKE = "lake.demo.flights";
  private static final String UNION = "freshet.demo.flights";
  private static final String AVERAGE = "avg delay";
  private static final int SHOWN_AIRPORTS = 6;

  private final QueryEngine engine;
  private final Answer lake;
  private final Answer union;

  /** Airports by name, those with the most flights first. */
  private record Answer(Map<String, Delays> airports, long millis) {
    void addTo(List<String> row, String airport) {
      Delays delays = airports.getOrDefault(airport, Delays.NONE);
      row.add(Quantities.count(delays.flights));
      row.add(delays.average);
    }
  }

  private record Delays(long flights, String average) {
    static final Delays NONE = new Delays(0, "");
  }

  private EngineReport(QueryEngine engine, Answer lake, Answer union) {
    this.engine = engine;
    this.lake = lake;
    this.union = union;
  }

  /** Starts the engine, builds it first if that is needed, and waits for both answers. */
  static EngineReport ask(QueryEngine engine, Path checkout, String address)
      throws InterruptedException {
    String both = engine.query(LAKE) + ";\n" + engine.query(UNION);
    // Twice, since the first queries of a new process pay for its start.
    List<JsonNode> answers = run(engine, engine.command(checkout, address, both + ";\n" + both), 4);
    return new EngineReport(engine, answer(answers.get(2)), answer(answers.get(3)));
  }

  QuickstartResult.EngineResult result() {
    return new QuickstartResult.EngineResult(engine.title(), lake.millis, union.millis);
  }

  /** Whether both halves of each airport's flights are as the quickstart has read them itself. */
  boolean agreesWith(AirportReport report) {
    return report.lakeFlights().equals(flights(lake))
        && report.unionFlights().equals(flights(union));
  }

  /**
   * Prints the answers side by side.
   *
   * @param reports of at least one engine; all have given the same answers
   */
  static void print(Console console, List<EngineReport> reports) {
    console.out().println();
    for (EngineReport report : reports) {
      console
          .out()
          .printf(
              "The same query in %s, from the plain Iceberg table (%s) and from the Freshet table"
                  + " (%s)%n",
              report.engine.title(),
              Quantities.duration(report.lake.millis * 1_000_000),
              Quantities.duration(report.union.millis * 1_000_000));
    }
    EngineReport first = reports.get(0);
    console
        .out()
        .printf("  %s%n%n", first.engine.query(UNION).replace(" WHERE", "%n  WHERE".formatted()));
    List<Column> columns = new ArrayList<>(List.of(Column.text("airport")));
    columns.addAll(List.of(Column.number(LAKE), Column.number(AVERAGE)));
    for (EngineReport report : reports) {
      columns.add(Column.number(reports.size() == 1 ? UNION : "union in " + report.engine.title()));
      columns.add(Column.number(AVERAGE));
    }
    TextTable table = new TextTable(console, columns);
    first.union.airports.keySet().stream()
        .limit(SHOWN_AIRPORTS)
        .forEach(airport -> {
          List<String> row = new ArrayList<>(List.of(airport));
          first.lake.addTo(row, airport);
          reports.forEach(report -> report.union.addTo(row, airport));
          table.add(row);
        });
    table.finish();
  }

  private static Map<String, Long> flights(Answer answer) {
    Map<String, Long> flights = new LinkedHashMap<>();
    answer.airports.forEach((name, delays) -> flights.put(name, delays.flights));
    return flights;
  }

  private static Answer answer(JsonNode json) {
    Map<String, Delays> airports = new LinkedHashMap<>();
    for (JsonNode row : json.get("rows")) {
      JsonNode delay = row.get("delay");
      String average =
          delay == null || delay.isNull()
              ? ""
              : String.format(Locale.ROOT, "%.1f min", delay.asDouble());
      airports.put(row.get("name").asText(), new Delays(row.get("flights").asLong(), average));
    }
    return new Answer(airports, json.get("millis").asLong());
  }

  /** The first lines of JSON; the process may have more to do after them, and is ended. */
  private static List<JsonNode> run(QueryEngine engine, List<String> command, int lines)
      throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't start " + command.get(0), e);
    }
    try {
      return CompletableFuture.supplyAsync(() -> read(process.inputReader(UTF_8), lines)).get();
    } catch (ExecutionException e) {
      throw new FreshetException(
          INTERNAL,
          String.format(
              "%s did not answer (%s); what it says is above. Its command: %s",
              engine.title(), e.getMessage(), String.join(" ", command)),
          e);
    } finally {
      process.destroy();
    }
  }

  private static List<JsonNode> read(BufferedReader out, int lines) {
    List<JsonNode> answers = new ArrayList<>();
    try {
      while (answers.size() < lines) {
        String line = out.readLine();
        if (line == null) {
          throw new IllegalStateException(answers.size() + " of " + lines + " answers came");
        }
        if (line.startsWith("{")) {
          answers.add(Json.tree(line));
        }
      }
      return answers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
