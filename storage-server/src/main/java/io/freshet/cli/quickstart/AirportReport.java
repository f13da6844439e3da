/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import io.freshet.arrow.ArrowRows;
import io.freshet.cli.input.RowBatches;
import io.freshet.cli.input.RowFile;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.output.TextTable;
import io.freshet.cli.output.TextTable.Column;
import io.freshet.filter.FilterText;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;

/** One query, answered from the lake, from the fresh rows, and from their union. */
final class AirportReport {
  static final String QUERY =
      "SELECT name, count(*), avg(delay) FROM flights JOIN airports ON origin = iata%n"
          + "  WHERE date >= TIMESTAMP '2001-06-29 00:00:00' GROUP BY name ORDER BY 2 DESC";

  private static final String FILTER = "date >= TIMESTAMP '2001-06-29 00:00:00'";
  private static final int AIRPORTS = 6;
  private static final int BATCH_ROWS = 4096;

  private final Map<String, Delays> lake;
  private final Map<String, Delays> fresh;
  private final Map<String, Delays> union;
  private final Map<String, String> names;

  /** Of the flights from one airport. */
  private static final class Delays {
    private long flights;
    private long flightsWithDelay;
    private long minutes;

    String average() {
      return flightsWithDelay == 0
          ? ""
          : String.format(Locale.ROOT, "%.1f min", (double) minutes / flightsWithDelay);
    }
  }

  private AirportReport(
      Map<String, Delays> lake,
      Map<String, Delays> fresh,
      Map<String, Delays> union,
      Map<String, String> names) {
    this.lake = lake;
    this.fresh = fresh;
    this.union = union;
    this.names = names;
  }

  /**
   * @param airports the codes and names of airports
   * @param allocator borrowed
   */
  static AirportReport read(
      UnionReader reader, UnionSnapshot snapshot, RowFile airports, BufferAllocator allocator) {
    Schema schema = snapshot.schema();
    Projection projection =
        new Projection(schema, List.of("origin", "delay"), FilterText.parse(FILTER, schema));
    return new AirportReport(
        delays(reader.readLake(snapshot, projection), projection),
        delays(reader.readFresh(snapshot, projection), projection),
        delays(reader.read(snapshot, projection), projection),
        names(airports, allocator));
  }

  /** Whether the union has each airport's lake and fresh flights, no more and no less. */
  boolean addsUp() {
    return union.entrySet().stream()
        .allMatch(airport ->
            airport.getValue().flights
                == flights(lake, airport.getKey()) + flights(fresh, airport.getKey()));
  }

  /** Flights in the lake by the airport's name. */
  Map<String, Long> lakeFlights() {
    return flightsByName(lake);
  }

  /** All flights by the airport's name. */
  Map<String, Long> unionFlights() {
    return flightsByName(union);
  }

  void print(Console console) {
    TextTable table =
        new TextTable(
            console,
            List.of(
                Column.text("airport"),
                Column.number("lake only"),
                Column.number("avg delay"),
                Column.number("fresh only"),
                Column.number("avg delay"),
                Column.number("union"),
                Column.number("avg delay")));
    union.entrySet().stream()
        .sorted(
            Comparator.comparingLong(
                    (Map.Entry<String, Delays> airport) -> airport.getValue().flights)
                .reversed())
        .limit(AIRPORTS)
        .forEach(airport -> table.add(cells(airport.getKey())));
    table.finish();
  }

  private List<String> cells(String airport) {
    List<String> cells = new ArrayList<>();
    cells.add(names.getOrDefault(airport, airport));
    for (Map<String, Delays> part : List.of(lake, fresh, union)) {
      Delays delays = part.getOrDefault(airport, new Delays());
      cells.add(Quantities.count(delays.flights));
      cells.add(delays.average());
    }
    return cells;
  }

  private static long flights(Map<String, Delays> part, String airport) {
    Delays delays = part.get(airport);
    return delays == null ? 0 : delays.flights;
  }

  private Map<String, Long> flightsByName(Map<String, Delays> part) {
    Map<String, Long> flights = new HashMap<>();
    part.forEach((code, delays) -> {
      String name = names.get(code);
      if (name != null) {
        flights.merge(name, delays.flights, Long::sum);
      }
    });
    return flights;
  }

  private static Map<String, Delays> delays(BatchSource batches, Projection projection) {
    Map<String, Delays> delays = new HashMap<>();
    try (batches) {
      while (batches.next()) {
        ArrowRows rows = new ArrowRows(projection.projectedSchema(), batches.batch());
        for (int row = 0; row < rows.rows(); row++) {
          String origin = String.valueOf(rows.value(row, 0));
          Delays airport = delays.computeIfAbsent(origin, unused -> new Delays());
          airport.flights++;
          if (rows.value(row, 1) instanceof Long minutes) {
            airport.flightsWithDelay++;
            airport.minutes += minutes;
          }
        }
      }
    }
    return delays;
  }

  private static Map<String, String> names(RowFile airports, BufferAllocator allocator) {
    Map<String, String> names = new HashMap<>();
    Schema schema = airports.inferSchema().select("iata", "name");
    Schema all = airports.inferSchema();
    int code = all.columns().indexOf(schema.findField("iata"));
    int name = all.columns().indexOf(schema.findField("name"));
    try (RowBatches batches = airports.read(all, allocator, BATCH_ROWS)) {
      while (batches.next()) {
        ArrowRows rows = new ArrowRows(all, batches.batch());
        for (int row = 0; row < rows.rows(); row++) {
          names.put(String.valueOf(rows.value(row, code)), String.valueOf(rows.value(row, name)));
        }
      }
    }
    return names;
  }
}
