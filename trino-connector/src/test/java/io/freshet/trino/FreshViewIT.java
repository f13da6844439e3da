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

import io.trino.testing.QueryRunner;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trino's own Iceberg connector reads the union in the fresh warehouses, without the plugin. */
final class FreshViewIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();
  private static final List<String> WAREHOUSES = List.of("fresh", "fresh_v2");

  @BeforeAll
  static void addCatalogs() {
    for (String warehouse : WAREHOUSES) {
      RUNNER.createCatalog(
          warehouse,
          "iceberg",
          Map.of(
              "iceberg.catalog.type", "rest",
              "iceberg.rest-catalog.uri", FreshetQueryRunner.server().lakeUri(),
              "iceberg.rest-catalog.warehouse", warehouse,
              "fs.local.enabled", "true",
              "local.location", "/"));
    }
  }

  @Test
  void rowsOfPrimaryKeyTablesAreThoseOfTheConnector() {
    RUNNER.execute(
        "CREATE TABLE viewed_keys (id bigint, name varchar, day date) WITH (primary_key = ARRAY['id'],"
            + " partitioning = ARRAY['day'], buckets = 2, "
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    insert("viewed_keys", 0, 300);
    RUNNER.execute("CALL freshet.system.tier('demo', 'viewed_keys')");
    RUNNER.execute("DELETE FROM viewed_keys WHERE id % 10 = 0");
    RUNNER.execute("CALL freshet.system.tier('demo', 'viewed_keys')");
    insert("viewed_keys", 200, 400);
    RUNNER.execute("DELETE FROM viewed_keys WHERE id % 7 = 0");
    assertSame("viewed_keys");
    RUNNER.execute("UPDATE viewed_keys SET name = 'changed' WHERE id % 3 = 0");
    assertSame("viewed_keys");
    RUNNER.execute("CALL freshet.system.tier('demo', 'viewed_keys')");
    assertSame("viewed_keys");
  }

  @Test
  void rowsOfLogTablesAreThoseOfTheConnector() {
    RUNNER.execute(
        "CREATE TABLE viewed_log (id bigint, name varchar, day date) WITH ("
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    insert("viewed_log", 0, 100);
    assertSame("viewed_log");
    RUNNER.execute("CALL freshet.system.tier('demo', 'viewed_log')");
    insert("viewed_log", 50, 200);
    assertSame("viewed_log");
  }

  @Test
  void writingIsRefused() {
    RUNNER.execute("CREATE TABLE viewed_only AS SELECT 1 x");
    for (String warehouse : WAREHOUSES) {
      assertThatThrownBy(
              () -> RUNNER.execute("INSERT INTO " + warehouse + ".demo.viewed_only VALUES 2"))
          .hasMessageContaining("Server does not support endpoint: POST");
    }
    assertThat(RUNNER.execute("SELECT count(*) FROM viewed_only").getOnlyValue()).isEqualTo(1L);
  }

  private static void insert(String table, int from, int to) {
    RUNNER.execute(
        String.format(
            "INSERT INTO %s SELECT id, 'n' || CAST(id %% 5 AS varchar), DATE '2026-01-01' + INTERVAL '1'"
                + " DAY * (id %% 3) FROM UNNEST(sequence(%d, %d)) AS s(id)",
            table, from, to - 1));
  }

  private static void assertSame(String table) {
    for (String warehouse : WAREHOUSES) {
      for (String query :
          List.of(
              "SELECT * FROM %s",
              "SELECT count(*), sum(id), max(name) FROM %s",
              "SELECT id FROM %s WHERE day = DATE '2026-01-02' AND id > 150",
              "SELECT name, count(*) FROM %s WHERE name <> 'n1' GROUP BY name")) {
        assertEqualsIgnoreOrder(
            RUNNER.execute(String.format(query, warehouse + ".demo." + table)),
            RUNNER.execute(String.format(query, table)),
            query + " in " + warehouse);
      }
    }
  }
}
