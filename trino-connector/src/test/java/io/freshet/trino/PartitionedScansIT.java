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

import io.trino.Session;
import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tables whose lake is partitioned by a bucket transform are joined and grouped partition by
 * partition, with fresh rows in each of them.
 */
final class PartitionedScansIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();
  private static final Session PARTITIONED = session("true");
  private static final Session EXCHANGED = session("false");

  /** How a plan shows that rows change nodes by their values. */
  private static final String EXCHANGE = "Output partitioning: HASH [";

  /**
   * The log's buckets are as many as the partitions, or others by the same column, or by another
   * column: one whose values change, so that rows move between partitions.
   */
  @BeforeAll
  static void unions() {
    create("same", "orderkey", "primary_key = ARRAY['orderkey'], buckets = 4");
    create("other", "orderkey", "primary_key = ARRAY['orderkey'], buckets = 6");
    create("moved", "custkey", "primary_key = ARRAY['orderkey'], buckets = 2");
    create("appended", "orderkey", "bucket_key = ARRAY['orderkey'], buckets = 3");
    for (String table : new String[] {"same", "other", "moved"}) {
      RUNNER.execute(
          "INSERT INTO p_"
              + table
              + " SELECT orderkey, custkey + 1, totalprice * 2"
              + " FROM tpch.tiny.orders WHERE orderkey % 3 = 1");
      RUNNER.execute("DELETE FROM p_" + table + " WHERE orderkey % 5 = 2");
      RUNNER.execute("INSERT INTO p_" + table + " VALUES (-1, NULL, 1), (-2, 7, 2)");
    }
    RUNNER.execute("INSERT INTO p_appended SELECT * FROM p_same");
    RUNNER.execute("INSERT INTO p_appended VALUES (NULL, 1, 1), (NULL, 2, 2)");
  }

  private static void create(String name, String partitionColumn, String properties) {
    RUNNER.execute(
        String.format(
            "CREATE TABLE p_%s WITH (%s, partitioning = ARRAY['bucket(%s, 4)'], %s)"
                + " AS SELECT orderkey, custkey, totalprice FROM tpch.tiny.orders",
            name, properties, partitionColumn, FreshetQueryRunner.KEEP_FRESH));
    RUNNER.execute("CALL freshet.system.tier('demo', 'p_" + name + "')");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a.*, b.* FROM p_same a JOIN p_other b ON a.orderkey = b.orderkey",
        "SELECT a.orderkey, b.totalprice FROM p_same a JOIN p_appended b ON a.orderkey = b.orderkey",
        "SELECT count(*), sum(a.totalprice) FROM p_same a LEFT JOIN p_other b"
            + " ON a.orderkey = b.orderkey AND b.totalprice > 100000",
        "SELECT a.orderkey, b.orderkey FROM p_same a FULL JOIN p_appended b ON a.orderkey = b.orderkey",
        "SELECT orderkey, count(*), max(totalprice) FROM p_appended GROUP BY orderkey",
        "SELECT custkey, count(*), max(totalprice) FROM p_moved GROUP BY custkey",
        "SELECT a.orderkey FROM p_moved a JOIN p_moved b ON a.custkey = b.custkey"
            + " WHERE b.orderkey = 7",
        "SELECT custkey, count(DISTINCT orderkey) FROM p_moved WHERE totalprice < 50000"
            + " GROUP BY custkey",
      })
  void partitionsAreReadWithoutAnExchange(String query) {
    assertThat(plan(PARTITIONED, query)).doesNotContain(EXCHANGE);
    assertThat(plan(EXCHANGED, query)).contains(EXCHANGE);
    assertEqualsIgnoreOrder(
        RUNNER.execute(PARTITIONED, query), RUNNER.execute(EXCHANGED, query), query);
  }

  @Test
  void bothHalvesHaveRowsOfAllPartitions() {
    for (String table : new String[] {"same", "other", "moved", "appended"}) {
      for (String part : new String[] {"fresh", "lake"}) {
        String count = String.format("SELECT count(*) FROM \"p_%s$%s\"", table, part);
        assertThat((long) RUNNER.execute(count).getOnlyValue()).as(count).isGreaterThan(3000);
      }
    }
  }

  /** With so many partitions each fresh row would be read too often. */
  @Test
  void manyPartitionsOfFreshRowsAreExchanged() {
    RUNNER.execute(
        "CREATE TABLE p_many WITH (primary_key = ARRAY['orderkey'], buckets = 2,"
            + " partitioning = ARRAY['bucket(orderkey, 32)'], "
            + FreshetQueryRunner.KEEP_FRESH
            + ") AS SELECT orderkey, totalprice FROM tpch.tiny.orders");
    String query = "SELECT count(*) FROM p_many a JOIN p_many b ON a.orderkey = b.orderkey";
    assertThat(plan(PARTITIONED, query)).contains(EXCHANGE);
    assertThat(RUNNER.execute(PARTITIONED, query).getOnlyValue()).isEqualTo(15_000L);
    RUNNER.execute("CALL freshet.system.tier('demo', 'p_many')");
    assertThat(plan(PARTITIONED, query)).doesNotContain(EXCHANGE);
    assertThat(RUNNER.execute(PARTITIONED, query).getOnlyValue()).isEqualTo(15_000L);
  }

  private static String plan(Session session, String query) {
    return (String) RUNNER.execute(session, "EXPLAIN " + query).getOnlyValue();
  }

  private static Session session(String byPartitions) {
    return Session.builder(RUNNER.getDefaultSession())
        .setCatalogSessionProperty("freshet", "bucket_execution_enabled", byPartitions)
        .setSystemProperty("join_distribution_type", "PARTITIONED")
        .build();
  }
}
