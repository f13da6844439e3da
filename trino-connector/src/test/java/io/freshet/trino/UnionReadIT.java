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

import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Union reads of log tables through SQL, beside the same rows elsewhere. */
final class UnionReadIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @BeforeAll
  static void halfInTheLakeAndHalfFresh() {
    RUNNER.execute(
        "CREATE TABLE orders WITH (partitioning = ARRAY['orderpriority'], "
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT * FROM tpch.tiny.orders WHERE orderkey % 2 = 0");
    RUNNER.execute("CALL freshet.system.tier('demo', 'orders')");
    RUNNER.execute("INSERT INTO orders SELECT * FROM tpch.tiny.orders WHERE orderkey % 2 = 1");
  }

  @Test
  void bothHalvesHaveRows() {
    long all = count("orders");
    assertThat(all).isEqualTo(15_000);
    assertThat(count("\"orders$lake\"")).isPositive().isLessThan(all);
    assertThat(count("\"orders$lake\"") + count("\"orders$fresh\"")).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM %s",
        "SELECT count(*) FROM %s",
        "SELECT count(*) FROM %s WHERE orderpriority = '1-URGENT'",
        "SELECT orderpriority, count(*), sum(totalprice) FROM %s GROUP BY orderpriority",
        "SELECT orderkey FROM %s WHERE orderdate BETWEEN DATE '1995-01-01' AND DATE '1995-03-31'",
        "SELECT orderkey, comment FROM %s WHERE comment LIKE 'fur%%' AND custkey IN (1, 4, 370, 781)",
        "SELECT max(orderkey), min(comment), approx_distinct(custkey) FROM %s WHERE totalprice > 2e5",
        "SELECT count(*) FROM %1$s a JOIN %1$s b ON a.orderkey = b.orderkey - 1",
        "SELECT count(*) FROM (SELECT * FROM %s LIMIT 20)",
        "SELECT count(*) FROM (SELECT * FROM %s LIMIT 9223372036854775807)",
        "SELECT orderkey FROM %s ORDER BY totalprice DESC LIMIT 17",
        "SELECT 1 FROM %s WHERE false",
        "SELECT o.orderkey FROM %s o JOIN tpch.tiny.customer c ON o.custkey = c.custkey"
            + " WHERE c.name = 'Customer#000000370'",
      })
  void queriesGiveTheRowsOfTheUnion(String query) {
    assertSameRows(query, "orders", "tpch.tiny.orders");
  }

  @Test
  void statisticsAreThoseOfTheUnion() {
    assertThat(RUNNER.execute("SHOW STATS FOR orders").getMaterializedRows().getLast().getField(4))
        .isEqualTo(15_000.0);
  }

  @Test
  void dynamicFiltersAreAppliedToFreshRows() {
    var joined =
        RUNNER.executeWithPlan(
            RUNNER.getDefaultSession(),
            "SELECT orderkey FROM \"orders$fresh\" JOIN (VALUES BIGINT '370', 781) t(k) ON custkey = k");
    assertEqualsIgnoreOrder(
        joined.result(),
        RUNNER.execute(
            "SELECT orderkey FROM tpch.tiny.orders WHERE custkey IN (370, 781) AND orderkey % 2 = 1"));
    assertThat(
            ((DistributedQueryRunner) RUNNER)
                .getCoordinator()
                .getQueryManager()
                .getFullQueryInfo(joined.queryId())
                .getQueryStats()
                .getPhysicalInputPositions())
        .isEqualTo(joined.result().getRowCount());
  }

  private static void assertSameRows(String query, String table, String expectedTable) {
    assertEqualsIgnoreOrder(
        RUNNER.execute(String.format(query, table)),
        RUNNER.execute(String.format(query, expectedTable)),
        query);
  }

  private static long count(String table) {
    return (long) RUNNER.execute("SELECT count(*) FROM " + table).getOnlyValue();
  }
}
