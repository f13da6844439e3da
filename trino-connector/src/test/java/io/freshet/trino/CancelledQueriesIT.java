/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.testing.QueryAssertions.assertEqualsIgnoreOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.BatchStream;
import io.freshet.protocol.ReadTicket;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import io.freshet.trino.server.QueryMemory;
import io.freshet.trino.server.ServerConnection;
import io.trino.dispatcher.DispatchManager;
import io.trino.execution.QueryState;
import io.trino.server.BasicQueryInfo;
import io.trino.testing.QueryFailedException;
import io.trino.testing.QueryRunner;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Queries that end early give back what they had, and leave nothing behind. */
final class CancelledQueriesIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @Test
  void aReaderThatIsCancelledGivesItsMemoryBack() throws Exception {
    RUNNER.execute(
        "CREATE TABLE long_read WITH ("
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT o.* FROM tpch.tiny.orders o CROSS JOIN UNNEST(sequence(1, 20))");
    // Little enough that a few queries that kept theirs would use it up.
    RUNNER.createCatalog(
        "little",
        "freshet",
        Map.of(
            CatalogProperties.URI,
            FreshetQueryRunner.server().uri(),
            CatalogProperties.MEMORY,
            "24MB"));
    for (int i = 0; i < 4; i++) {
      cancel(
          "SELECT count(*) FROM little.demo.long_read a, little.demo.long_read b"
              + " WHERE a.comment || b.comment LIKE '%no such comment "
              + i
              + "%'");
    }
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT count(*), sum(orderkey) FROM little.demo.long_read"),
        RUNNER.execute("SELECT 20 * count(*), 20 * sum(orderkey) FROM tpch.tiny.orders"));
  }

  @Test
  void aQueryThatNeedsMoreThanItsMemoryFailsAlone() {
    RUNNER.execute(
        "CREATE TABLE wide_read WITH ("
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT * FROM tpch.tiny.orders");
    RUNNER.createCatalog(
        "tight",
        "freshet",
        Map.of(
            CatalogProperties.URI,
            FreshetQueryRunner.server().uri(),
            CatalogProperties.QUERY_MEMORY,
            "48kB"));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> RUNNER.execute("SELECT * FROM tight.demo.wide_read"))
          .hasMessageMatching(
              "The next batch from grpc://\\S+ does not fit into the Arrow memory of query \\S+ in"
                  + " catalog tight \\(freshet.max-arrow-memory-per-query\\), which is at most 49152"
                  + " bytes: raise that limit, or read less at a time")
          .isInstanceOfSatisfying(
              QueryFailedException.class,
              e ->
                  assertThat(
                          RUNNER
                              .getCoordinator()
                              .getDispatchManager()
                              .getQueryInfo(e.getQueryId())
                              .getErrorCode()
                              .getName())
                      .isEqualTo("FRESHET_LIMIT_EXCEEDED"));
      assertEqualsIgnoreOrder(
          RUNNER.execute("SELECT orderkey FROM tight.demo.wide_read WHERE orderkey < 10"),
          RUNNER.execute("SELECT orderkey FROM tpch.tiny.orders WHERE orderkey < 10"));
    }
  }

  @Test
  void streamsOfAQueryShareItsMemoryAndGiveItBack() {
    RUNNER.execute(
        "CREATE TABLE shared_read WITH (buckets = 1, "
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT o.* FROM tpch.tiny.orders o CROSS JOIN UNNEST(sequence(1, 20))");
    UnionSnapshot snapshot = FreshetQueryRunner.client().plan(TableName.parse("demo.shared_read"));
    ReadTicket ticket = new ReadTicket(snapshot.snapshot(), ReadTicket.Part.FRESH, 0, null, null);
    try (ServerConnection server =
        ServerConnection.open("test", FreshetQueryRunner.server().uri(), 64 << 20, 32 << 20)) {
      QueryMemory.Share first = server.memory().share("q");
      QueryMemory.Share second = server.memory().share("q");
      assertThat(first.allocator().getParentAllocator())
          .isSameAs(second.allocator().getParentAllocator());
      assertThat(first.allocator().getHeadroom()).isEqualTo(32 << 20);
      try (first) {
        try (BatchStream stream = server.client().read(ticket, first.allocator())) {
          assertThat(stream.next()).isTrue();
          assertThat(first.usedBytes()).isPositive();
          assertThat(second.usedBytes()).isZero();
          assertThat(second.allocator().getHeadroom()).isLessThan(32 << 20);
          stream.cancel();
        }
        assertThat(first.usedBytes()).isZero();
      }
      second.close();
      second.close();
    } // Which fails if any of its memory is still in use.
    FreshetQueryRunner.client().release(snapshot);
  }

  @Test
  void aWriterThatIsCancelledWritesNothing() throws Exception {
    RUNNER.execute(
        "CREATE TABLE long_write (k bigint, v varchar) WITH (primary_key = ARRAY['k'], buckets = 2)");
    RUNNER.execute("INSERT INTO long_write VALUES (1, 'one')");
    cancel(
        "INSERT INTO long_write SELECT a.orderkey * 60000 + b.orderkey, a.comment"
            + " FROM tpch.tiny.orders a CROSS JOIN tpch.tiny.orders b");
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT * FROM long_write"),
        RUNNER.execute("SELECT BIGINT '1', VARCHAR 'one'"));
    RUNNER.execute("INSERT INTO long_write VALUES (2, 'two')");
    assertThat(RUNNER.execute("SELECT count(*) FROM long_write").getOnlyValue()).isEqualTo(2L);
  }

  /** Cancels a query when it has read rows. */
  private static void cancel(String query) throws Exception {
    DispatchManager queries = RUNNER.getCoordinator().getDispatchManager();
    CompletableFuture<?> execution = CompletableFuture.runAsync(() -> RUNNER.execute(query));
    while (!execution.isDone()) {
      Optional<BasicQueryInfo> reading =
          queries.getQueries().stream()
              .filter(info -> info.getQuery().equals(query))
              .filter(info -> info.getState() == QueryState.RUNNING)
              .filter(info -> info.getQueryStats().getProcessedInputPositions() > 0)
              .findFirst();
      if (reading.isPresent()) {
        queries.cancelQuery(reading.get().getQueryId());
        break;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    assertThatThrownBy(() -> execution.get(1, TimeUnit.MINUTES))
        .hasMessageContaining("Query was canceled");
  }
}
