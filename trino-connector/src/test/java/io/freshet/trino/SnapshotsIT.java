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

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import io.freshet.trino.server.ServerConnection;
import io.freshet.trino.server.UnionTransactions;
import io.trino.Session;
import io.trino.plugin.hive.HiveTransactionHandle;
import io.trino.testing.QueryRunner;
import io.trino.testing.TransactionBuilder;
import org.junit.jupiter.api.Test;

/** A transaction reads one state of a table, under a lease that ends with it. */
final class SnapshotsIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @Test
  void aTransactionReadsOneStateWhateverIsWrittenAndTiered() {
    RUNNER.execute(
        "CREATE TABLE moving WITH (" + FreshetQueryRunner.KEEP_FRESH + ") AS SELECT 1 x");
    TransactionBuilder.transaction(
            RUNNER.getTransactionManager(),
            RUNNER.getPlannerContext().getMetadata(),
            RUNNER.getAccessControl())
        .readOnly()
        .execute(
            RUNNER.getDefaultSession(),
            (Session session) -> {
              assertThat(sum(session)).isEqualTo(1L);
              RUNNER.execute("INSERT INTO moving VALUES 2");
              assertThat(sum(session)).isEqualTo(1L);
              RUNNER.execute("CALL freshet.system.tier('demo', 'moving')");
              assertThat(sum(session)).isEqualTo(1L);
              assertThat(sum(RUNNER.getDefaultSession())).isEqualTo(3L);
            });
    assertThat(sum(RUNNER.getDefaultSession())).isEqualTo(3L);
  }

  @Test
  void aQueryThatReadsATableTwiceSeesOneState() {
    RUNNER.execute("CREATE TABLE twice_read AS SELECT * FROM tpch.tiny.nation");
    assertEqualsIgnoreOrder(
        RUNNER.execute(
            "SELECT count(*) FROM twice_read a FULL JOIN twice_read b ON a.nationkey = b.nationkey"
                + " WHERE a.nationkey IS NULL OR b.nationkey IS NULL"),
        RUNNER.execute("SELECT BIGINT '0'"));
  }

  @Test
  void leasesAreReleasedWhenTheTransactionEnds() {
    RUNNER.execute("CREATE TABLE leased AS SELECT 1 x");
    TableName table = TableName.parse("demo.leased");
    try (ServerConnection server =
            ServerConnection.open("test", FreshetQueryRunner.server().uri(), 64 << 20, 32 << 20);
        UnionTransactions transactions = new UnionTransactions(server)) {
      HiveTransactionHandle handle = new HiveTransactionHandle(true);
      transactions.begin(handle);
      UnionSnapshot snapshot = transactions.of(handle).snapshot(table).orElseThrow();
      assertThat(transactions.of(handle).snapshot(table)).contains(snapshot);
      FreshetClient client = FreshetQueryRunner.client();
      client.renew(snapshot);
      transactions.commit(handle);
      assertThatThrownBy(() -> client.renew(snapshot))
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.SNAPSHOT_EXPIRED));
    }
  }

  @Test
  void manyShortQueriesLeaveNoMemory() {
    RUNNER.execute(
        "CREATE TABLE limited WITH ("
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT o.* FROM tpch.tiny.orders o CROSS JOIN UNNEST(sequence(1, 10))");
    for (int i = 0; i < 20; i++) {
      assertThat(RUNNER.execute("SELECT * FROM limited LIMIT 1").getRowCount()).isEqualTo(1);
    }
  }

  private static long sum(Session session) {
    return (long) RUNNER.execute(session, "SELECT sum(x) FROM moving").getOnlyValue();
  }
}
