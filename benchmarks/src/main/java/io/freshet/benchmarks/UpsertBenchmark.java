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
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A primary-key table with random updates and deletes: how fast they go in, what plans and union
 * reads cost then, how long a tiering keeps a writer waiting, and how long an index takes to be
 * made anew.
 */
final class UpsertBenchmark implements Benchmark {
  private static final TableName TABLE = AccountsTable.NAME;
  private static final int UPDATED_SHARE = 20;
  private static final int DELETED_SHARE = 200;
  private static final Duration LEASE = Duration.ofMinutes(59);
  private static final double AIM_UPSERTS = 300_000;

  @Override
  public String name() {
    return "upsert";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("upsert");
    List<Result> results = new ArrayList<>();
    long rows = bench.settings().rows();
    try {
      try (ServerProcess server = ServerProcess.start(data, "1GB");
          FreshetClient client = bench.connect(server)) {
        bench.progress().say("Loading " + rows + " rows");
        new AccountsTable(client, bench.allocator())
            .load(rows, Map.of("freshet.compaction.delete-ratio", "0.03"));
        results.add(upserts(bench, server, client, rows));
        client.tier(TABLE);
        change(bench, client, rows);
        results.addAll(Plans.measure(name(), bench, client, rows));
        results.addAll(scans(bench, client));
        results.addAll(pause(bench, client, rows, "tiering", () -> client.tier(TABLE)));
        results.addAll(pause(bench, client, rows, "compaction", () -> client.compact(TABLE)));
      }
      results.add(rebuild(bench, data, rows));
      return results;
    } finally {
      Workbench.delete(data);
    }
  }

  private Result upserts(Workbench bench, ServerProcess server, FreshetClient client, long rows)
      throws Exception {
    long changes = Math.max(1000, rows / UPDATED_SHARE);
    Random random = new Random(1);
    Measured measured =
        bench
            .interleaved()
            .addRate(
                "upserts of random keys",
                changes,
                List.of(server),
                () ->
                    new AccountsTable(client, bench.allocator())
                        .upsert(changes, () -> random.nextLong(rows)))
            .run(bench.settings().warmUps(), bench.settings().rounds());
    return Result.median(
            name(),
            "upserts of random keys",
            Unit.ROWS_PER_SECOND,
            measured.of("upserts of random keys"))
        .withAim(Aim.atLeast(AIM_UPSERTS));
  }

  private static void change(Workbench bench, FreshetClient client, long rows) {
    Random random = new Random(2);
    new AccountsTable(client, bench.allocator())
        .upsert(rows / UPDATED_SHARE, () -> random.nextLong(rows));
    try (TableWriter writer = client.newWriter(TABLE)) {
      long left = rows / DELETED_SHARE;
      while (left > 0) {
        int count = (int) Math.min(AccountsTable.BATCH_ROWS, left);
        try (VectorSchemaRoot batch =
            new Accounts(3).deletes(count, () -> random.nextLong(rows), bench.allocator())) {
          var unused = writer.append(batch);
        }
        left -= count;
      }
      writer.flush();
    }
  }

  private List<Result> scans(Workbench bench, FreshetClient client) throws Exception {
    try (LakeFileIO files = new LakeFileIO()) {
      files.initialize(Map.of());
      UnionSnapshot snapshot = client.plan(TABLE, LEASE);
      UnionReader reader = new UnionReader(client, files, bench.allocator());
      Projection all = Projection.of(snapshot.schema(), null, null);
      Measured measured =
          bench
              .interleaved()
              .add("lake scan", Unit.MILLISECONDS, () -> time(() -> reader.readLake(snapshot, all)))
              .add("union scan", Unit.MILLISECONDS, () -> time(() -> reader.read(snapshot, all)))
              .run(bench.settings().warmUps(), bench.settings().rounds());
      List<Result> results = measured.medians(name());
      results.add(
          measured
              .ratio(name(), "union ÷ lake", "union scan", "lake scan")
              .withAim(Aim.atMost(1.1)));
      client.release(snapshot);
      return results;
    }
  }

  /** Single upserts, one after the other, beside other work of the server. */
  private List<Result> pause(
      Workbench bench, FreshetClient client, long rows, String what, Runnable work) {
    bench.progress().say("Upserts beside a " + what);
    Random random = new Random(4);
    List<Double> millis = new ArrayList<>();
    AtomicBoolean isDone = new AtomicBoolean();
    long start = System.nanoTime();
    CompletableFuture<Void> working =
        CompletableFuture.runAsync(work).whenComplete((unused, error) -> isDone.set(true));
    try (TableWriter writer = client.newWriter(TABLE)) {
      while (!isDone.get()) {
        long sent = System.nanoTime();
        try (VectorSchemaRoot batch =
            new Accounts(5).upserts(1, () -> random.nextLong(rows), bench.allocator())) {
          writer.append(batch).join();
        }
        millis.add(Workbench.seconds(sent) * 1_000);
      }
    }
    working.join();
    double seconds = Workbench.seconds(start);
    Samples samples = Samples.of(millis);
    return List.of(
        Result.single(name(), what + " beside a writer", Unit.MILLISECONDS, seconds * 1_000),
        Result.percentile(
            name(), "upsert during " + what + ", p50", Unit.MILLISECONDS, samples, 50),
        Result.percentile(
                name(), "upsert during " + what + ", longest", Unit.MILLISECONDS, samples, 100)
            .withAim(Aim.atMost(50)));
  }

  private Result rebuild(Workbench bench, Path data, long rows) throws Exception {
    Workbench.delete(data.resolve("index"));
    long start = System.nanoTime();
    try (ServerProcess server = ServerProcess.start(data, "1GB");
        FreshetClient client = bench.connect(server)) {
      client.release(client.plan(TABLE));
      return Result.single(
          name(),
          "start with a lost index, per million keys",
          Unit.MILLISECONDS,
          Workbench.seconds(start) * 1_000 / (rows / 1e6));
    }
  }

  private static double time(Supplier<BatchSource> read) {
    long start = System.nanoTime();
    try (BatchSource source = read.get()) {
      while (source.next()) {
        source.batch();
      }
    }
    return Workbench.seconds(start) * 1_000;
  }
}
