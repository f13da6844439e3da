/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.benchmarks.Result.Unit;
import io.freshet.client.FreshetClient;
import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The reference union read, against a plain scan of the same base. */
final class UnionScanBenchmark implements Benchmark {
  private static final int FRESH_SHARE = 30;
  private static final int BATCH_ROWS = 8192;
  private static final Duration LEASE = Duration.ofMinutes(59);
  private static final List<String> ONE_COLUMN = List.of("delay");

  /** Opens the rows that are read. */
  private interface Read {
    BatchSource open();
  }

  @Override
  public String name() {
    return "union-scan";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("union");
    try (ServerProcess server = ServerProcess.start(data, "512MB");
        FreshetClient client = bench.connect(server);
        LakeFileIO files = new LakeFileIO()) {
      files.initialize(Map.of());
      long rows = bench.settings().rows();
      long freshRows = rows / FRESH_SHARE;
      UnionSnapshot snapshot = fill(bench, client, rows - freshRows, freshRows);
      UnionReader reader = new UnionReader(client, files, bench.allocator());
      Projection all = Projection.of(snapshot.schema(), null, null);
      Projection one = Projection.of(snapshot.schema(), ONE_COLUMN, null);
      long lakeRows = rows - freshRows;
      Measured measured =
          bench
              .interleaved()
              .add(
                  "lake, all columns",
                  Unit.MILLISECONDS,
                  () -> time(() -> reader.readLake(snapshot, all), lakeRows))
              .add(
                  "union, all columns",
                  Unit.MILLISECONDS,
                  () -> time(() -> reader.read(snapshot, all), rows))
              .add(
                  "lake, one column",
                  Unit.MILLISECONDS,
                  () -> time(() -> reader.readLake(snapshot, one), lakeRows))
              .add(
                  "union, one column",
                  Unit.MILLISECONDS,
                  () -> time(() -> reader.read(snapshot, one), rows))
              .run(bench.settings().warmUps(), bench.settings().rounds());
      List<Result> results = measured.medians(name());
      results.add(
          measured.ratio(
              name(), "union ÷ lake, all columns", "union, all columns", "lake, all columns"));
      results.add(
          measured.ratio(
              name(), "union ÷ lake, one column", "union, one column", "lake, one column"));
      return results;
    } finally {
      Workbench.delete(data);
    }
  }

  private static UnionSnapshot fill(
      Workbench bench, FreshetClient client, long lakeRows, long freshRows) throws Exception {
    try (TableRows flights = bench.flights((int) (lakeRows + freshRows));
        TableRows old = flights.inBatches(BATCH_ROWS, lakeRows, bench.allocator());
        TableRows fresh = flights.inBatches(BATCH_ROWS, freshRows, bench.allocator())) {
      TableName table = bench.createTable(client, flights.schema());
      bench.append(client, table, old);
      client.tier(table);
      bench.append(client, table, fresh);
      return client.plan(table, LEASE);
    }
  }

  private static double time(Read read, long expectedRows) {
    long start = System.nanoTime();
    long rows = 0;
    try (BatchSource source = read.open()) {
      while (source.next()) {
        rows += source.batch().getRowCount();
      }
    }
    double seconds = Workbench.seconds(start);
    if (rows != expectedRows) {
      throw new IllegalStateException("Read " + rows + " rows instead of " + expectedRows);
    }
    return seconds * 1_000;
  }
}
