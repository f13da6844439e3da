/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.client.FreshStream;
import io.freshet.client.FreshetClient;
import io.freshet.filter.FilterJson;
import io.freshet.protocol.Json;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/** One client reads the fresh rows of a table: from memory, and from the log's files. */
final class FreshScanBenchmark implements Benchmark {
  private static final double AIM_ALL_COLUMNS = 8_000_000;
  private static final double AIM_ONE_COLUMN = 40_000_000;
  private static final int BATCH_ROWS = 8192;

  /** One measurement: a single scan of some columns takes less than a tenth of a second. */
  private static final int SCANS = 4;

  private static final Duration LEASE = Duration.ofMinutes(59);
  private static final List<String> DELAY = List.of("delay");
  private static final String ALL_COLUMNS = "all columns";
  private static final String ONE_COLUMN = "one column";

  /** A table on a server of its own, and a union snapshot of it. */
  private record Table(ServerProcess server, FreshetClient client, UnionSnapshot snapshot) {}

  @Override
  public String name() {
    return "fresh-scan";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path memory = bench.newFolder("fresh");
    Path evicted = bench.newFolder("evicted");
    try (TableRows flights = bench.flights(bench.settings().rows());
        ServerProcess memoryServer = ServerProcess.start(memory, "1GB");
        ServerProcess evictedServer = ServerProcess.start(evicted, "1MB");
        FreshetClient memoryClient = bench.connect(memoryServer);
        FreshetClient evictedClient = bench.connect(evictedServer);
        TableRows batches = flights.inBatches(BATCH_ROWS, flights.rows(), bench.allocator())) {
      Table inMemory = fill(bench, memoryServer, memoryClient, batches);
      Table inFiles = fill(bench, evictedServer, evictedClient, batches);
      int lateness = percentile99(flights);
      long lateRows = countAbove(flights, lateness);
      JsonNode late =
          Json.tree(
              FilterJson.toJson(Expressions.greaterThan("delay", lateness), flights.schema()));
      long rows = flights.rows();
      bench
          .progress()
          .say(String.format("fresh-scan: the filter finds %d of %d rows", lateRows, rows));
      Interleaved interleaved = bench.interleaved();
      add(interleaved, ALL_COLUMNS, inMemory, rows, null, null, rows);
      add(interleaved, ONE_COLUMN, inMemory, rows, DELAY, null, rows);
      add(interleaved, "1 % filter, all columns", inMemory, rows, null, late, lateRows);
      add(interleaved, "all columns, from files", inFiles, rows, null, null, rows);
      add(interleaved, "one column, from files", inFiles, rows, DELAY, null, rows);
      add(interleaved, "1 % filter, from files", inFiles, rows, null, late, lateRows);
      Measured measured = interleaved.run(bench.settings().warmUps(), bench.settings().rounds());
      return results(measured);
    } finally {
      Workbench.delete(memory);
      Workbench.delete(evicted);
    }
  }

  private List<Result> results(Measured measured) {
    List<Result> results = new ArrayList<>();
    for (Result result : measured.medians(name())) {
      results.add(
          switch (result.what()) {
            case ALL_COLUMNS -> result.withAim(Aim.atLeast(AIM_ALL_COLUMNS));
            case ONE_COLUMN -> result.withAim(Aim.atLeast(AIM_ONE_COLUMN));
            default -> result;
          });
    }
    return results;
  }

  private static void add(
      Interleaved interleaved,
      String name,
      Table table,
      long scannedRows,
      @Nullable List<String> columns,
      @Nullable JsonNode filter,
      long expectedRows) {
    interleaved.addRate(
        name,
        SCANS * scannedRows,
        List.of(table.server()),
        () -> {
          for (int scan = 0; scan < SCANS; scan++) {
            read(table, columns, filter, expectedRows);
          }
        });
  }

  private static Table fill(
      Workbench bench, ServerProcess server, FreshetClient client, TableRows rows) {
    TableName table = bench.createTable(client, rows.schema());
    bench.append(client, table, rows);
    return new Table(server, client, client.plan(table, LEASE));
  }

  private static void read(
      Table table, @Nullable List<String> columns, @Nullable JsonNode filter, long expectedRows) {
    long rows = 0;
    try (FreshStream stream = table.client().readFresh(table.snapshot(), null, columns, filter)) {
      while (stream.next()) {
        rows += stream.batch().getRowCount();
      }
    }
    if (rows != expectedRows) {
      throw new IllegalStateException("Read " + rows + " rows instead of " + expectedRows);
    }
  }

  private static int percentile99(TableRows flights) {
    VectorSchemaRoot batch = flights.batches().get(0);
    IntVector delays = (IntVector) batch.getVector("delay");
    int[] sorted = new int[batch.getRowCount()];
    for (int row = 0; row < sorted.length; row++) {
      sorted[row] = delays.isNull(row) ? 0 : delays.get(row);
    }
    Arrays.sort(sorted);
    return sorted[sorted.length * 99 / 100];
  }

  private static long countAbove(TableRows flights, int bound) {
    long count = 0;
    for (VectorSchemaRoot batch : flights.batches()) {
      IntVector delays = (IntVector) batch.getVector("delay");
      for (int row = 0; row < batch.getRowCount(); row++) {
        if (!delays.isNull(row) && delays.get(row) > bound) {
          count++;
        }
      }
    }
    return count;
  }
}
