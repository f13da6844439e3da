/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.lake.LakeRows;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.lake.LakeCatalog;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server again and again while it is written to and tiers. What was acknowledged is there
 * once, whatever happened.
 */
final class KillServerIT {
  private static final int ROUNDS = 20;
  private static final Duration PROGRESS = Duration.ofSeconds(60);
  private static final Schema SCHEMA =
      ColumnText.parse("id long not null, writer int, text string");
  private static final TableName KEYED = TableName.parse("kill.keyed");
  private static final TableName ROUND_ROBIN = TableName.parse("kill.round-robin");

  @TempDir Path folder;

  @Test
  void everyAcknowledgedRowIsThereOnceAfterKills() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (RootAllocator allocator = new RootAllocator();
        ServerProcess server = new ServerProcess(folder, "64KB")) {
      server.awaitReady();
      try (FreshetClient client = FreshetClient.connect(server.flightUri(), allocator)) {
        create(client, KEYED, List.of("id"));
        create(client, ROUND_ROBIN, List.of());
        List<Rows> writers = new ArrayList<>();
        for (int number = 0; number < 4; number++) {
          TableName table = number % 2 == 0 ? KEYED : ROUND_ROBIN;
          writers.add(new Rows(client, table, number, random.nextLong(), allocator));
        }
        List<Future<?>> running = writers.stream().<Future<?>>map(threads::submit).toList();
        for (int round = 0; round < ROUNDS; round++) {
          runOneLife(server, client, writers, random, threads);
          server.killAndStart();
        }
        server.awaitReady();
        writers.forEach(Rows::stop);
        for (Future<?> writer : running) {
          writer.get();
        }
        check("seed " + seed, server, client, writers, allocator);
      } catch (Throwable e) {
        throw new AssertionError("With seed " + seed + "\n" + server.lastLines(), e);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void create(FreshetClient client, TableName table, List<String> bucketKey) {
    Map<String, String> properties =
        Map.of(
            "freshet.freshness", "200ms",
            "freshet.log.retention.time", "0s",
            "freshet.log.retention.size", "0");
    var unused =
        client.createTable(
            new CreateTable(table, SCHEMA, null, List.of("id"), 3, bucketKey, properties));
  }

  /** Most lives see acknowledgements and a tiering call; some end while the server starts. */
  private static void runOneLife(
      ServerProcess server,
      FreshetClient client,
      List<Rows> writers,
      Random random,
      ExecutorService threads)
      throws IOException {
    if (random.nextInt(4) == 0) {
      Await.pause(Duration.ofMillis(random.nextInt(1500)));
      return;
    }
    server.awaitReady();
    List<Long> before = writers.stream().map(Rows::acknowledged).toList();
    for (int i = 0; i < before.size(); i++) {
      Rows writer = writers.get(i);
      long known = before.get(i);
      Await.until(
          "an acknowledgement for " + writer.table, PROGRESS, () -> writer.acknowledged() > known);
    }
    Await.pause(Duration.ofMillis(random.nextInt(600)));
    if (random.nextBoolean()) {
      TableName table = random.nextBoolean() ? KEYED : ROUND_ROBIN;
      var unused = threads.submit(() -> client.tier(table));
      Await.pause(Duration.ofMillis(random.nextInt(60)));
    }
  }

  private static void check(
      String what,
      ServerProcess server,
      FreshetClient client,
      List<Rows> writers,
      BufferAllocator allocator)
      throws IOException {
    for (TableName table : List.of(KEYED, ROUND_ROBIN)) {
      List<Long> acknowledged =
          writers.stream()
              .filter(writer -> writer.table.equals(table))
              .flatMap(writer -> writer.ids.stream())
              .sorted()
              .toList();
      UnionSnapshot snapshot = client.plan(table);
      assertThat(ids(UnionRows.read(client, snapshot, all(snapshot), allocator)))
          .as("Union read of %s, %s", table, what)
          .isEqualTo(acknowledged);
      var unused = client.tier(table);
      assertThat(client.describeTable(table).freshRows()).isZero();
    }
    server.stop();
    try (LakeCatalog lake = LakeCatalog.open(server.data(), Map.of())) {
      for (TableName table : List.of(KEYED, ROUND_ROBIN)) {
        List<Long> acknowledged =
            writers.stream()
                .filter(writer -> writer.table.equals(table))
                .flatMap(writer -> writer.ids.stream())
                .sorted()
                .toList();
        assertThat(ids(LakeRows.read(lake.catalog().loadTable(table.identifier()))))
            .as("Iceberg's read of %s, %s", table, what)
            .isEqualTo(acknowledged);
      }
    }
  }

  private static Projection all(UnionSnapshot snapshot) {
    return Projection.of(snapshot.schema(), null, null);
  }

  private static List<Long> ids(List<Record> rows) {
    return rows.stream().map(row -> (Long) row.getField("id")).sorted().toList();
  }

  /** A writer of rows with ids of its own, which notes those that were acknowledged. */
  private static final class Rows implements Runnable {
    private static final int UNACKNOWLEDGED_BATCHES = 32;

    private final FreshetClient client;
    private final TableName table;
    private final int number;
    private final Random random;
    private final BufferAllocator allocator;
    private final Queue<Long> ids = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final Semaphore room = new Semaphore(UNACKNOWLEDGED_BATCHES);
    private volatile boolean isStopped;
    private volatile @Nullable Throwable failure;
    private long nextId;

    Rows(FreshetClient client, TableName table, int number, long seed, BufferAllocator allocator) {
      this.client = client;
      this.table = table;
      this.number = number;
      this.random = new Random(seed);
      this.allocator = allocator;
    }

    void stop() {
      isStopped = true;
    }

    /** How many batches were acknowledged until now; fails if the writer has given up. */
    long acknowledged() {
      Throwable given = failure;
      if (given != null) {
        throw new AssertionError("Writer " + number + " of " + table + " gave up", given);
      }
      return acknowledged.get();
    }

    @Override
    public void run() {
      try (TableWriter writer = client.newWriter(table, new UUID(number, number));
          VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), allocator)) {
        List<CompletableFuture<?>> answers = new ArrayList<>();
        while (!isStopped) {
          room.acquireUninterruptibly();
          List<Long> sent = fill(batch);
          answers.add(
              writer
                  .append(batch)
                  .whenComplete((answer, error) -> {
                    room.release();
                    if (error == null) {
                      ids.addAll(sent);
                      acknowledged.incrementAndGet();
                    }
                  }));
          Await.pause(Duration.ofMillis(random.nextInt(3)));
        }
        writer.flush();
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
      } catch (RuntimeException | Error e) {
        failure = e;
        throw e;
      }
    }

    private List<Long> fill(VectorSchemaRoot batch) {
      ArrowRowAppender appender = new ArrowRowAppender(SCHEMA, batch);
      List<Long> sent = new ArrayList<>();
      for (int rows = 1 + random.nextInt(40); rows > 0; rows--) {
        long id = ((long) number << 40) | nextId++;
        Record row = GenericRecord.create(SCHEMA);
        row.setField("id", id);
        row.setField("writer", number);
        row.setField("text", "row " + id);
        appender.append(row);
        sent.add(id);
      }
      appender.finish();
      return sent;
    }
  }
}
