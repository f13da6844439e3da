/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import io.freshet.testing.ServerProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Money moves between accounts, by transactions over several buckets and files, while the table is
 * tiered, compacted and its old snapshots expire. The sum is the same in every answer.
 */
@ExtendWith(SparkExtension.class)
final class ConsistencyIT {
  private static final Duration DURATION = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int QUERIES = 6;
  private static final int ACCOUNTS = 2_000;
  private static final long BALANCE = 1_000;

  private final SparkSession spark;
  private final ServerProcess server;
  private final FreshetClient client;
  private final TestTables tables;
  private final AtomicInteger transfers = new AtomicInteger();
  private final AtomicInteger maintained = new AtomicInteger();
  private final AtomicInteger queries = new AtomicInteger();
  private final Instant start = Instant.now();

  ConsistencyIT(SparkSession spark, ServerProcess server, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.server = server;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void everyQueryReadsWholeTransactions() {
    TableName table =
        tables.create("id long not null, balance long, primary key (id)", "bucket(2, id)");
    String name = "freshet." + table;
    spark.sql(
        String.format("INSERT INTO %s SELECT id, %d FROM range(%d)", name, BALANCE, ACCOUNTS));
    List<Runnable> work =
        List.of(
            () -> transfer(table),
            () -> maintain(table),
            () -> sum("SELECT count(*), sum(balance) FROM " + name),
            // All references to a table in one query are to one snapshot.
            () ->
                sum(
                    String.format(
                        "SELECT count(*), sum(a.balance - b.balance + 1000) FROM %1$s a JOIN %1$s b"
                            + " ON a.id = b.id",
                        name)));

    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      CompletableFuture.allOf(
              work.stream()
                  .map(task -> CompletableFuture.runAsync(task, threads))
                  .toArray(CompletableFuture[]::new))
          .join();
    } finally {
      threads.shutdownNow();
    }

    assertThat(queries).hasValueGreaterThanOrEqualTo(QUERIES);
    assertThat(transfers).hasPositiveValue();
    assertThat(maintained).hasPositiveValue();
    client.tier(table);
    assertSum("SELECT count(*), sum(balance) FROM " + name + ".lake");
    assertSum("SELECT count(*), sum(balance) FROM plain." + table);
  }

  /** On a busy machine it takes longer until there was something to see. */
  private boolean goesOn() {
    boolean seen = queries.get() >= QUERIES && maintained.get() > 0;
    return Instant.now().isBefore(start.plus(seen ? DURATION : PATIENCE));
  }

  private void transfer(TableName table) {
    long[] balances = new long[ACCOUNTS];
    Arrays.fill(balances, BALANCE);
    Random random = new Random(1);
    // Of its own, so that it writes in a process that reads.
    try (RootAllocator allocator = new RootAllocator();
        FreshetClient writing = FreshetClient.connect(server.uri(), allocator)) {
      Schema schema = writing.describeTable(table).schema();
      while (goesOn()) {
        Set<Integer> changed = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
          int from = random.nextInt(ACCOUNTS);
          int to = random.nextInt(ACCOUNTS);
          long amount = random.nextInt(100);
          balances[from] -= amount;
          balances[to] += amount;
          changed.addAll(List.of(from, to));
        }
        String transaction = writing.beginTransaction(table, null, null).transaction();
        upsert(writing, allocator, table, schema, transaction, changed, balances);
        var unused = writing.commitTransaction(table, transaction);
        transfers.incrementAndGet();
      }
    }
  }

  private static void upsert(
      FreshetClient writing,
      RootAllocator allocator,
      TableName table,
      Schema schema,
      String transaction,
      Set<Integer> ids,
      long[] balances) {
    try (TableWriter writer = writing.newWriter(table, transaction, UUID.randomUUID());
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(ChangeType.written(schema), rows);
      for (int id : ids) {
        GenericRecord row = GenericRecord.create(ChangeType.written(schema));
        appender.append(row.copy("id", (long) id, "balance", balances[id]));
      }
      appender.finish();
      writer.append(rows).join();
      writer.flush();
    }
  }

  private void maintain(TableName table) {
    for (int round = 0; goesOn(); round++) {
      client.tier(table);
      if (round % 4 == 3) {
        client.compact(table);
        client.expireSnapshots(table, Instant.now(), 1);
        maintained.incrementAndGet();
      }
    }
  }

  private void sum(String query) {
    while (goesOn()) {
      assertSum(query);
      queries.incrementAndGet();
    }
  }

  private void assertSum(String query) {
    Row row = spark.sql(query).first();
    assertThat(List.of(row.getLong(0), row.getLong(1)))
        .as(query)
        .containsExactly((long) ACCOUNTS, ACCOUNTS * BALANCE);
  }
}
