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
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server again and again while keys are upserted and deleted, by single batches and by
 * transactions, and tiered. In the end each key has its last value, once.
 */
final class KillKeyedServerIT {
  private static final int ROUNDS = 6;
  private static final int KEYS_PER_WRITER = 300;
  private static final Duration PROGRESS = Duration.ofSeconds(60);
  private static final TableName TABLE = TableName.parse("kill.accounts");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.optional(2, "value", Types.LongType.get())),
          Set.of(1));
  private static final Schema WRITTEN = ChangeType.written(SCHEMA);

  @TempDir Path folder;

  @Test
  void eachKeyHasItsLastValueAfterKills() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (RootAllocator allocator = new RootAllocator();
        ServerProcess server = new ServerProcess(folder, "64KB")) {
      server.awaitReady();
      try (FreshetClient client = FreshetClient.connect(server.flightUri(), allocator)) {
        client.createTable(
            new CreateTable(
                TABLE, SCHEMA, null, null, 3, null, Map.of("freshet.freshness", "200ms")));
        List<Changes> writers = new ArrayList<>();
        for (int number = 0; number < 4; number++) {
          writers.add(new Changes(client, number, number % 2 == 0, random.nextLong(), allocator));
        }
        List<Future<?>> running = writers.stream().<Future<?>>map(threads::submit).toList();
        for (int round = 0; round < ROUNDS; round++) {
          for (Changes writer : writers) {
            long known = writer.done();
            Await.until(
                "progress of writer " + writer.number, PROGRESS, () -> writer.done() > known);
          }
          Await.pause(Duration.ofMillis(random.nextInt(500)));
          server.killAndStart();
        }
        server.awaitReady();
        writers.forEach(writer -> writer.isStopped = true);
        for (Future<?> writer : running) {
          writer.get();
        }
        check(server, client, writers, allocator);
      } catch (Throwable e) {
        throw new AssertionError("With seed " + seed + "\n" + server.lastLines(), e);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void check(
      ServerProcess server, FreshetClient client, List<Changes> writers, BufferAllocator allocator)
      throws Exception {
    Map<Long, Long> expected = new TreeMap<>();
    writers.forEach(writer -> expected.putAll(writer.values));
    UnionSnapshot snapshot = client.plan(TABLE);
    Projection all = Projection.of(snapshot.schema(), null, null);
    assertThat(values(UnionRows.read(client, snapshot, all, allocator))).isEqualTo(expected);
    client.tier(TABLE);
    client.compact(TABLE);
    assertThat(client.describeTable(TABLE).lakeRows()).isEqualTo(expected.size());
    server.stop();
    try (LakeCatalog lake = LakeCatalog.open(server.data(), Map.of())) {
      assertThat(values(LakeRows.read(lake.catalog().loadTable(TABLE.identifier()))))
          .isEqualTo(expected);
    }
  }

  private static Map<Long, Long> values(List<Record> rows) {
    Map<Long, Long> values = new TreeMap<>();
    for (Record row : rows) {
      Long id = (Long) row.getField("id");
      assertThat(values.put(id, (Long) row.getField("value"))).as("key %d once", id).isNull();
    }
    return values;
  }

  /** A writer of keys of its own, which knows what they have to be in the end. */
  private static final class Changes implements Runnable {
    private final FreshetClient client;
    private final int number;
    private final boolean isTransactional;
    private final Random random;
    private final BufferAllocator allocator;
    private final Map<Long, Long> values = new HashMap<>();
    private final AtomicLong done = new AtomicLong();
    private volatile boolean isStopped;
    private volatile @Nullable Throwable failure;
    private long nextTransaction;

    Changes(
        FreshetClient client,
        int number,
        boolean isTransactional,
        long seed,
        BufferAllocator allocator) {
      this.client = client;
      this.number = number;
      this.isTransactional = isTransactional;
      this.random = new Random(seed);
      this.allocator = allocator;
    }

    /** How many batches or transactions are done; fails if the writer has given up. */
    long done() {
      Throwable given = failure;
      if (given != null) {
        throw new AssertionError("Writer " + number + " gave up", given);
      }
      return done.get();
    }

    @Override
    public void run() {
      try {
        if (isTransactional) {
          while (!isStopped) {
            transaction();
          }
        } else {
          try (TableWriter writer = client.newWriter(TABLE)) {
            while (!isStopped) {
              write(writer);
              done.incrementAndGet();
            }
          }
        }
      } catch (RuntimeException | Error e) {
        failure = e;
        throw e;
      }
    }

    private void transaction() {
      String id = number + ":" + nextTransaction++;
      client.beginTransaction(TABLE, id, null);
      Map<Long, Long> before = new HashMap<>(values);
      try (TableWriter writer = client.newWriter(TABLE, id, UUID.randomUUID())) {
        for (int batches = 1 + random.nextInt(3); batches > 0; batches--) {
          write(writer);
        }
      }
      if (random.nextInt(4) == 0) {
        client.abortTransaction(TABLE, id);
        values.clear();
        values.putAll(before);
      } else {
        client.commitTransaction(TABLE, id);
      }
      done.incrementAndGet();
    }

    private void write(TableWriter writer) {
      try (VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), allocator)) {
        ArrowRowAppender appender = new ArrowRowAppender(WRITTEN, batch);
        for (int rows = 1 + random.nextInt(40); rows > 0; rows--) {
          long id = ((long) number << 40) | random.nextInt(KEYS_PER_WRITER);
          Record row = GenericRecord.create(WRITTEN);
          row.setField("id", id);
          if (random.nextInt(5) == 0) {
            row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
            values.remove(id);
          } else {
            long value = random.nextLong();
            row.setField("value", value);
            values.put(id, value);
          }
          appender.append(row);
        }
        appender.finish();
        writer.append(batch).join();
      }
    }
  }
}
