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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int ACCOUNTS = 2_000;
  private static final long BALANCE = 1_000;
  private static final int WRITERS = 2;

  private final FreshetClient client = FreshetQueryRunner.client();

  @Test
  void everyQueryReadsWholeTransactions() throws Exception {
    RUNNER.execute(
        "CREATE TABLE money WITH (primary_key = ARRAY['id'], buckets = 3, partitioning ="
            + " ARRAY['bucket(id, 2)'], freshness = '300ms') AS SELECT x id, BIGINT '"
            + BALANCE
            + "' balance FROM UNNEST(sequence(0, "
            + (ACCOUNTS - 1)
            + ")) t(x)");
    Instant end = Instant.now().plus(DURATION);
    AtomicInteger transfers = new AtomicInteger();
    AtomicInteger maintained = new AtomicInteger();
    List<Callable<Integer>> work = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int own = writer;
      work.add(() -> {
        transferUntil(end, own, transfers, maintained);
        return 0;
      });
    }
    work.add(() -> maintainUntil(end, maintained));
    work.add(() -> queryUntil(end));
    work.add(() -> queryTwiceUntil(end));

    int queries = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      for (Future<Integer> done : threads.invokeAll(work)) {
        queries += done.get();
      }
    }
    assertThat(transfers).hasPositiveValue();
    assertThat(maintained).hasPositiveValue();
    assertThat(queries).isGreaterThan(10);
    assertSum(RUNNER.execute("SELECT count(*), sum(balance) FROM money").getMaterializedRows());
    RUNNER.execute("CALL freshet.system.tier('demo', 'money')");
    assertSum(
        RUNNER.execute("SELECT count(*), sum(balance) FROM \"money$lake\"").getMaterializedRows());
  }

  /** Each writer has accounts of its own, so that it knows their balances. */
  private void transferUntil(
      Instant end, int own, AtomicInteger transfers, AtomicInteger maintained) {
    long[] balances = new long[ACCOUNTS];
    Arrays.fill(balances, BALANCE);
    Random random = new Random(own);
    while (goesOn(end, maintained)) {
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

  /** On a busy machine it takes longer until there are files to compact. */
  private static boolean goesOn(Instant end, AtomicInteger maintained) {
    Instant last = maintained.get() > 0 ? end : end.plus(PATIENCE);
    return Instant.now().isBefore(last);
  }

  private int maintainUntil(Instant end, AtomicInteger maintained) {
    while (goesOn(end, maintained)) {
      client.tier(TABLE);
      if (client.compact(TABLE).filesBefore() > 0) {
        maintained.incrementAndGet();
      }
      client.expireSnapshots(TABLE, Instant.now(), 1);
    }
    return 0;
  }

  private static int queryUntil(Instant end) {
    int queries = 0;
    while (Instant.now().isBefore(end)) {
      assertSum(RUNNER.execute("SELECT count(*), sum(balance) FROM money").getMaterializedRows());
      assertThat(
              RUNNER
                  .execute(
                      "SELECT count(*) FROM money a FULL JOIN money b ON a.id = b.id AND a.balance ="
                          + " b.balance WHERE a.id IS NULL OR b.id IS NULL")
                  .getOnlyValue())
          .isEqualTo(0L);
      queries += 2;
    }
    return queries;
  }

  /** The state that a transaction reads is frozen by its first query. */
  private static int queryTwiceUntil(Instant end) {
    int queries = 0;
    while (Instant.now().isBefore(end)) {
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
      queries += 3;
    }
    return queries;
  }

  private static List<MaterializedRow> rows(Session session, String query) {
    return RUNNER.execute(session, query).getMaterializedRows();
  }

  private static void assertSum(List<MaterializedRow> rows) {
    assertThat(rows.get(0).getFields()).containsExactly((long) ACCOUNTS, ACCOUNTS * BALANCE);
  }
}
