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
import io.freshet.arrow.ArrowBatches;
import io.freshet.benchmarks.Result.Unit;
import io.freshet.client.FreshStream;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.filter.FilterJson;
import io.freshet.protocol.Acknowledgement;
import io.freshet.protocol.Json;
import io.freshet.protocol.OffsetRange;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * Latencies at a steady 10,000 rows a second: 100 rows every 10 ms. Times are from the moment at
 * which a batch was due, so a late sender is not forgiven. A second thread plans and reads right
 * after an acknowledgement; acknowledgements that come while it is busy are not probed.
 */
final class VisibilityBenchmark implements Benchmark {
  private static final int BATCH_ROWS = 100;
  private static final Duration INTERVAL = Duration.ofMillis(10);
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final double AIM_MILLIS = 20;

  /**
   * A batch that was acknowledged.
   *
   * @param firstId of its rows; the later rows have higher ones
   */
  private record Acknowledged(
      long dueNanos, long acknowledgedNanos, long firstId, int rows, List<OffsetRange> ranges) {}

  /** Times in milliseconds. */
  private record Times(
      ConcurrentLinkedQueue<Double> acknowledged,
      List<Double> planned,
      List<Double> visible,
      List<Double> read) {
    Times() {
      this(new ConcurrentLinkedQueue<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  @Override
  public String name() {
    return "visibility";
  }

  @Override
  public List<Result> run(Workbench bench) throws Exception {
    Path data = bench.newFolder("visibility");
    Duration steady = bench.settings().steady();
    Duration warmUp = steady.compareTo(WARM_UP) < 0 ? steady : WARM_UP;
    int batches = (int) (steady.plus(warmUp).toMillis() / INTERVAL.toMillis());
    try (TableRows flights = bench.flights(Math.max(1000, batches * BATCH_ROWS));
        TableRows rows = flights.inBatches(BATCH_ROWS, flights.rows(), bench.allocator());
        ServerProcess server = ServerProcess.start(data, "512MB");
        FreshetClient client = bench.connect(server)) {
      TableName table = bench.createTable(client, rows.schema());
      int warmUpBatches = (int) (warmUp.toMillis() / INTERVAL.toMillis());
      bench
          .progress()
          .say("visibility: 10,000 rows/s for " + steady.plus(warmUp).toSeconds() + " s");
      Times warm = new Times();
      Times times = new Times();
      List<VectorSchemaRoot> all = rows.batches();
      try (TableWriter writer = client.newWriter(table)) {
        send(bench, client, writer, table, all.subList(0, warmUpBatches), warm);
        send(bench, client, writer, table, all.subList(warmUpBatches, batches), times);
      }
      return results(times);
    } finally {
      Workbench.delete(data);
    }
  }

  private List<Result> results(Times times) {
    List<Result> results = new ArrayList<>();
    add(results, "sent → acknowledged", List.copyOf(times.acknowledged()));
    add(results, "acknowledged → in a new plan", times.planned());
    add(results, "sent → in a new plan", times.visible());
    add(results, "sent → read", times.read());
    return results;
  }

  private void add(List<Result> results, String what, List<Double> millis) {
    Samples samples = Samples.of(millis);
    results.add(Result.percentile(name(), what + ", p50", Unit.MILLISECONDS, samples, 50));
    Result p99 = Result.percentile(name(), what + ", p99", Unit.MILLISECONDS, samples, 99);
    results.add(what.equals("sent → read") ? p99.withAim(Aim.atMost(AIM_MILLIS)) : p99);
  }

  private static void send(
      Workbench bench,
      FreshetClient client,
      TableWriter writer,
      TableName table,
      List<VectorSchemaRoot> batches,
      Times times)
      throws Exception {
    BlockingQueue<Acknowledged> toProbe = new ArrayBlockingQueue<>(1);
    Prober prober = new Prober(client, table, toProbe, times);
    prober.start();
    long start = System.nanoTime();
    for (int i = 0; i < batches.size(); i++) {
      long due = start + i * INTERVAL.toNanos();
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      long firstId = ((BigIntVector) batches.get(i).getVector("id")).get(0);
      int rows = batches.get(i).getRowCount();
      try (VectorSchemaRoot shared = ArrowBatches.share(batches.get(i), bench.allocator())) {
        var unused =
            writer
                .append(shared)
                .thenAccept(acknowledgements -> {
                  long now = System.nanoTime();
                  times.acknowledged().add(millis(due, now));
                  toProbe.offer(
                      new Acknowledged(due, now, firstId, rows, ranges(acknowledgements)));
                });
      }
    }
    writer.flush();
    prober.end();
  }

  private static List<OffsetRange> ranges(List<Acknowledgement> acknowledgements) {
    return acknowledgements.stream().flatMap(each -> each.ranges().stream()).toList();
  }

  private static double millis(long fromNanos, long toNanos) {
    return (toNanos - fromNanos) / 1e6;
  }

  /** Plans and reads what was just acknowledged, one batch at a time. */
  private static final class Prober extends Thread {
    private final FreshetClient client;
    private final TableName table;
    private final BlockingQueue<Acknowledged> toProbe;
    private final Times times;
    private volatile boolean isEnding;
    private volatile @Nullable Exception failure;

    Prober(
        FreshetClient client, TableName table, BlockingQueue<Acknowledged> toProbe, Times times) {
      super("prober");
      this.client = client;
      this.table = table;
      this.toProbe = toProbe;
      this.times = times;
    }

    @Override
    public void run() {
      try {
        while (!isEnding) {
          Acknowledged next = toProbe.poll(10, TimeUnit.MILLISECONDS);
          if (next != null) {
            probe(next);
          }
        }
      } catch (Exception e) {
        failure = e;
      }
    }

    void end() throws Exception {
      isEnding = true;
      join();
      Exception failed = failure;
      if (failed != null) {
        throw new IllegalStateException("Probing failed", failed);
      }
    }

    private void probe(Acknowledged batch) {
      UnionSnapshot snapshot = client.plan(table);
      long planned = System.nanoTime();
      for (OffsetRange range : batch.ranges()) {
        boolean isVisible =
            snapshot.fresh().stream()
                .anyMatch(fresh ->
                    fresh.bucket() == range.bucket() && fresh.endOffset() >= range.endOffset());
        if (!isVisible) {
          throw new IllegalStateException(range + " was acknowledged and is not in " + snapshot);
        }
      }
      JsonNode newest =
          Json.tree(
              FilterJson.toJson(
                  Expressions.greaterThanOrEqual("id", batch.firstId()), snapshot.schema()));
      long rows = 0;
      try (FreshStream stream = client.readFresh(snapshot, null, List.of("id"), newest)) {
        while (stream.next()) {
          rows += stream.batch().getRowCount();
        }
      }
      long read = System.nanoTime();
      client.release(snapshot);
      if (rows < batch.rows()) {
        throw new IllegalStateException("Read " + rows + " rows from id " + batch.firstId());
      }
      times.planned().add(millis(batch.acknowledgedNanos(), planned));
      times.visible().add(millis(batch.dueNanos(), planned));
      times.read().add(millis(batch.dueNanos(), read));
    }
  }
}
