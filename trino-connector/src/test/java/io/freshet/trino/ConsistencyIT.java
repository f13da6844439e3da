/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.table.TableName;
import io.trino.Session;
import io.trino.testing.MaterializedRow;
import io.trino.testing.QueryRunner;
import io.trino.testing.TransactionBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.junit.jupiter.api.Test;

/**
 * Money moves between accounts, by transactions that touch several buckets and files, while the
 * table is tiered, compacted and its old snapshots are expired. The sum is the same in every query.
 */
final class ConsistencyIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();
  private static final TableName TABLE = TableName.parse("demo.money");
  private static final Duration DURATION = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int QUERIES = 10;
  private static final int ACCOUNTS = 2_000;
  private static final long BALANCE = 1_000;
  private static final int WRITERS = 2;

  private final FreshetClient client = FreshetQueryRunner.client();
  private final AtomicInteger transfers = new AtomicInteger();
  private final AtomicInteger compactions = new AtomicInteger();
  private final AtomicInteger queries = new AtomicInteger();
  private final Instant start = Instant.now();

  @Test
  void everyQueryReadsWholeTransactions() {
    RUNNER.execute("DROP TABLE IF EXISTS money");
    RUNNER.execute(
        "CREATE TABLE money WITH (primary_key = ARRAY['id'], buckets = 3, partitioning ="
            + " ARRAY['bucket(id, 2)'], freshness = '300ms') AS SELECT x id, BIGINT '"
            + BALANCE
            + "' balance FROM UNNEST(sequence(0, "
            + (ACCOUNTS - 1)
            + ")) t(x)");
    List<Runnable> work = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int own = writer;
      work.add(() -> transfer(own));
    }
    work.add(this::maintain);
    work.add(this::query);
    work.add(this::queryTwice);

    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      CompletableFuture.allOf(
              work.stream()
                  .map(task -> CompletableFuture.runAsync(task, threads))
                  .toArray(CompletableFuture[]::new))
          .join();
    }
    assertThat(transfers).hasPositiveValue();
    assertThat(compactions).hasPositiveValue();
    assertThat(queries).hasValueGreaterThanOrEqualTo(QUERIES);
    assertSum(RUNNER.execute("SELECT count(*), sum(balance) FROM money").getMaterializedRows());
    RUNNER.execute("CALL freshet.system.tier('demo', 'money')");
    assertSum(
        RUNNER.execute("SELECT count(*), sum(balance) FROM \"money$lake\"").getMaterializedRows());
  }

  /** Each writer has accounts of its own, so that it knows their balances. */
  private void transfer(int own) {
    long[] balances = new long[ACCOUNTS];
    Arrays.fill(balances, BALANCE);
    Random random = new Random(own);
    while (goesOn()) {
      List<Integer> changed = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int from = random.nextInt(ACCOUNTS / WRITERS) * WRITERS + own;
        int to = random.nextInt(ACCOUNTS / WRITERS) * WRITERS + own;
        long amount = random.nextLong(100);
        balances[from] -= amount;
        balances[to] += amount;
        changed.add(from);
        changed.add(to);
      }
      upsert(changed.stream().distinct().toList(), balances);
      transfers.incrementAndGet();
    }
  }

  private void upsert(List<Integer> ids, long[] balances) {
    Schema schema = client.describeTable(TABLE).schema();
    String transaction = client.beginTransaction(TABLE, null, null).transaction();
    try (TableWriter writer = client.newWriter(TABLE, transaction, UUID.randomUUID());
        VectorSchemaRoot rows =
            VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), FreshetQueryRunner.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(schema, rows);
      for (int id : ids) {
        GenericRecord row = GenericRecord.create(schema);
        row.set(0, (long) id);
        row.set(1, balances[id]);
        appender.append(row);
      }
      appender.finish();
      writer.append(rows).join();
      writer.flush();
    }
    client.commitTransaction(TABLE, transaction);
  }

  /** On a busy machine it takes longer until there was something to see. */
  private boolean goesOn() {
    boolean seen = queries.get() >= QUERIES && compactions.get() > 0;
    return Instant.now().isBefore(start.plus(seen ? DURATION : PATIENCE));
  }

  private void maintain() {
    while (goesOn()) {
      client.tier(TABLE);
      if (client.compact(TABLE).filesBefore() > 0) {
        compactions.incrementAndGet();
      }
      client.expireSnapshots(TABLE, Instant.now(), 1);
    }
  }

  private void query() {
    while (goesOn()) {
      assertSum(RUNNER.execute("SELECT count(*), sum(balance) FROM money").getMaterializedRows());
      assertThat(
              RUNNER
                  .execute(
                      "SELECT count(*) FROM money a FULL JOIN money b ON a.id = b.id AND a.balance ="
                          + " b.balance WHERE a.id IS NULL OR b.id IS NULL")
                  .getOnlyValue())
          .isEqualTo(0L);
      queries.addAndGet(2);
    }
  }

  /** The state that a transaction reads is frozen by its first query. */
  private void queryTwice() {
    while (goesOn()) {
      TransactionBuilder.transaction(
              RUNNER.getTransactionManager(),
              RUNNER.getPlannerContext().getMetadata(),
              RUNNER.getAccessControl())
          .readOnly()
          .execute(
              RUNNER.getDefaultSession(),
              (Session session) -> {
                String query = "SELECT id, balance FROM money ORDER BY id";
                List<MaterializedRow> first = rows(session, query);
                assertSum(rows(session, "SELECT count(*), sum(balance) FROM money WHERE id >= 0"));
                assertThat(rows(session, query)).isEqualTo(first);
              });
      queries.addAndGet(3);
    }
  }

  private static List<MaterializedRow> rows(Session session, String query) {
    return RUNNER.execute(session, query).getMaterializedRows();
  }

  private static void assertSum(List<MaterializedRow> rows) {
    assertThat(rows.get(0).getFields()).containsExactly((long) ACCOUNTS, ACCOUNTS * BALANCE);
  }
}
