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
import io.freshet.client.TableWriter;
import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;

/**
 * The fresh view of a primary-key table, by Iceberg's own client of the REST catalog: what a
 * virtual snapshot costs, how soon a row is in one under a steady load with tiering, and how fast
 * Iceberg's generic reader scans it.
 */
final class FreshViewBenchmark implements Benchmark {
  private static final int CHANGES = 100_000;
  private static final Duration INTERVAL = Duration.ofMillis(50);
  private static final Duration LEASE = Duration.ofMinutes(59);
  private static final List<String> WAREHOUSES = List.of("fresh", "fresh_v2");

  @Override
  public String name() {
    return "fresh-view";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("fresh-view");
    List<Result> results = new ArrayList<>();
    long rows = bench.settings().rows();
    try (ServerProcess server = ServerProcess.start(data, "1GB");
        FreshetClient client = bench.connect(server)) {
      bench.progress().say("Loading " + rows + " rows");
      new AccountsTable(client, bench.allocator()).load(rows, Map.of());
      results.addAll(builds(bench, client, rows));
      results.addAll(scans(bench, client));
      for (int rowsPerSecond : List.of(1_000, 20_000)) {
        for (String warehouse : WAREHOUSES) {
          results.addAll(visibility(bench, client, rows, rowsPerSecond, warehouse));
        }
      }
      return results;
    } finally {
      Workbench.delete(data);
    }
  }

  /** Loads of a table in which rows have changed since the last one. */
  private List<Result> builds(Workbench bench, FreshetClient client, long rows) throws Exception {
    Random random = new Random(1);
    Interleaved interleaved = bench.interleaved();
    for (String warehouse : WAREHOUSES) {
      RESTCatalog catalog = catalog(client, warehouse);
      interleaved.add(
          "load with 100,000 changed rows, " + warehouse,
          Unit.MILLISECONDS,
          () -> {
            client.tier(AccountsTable.NAME);
            load(catalog);
            new AccountsTable(client, bench.allocator())
                .upsert(CHANGES, () -> random.nextLong(rows));
            long start = System.nanoTime();
            load(catalog);
            return Workbench.seconds(start) * 1_000;
          });
    }
    Measured measured = interleaved.run(bench.settings().warmUps(), bench.settings().rounds());
    return measured.medians(name()).stream()
        .map(result -> result.withAim(Aim.atMost(500)))
        .toList();
  }

  private List<Result> scans(Workbench bench, FreshetClient client) throws Exception {
    try (LakeFileIO files = new LakeFileIO()) {
      files.initialize(Map.of());
      UnionSnapshot snapshot = client.plan(AccountsTable.NAME, LEASE);
      UnionReader union = new UnionReader(client, files, bench.allocator());
      Projection all = Projection.of(snapshot.schema(), null, null);
      Interleaved interleaved = bench.interleaved();
      for (String warehouse : List.of("lake", "fresh", "fresh_v2")) {
        Table table = load(catalog(client, warehouse));
        interleaved.add("generic scan, " + warehouse, Unit.MILLISECONDS, () -> scan(table));
      }
      interleaved.add("union reader", Unit.MILLISECONDS, () -> scan(union.read(snapshot, all)));
      Measured measured = interleaved.run(1, Math.min(3, bench.settings().rounds()));
      List<Result> results = measured.medians(name());
      for (String warehouse : WAREHOUSES) {
        results.add(
            measured.ratio(
                name(), warehouse + " ÷ lake", "generic scan, " + warehouse, "generic scan, lake"));
      }
      client.release(snapshot);
      return results;
    }
  }

  /**
   * Steady upserts of random keys, tiered every ten seconds, and a client that loads the table all
   * the time: from each acknowledgement to the end of the first load that began after it.
   */
  private List<Result> visibility(
      Workbench bench, FreshetClient client, long rows, int rowsPerSecond, String warehouse)
      throws Exception {
    String what = "%,d rows/s, acknowledged → loaded in %s".formatted(rowsPerSecond, warehouse);
    bench.progress().say(what);
    client.alterProperties(AccountsTable.NAME, Map.of("freshet.freshness", "10s"), List.of());
    RESTCatalog catalog = catalog(client, warehouse);
    Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
    AtomicBoolean isDone = new AtomicBoolean();
    CompletableFuture<List<Double>> times =
        CompletableFuture.supplyAsync(() -> loads(catalog, acknowledged, isDone));
    int batchRows = (int) (rowsPerSecond * INTERVAL.toMillis() / 1_000);
    long batches = bench.settings().steady().toMillis() / INTERVAL.toMillis();
    Random random = new Random(rowsPerSecond);
    Accounts accounts = new Accounts(3);
    long start = System.nanoTime();
    try (TableWriter writer = client.newWriter(AccountsTable.NAME)) {
      for (int i = 0; i < batches; i++) {
        long due = start + i * INTERVAL.toNanos();
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        try (VectorSchemaRoot batch =
            accounts.upserts(batchRows, () -> random.nextLong(rows), bench.allocator())) {
          var unused = writer.append(batch).thenRun(() -> acknowledged.add(System.nanoTime()));
        }
      }
      writer.flush();
    } finally {
      isDone.set(true);
    }
    Samples samples = Samples.of(times.join());
    Result p99 = Result.percentile(name(), what + ", p99", Unit.MILLISECONDS, samples, 99);
    return List.of(
        Result.percentile(name(), what + ", p50", Unit.MILLISECONDS, samples, 50),
        p99.withAim(Aim.atMost(1_000)));
  }

  private static List<Double> loads(
      RESTCatalog catalog, Queue<Long> acknowledged, AtomicBoolean isDone) {
    List<Double> millis = new ArrayList<>();
    while (!isDone.get() || !acknowledged.isEmpty()) {
      long start = System.nanoTime();
      load(catalog);
      long end = System.nanoTime();
      for (Long time = acknowledged.peek();
          time != null && time < start;
          time = acknowledged.peek()) {
        millis.add((end - time) / 1e6);
        acknowledged.remove();
      }
    }
    return millis;
  }

  private static RESTCatalog catalog(FreshetClient client, String warehouse) {
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize(
        warehouse,
        Map.of(
            CatalogProperties.URI, client.serverInfo().lakeUri(),
            CatalogProperties.WAREHOUSE_LOCATION, warehouse,
            CatalogProperties.FILE_IO_IMPL, LakeFileIO.class.getName()));
    return catalog;
  }

  private static Table load(RESTCatalog catalog) {
    return catalog.loadTable(AccountsTable.NAME.identifier());
  }

  private static double scan(Table table) throws IOException {
    long start = System.nanoTime();
    long rows = 0;
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      for (Record record : records) {
        rows += record.size() > 0 ? 1 : 0;
      }
    }
    if (rows == 0) {
      throw new IllegalStateException("Nothing was read");
    }
    return Workbench.seconds(start) * 1_000;
  }

  private static double scan(BatchSource source) {
    long start = System.nanoTime();
    try (source) {
      while (source.next()) {
        source.batch();
      }
    }
    return Workbench.seconds(start) * 1_000;
  }
}
