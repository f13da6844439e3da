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

import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.QueryRunner;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables with a primary key: overlays on lake files, and changes of rows by key. */
final class PrimaryKeyIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @Test
  void freshRowsTakeThePlaceOfLakeRows() {
    RUNNER.execute(
        "CREATE TABLE superseded WITH (primary_key = ARRAY['orderkey'], buckets = 3, "
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT * FROM tpch.tiny.orders");
    RUNNER.execute("CALL freshet.system.tier('demo', 'superseded')");
    RUNNER.execute(
        "INSERT INTO superseded SELECT orderkey, custkey, 'X', totalprice * 2, orderdate,"
            + " orderpriority, clerk, shippriority, comment"
            + " FROM tpch.tiny.orders WHERE orderkey % 7 = 3");
    String expected =
        "(SELECT orderkey, custkey, if(orderkey % 7 = 3, 'X', orderstatus) orderstatus,"
            + " if(orderkey % 7 = 3, totalprice * 2, totalprice) totalprice, orderdate,"
            + " orderpriority, clerk, shippriority, comment FROM tpch.tiny.orders)";
    assertSameRows("SELECT * FROM %s", "superseded", expected);
    assertSameRows("SELECT count(*), sum(totalprice) FROM %s", "superseded", expected);
    assertSameRows("SELECT count(*) FROM %s WHERE orderstatus = 'X'", "superseded", expected);
    assertSameRows("SELECT orderkey FROM %s WHERE custkey = 370", "superseded", expected);
    assertSameRows("SELECT count(*) FROM (SELECT * FROM %s LIMIT 14999)", "superseded", expected);
    assertThat(RUNNER.execute("SELECT count(*) FROM \"superseded$lake\"").getOnlyValue())
        .isEqualTo(15_000L);
  }

  @Test
  void countsOfWholeTablesReadNoRows() {
    FreshetQueryRunner.copyHalfSuperseded(RUNNER, "customer", List.of("custkey"));
    RUNNER.execute("DELETE FROM customer WHERE custkey <= 100");
    RUNNER.execute("CALL freshet.system.tier('demo', 'customer')");
    RUNNER.execute("INSERT INTO customer SELECT * FROM tpch.tiny.customer WHERE custkey % 3 = 1");
    assertCounted("customer", 1434);
    assertCounted("\"customer$lake\"", 1400);
    assertCounted("\"customer$fresh\"", 500);
  }

  private static void assertCounted(String table, long rows) {
    var counted =
        RUNNER.executeWithPlan(RUNNER.getDefaultSession(), "SELECT count(*) FROM " + table);
    assertThat(counted.result().getOnlyValue()).as(table).isEqualTo(rows);
    assertThat(
            ((DistributedQueryRunner) RUNNER)
                .getCoordinator()
                .getQueryManager()
                .getFullQueryInfo(counted.queryId())
                .getQueryStats()
                .getPhysicalInputDataSize()
                .toBytes())
        .as(table)
        .isZero();
  }

  @Test
  void rowsAreUpdatedDeletedAndMergedInBothHalves() {
    RUNNER.execute(
        "CREATE TABLE changed (id bigint, region varchar, name varchar, amount decimal(20, 2))"
            + " WITH (primary_key = ARRAY['id', 'region'], bucket_key = ARRAY['id'], "
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    RUNNER.execute(
        "INSERT INTO changed SELECT x, if(x % 2 = 0, 'east', 'west'), 'n' || CAST(x AS varchar), x"
            + " FROM UNNEST(sequence(1, 100)) t(x)");
    RUNNER.execute("CALL freshet.system.tier('demo', 'changed')");
    RUNNER.execute(
        "INSERT INTO changed SELECT x, 'west', 'n' || CAST(x AS varchar), x"
            + " FROM UNNEST(sequence(101, 200)) t(x)");
    RUNNER.execute("CREATE TABLE iceberg.demo.changed AS SELECT * FROM changed");
    change("UPDATE %s SET amount = amount + 0.5, name = 'u' WHERE id %% 10 = 3", 20);
    change("DELETE FROM %s WHERE id BETWEEN 90 AND 110", 21);
    change(
        "MERGE INTO %s t USING (SELECT x FROM UNNEST(sequence(190, 210)) s(x)) s"
            + " ON t.id = s.x AND t.region = 'west'"
            + " WHEN MATCHED AND s.x < 195 THEN DELETE"
            + " WHEN MATCHED THEN UPDATE SET name = 'm', amount = -1"
            + " WHEN NOT MATCHED THEN INSERT (id, region, name) VALUES (s.x, 'west', 'new')",
        21);
    RUNNER.execute("CALL freshet.system.tier('demo', 'changed')");
    assertSameRows("SELECT * FROM %s", "changed", "iceberg.demo.changed");
    change("DELETE FROM %s WHERE name = 'm' OR id < 5", 10);
    assertSameRows("SELECT count(*), sum(id) FROM %s", "changed", "iceberg.demo.changed");
    change("DELETE FROM %s", -1);
    assertThat(RUNNER.execute("SELECT count(*) FROM changed").getOnlyValue()).isEqualTo(0L);
  }

  @Test
  void aStatementThatFailsChangesNothing() {
    RUNNER.execute(
        "CREATE TABLE atomic (k bigint, v bigint) WITH (primary_key = ARRAY['k'], buckets = 4)");
    RUNNER.execute("INSERT INTO atomic SELECT x, x FROM UNNEST(sequence(1, 1000)) t(x)");
    String failing = "1000000 / (1000 - %s)";
    for (String statement :
        List.of(
            "INSERT INTO atomic SELECT 50 + o.orderkey % 1000, "
                + String.format(failing, "o.orderkey % 1001")
                + " FROM tpch.tiny.orders o CROSS JOIN UNNEST(sequence(1, 10))",
            "UPDATE atomic SET v = " + String.format(failing, "k"),
            "DELETE FROM atomic WHERE v = v + 0 * " + String.format(failing, "k"),
            "MERGE INTO atomic a USING atomic b ON a.k = b.k WHEN MATCHED THEN UPDATE SET v = "
                + String.format(failing, "b.k"))) {
      assertThatThrownBy(() -> RUNNER.execute(statement)).hasMessageContaining("Division by zero");
      assertEqualsIgnoreOrder(
          RUNNER.execute("SELECT count(*), sum(k), sum(v) FROM atomic"),
          RUNNER.execute("SELECT BIGINT '1000', BIGINT '500500', BIGINT '500500'"));
    }
  }

  @Test
  void keysAreNotUpdated() {
    RUNNER.execute("CREATE TABLE keyed (k bigint, v bigint) WITH (primary_key = ARRAY['k'])");
    assertThatThrownBy(() -> RUNNER.execute("UPDATE keyed SET k = k + 1"))
        .hasMessage(
            "Column k of table demo.keyed can't be updated: it is in the primary key. Delete the"
                + " row, and insert it with the other key.");
  }

  @Test
  void rowsOfLogTablesAreNotChanged() {
    RUNNER.execute("CREATE TABLE only_appends (k bigint)");
    String message =
        "Rows of table demo.only_appends can't be updated or deleted: it is a log table, which takes"
            + " appends only. Tables with a primary_key take changes of rows.";
    assertThatThrownBy(() -> RUNNER.execute("DELETE FROM only_appends WHERE k = 1"))
        .hasMessage(message);
    assertThatThrownBy(() -> RUNNER.execute("UPDATE only_appends SET k = 1")).hasMessage(message);
  }

  @Test
  void partsOfATableAreNotWritten() {
    RUNNER.execute("CREATE TABLE whole (k bigint, v bigint) WITH (primary_key = ARRAY['k'])");
    assertThatThrownBy(() -> RUNNER.execute("INSERT INTO \"whole$fresh\" VALUES (1, 2)"))
        .hasMessage(
            "demo.whole$fresh can't be written: it is a part of table demo.whole. Write to the"
                + " table.");
    assertThatThrownBy(() -> RUNNER.execute("DELETE FROM \"whole$lake\""))
        .hasMessage(
            "demo.whole$lake can't be written: it is a part of table demo.whole. Write to the"
                + " table.");
  }

  private static void change(String statement, int rows) {
    long changed = RUNNER.execute(String.format(statement, "changed")).getUpdateCount().orElse(-1);
    RUNNER.execute(String.format(statement, "iceberg.demo.changed"));
    if (rows >= 0) {
      assertThat(changed).isEqualTo(rows);
    }
    assertSameRows("SELECT * FROM %s", "changed", "iceberg.demo.changed");
  }

  private static void assertSameRows(String query, String table, String expectedTable) {
    assertEqualsIgnoreOrder(
        RUNNER.execute(String.format(query, table)),
        RUNNER.execute(String.format(query, expectedTable)),
        query);
  }
}
