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

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * No way of Spark to plan, keep or share a scan shows a row that a fresh change has superseded. In
 * the table, rows 0 to 99 are in the lake; every second one was updated since, and 90 to 99
 * deleted.
 */
@ExtendWith(SparkExtension.class)
final class OverlaysIT {
  private static final String ANSWER = "[90,4005,45]";

  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;
  private String table;

  @SuppressWarnings("NullAway.Init")
  OverlaysIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @BeforeEach
  void fill() {
    TableName name = tables.create("id long not null, s string, primary key (id)");
    table = "freshet." + name;
    spark.sql("INSERT INTO " + table + " SELECT id, 'old' FROM range(100)");
    client.tier(name);
    spark.sql("UPDATE " + table + " SET s = 'new' WHERE id % 2 = 0");
    spark.sql("DELETE FROM " + table + " WHERE id >= 90");
  }

  @Test
  void withDistributedPlanning() {
    with(
        Map.of(
            "spark.sql.iceberg.data-planning-mode", "distributed",
            "spark.sql.iceberg.delete-planning-mode", "distributed"),
        () -> assertAnswer(table));
  }

  @Test
  void withAndWithoutAdaptiveExecutionAndColumns() {
    for (String adaptive : List.of("true", "false")) {
      for (String vectorized : List.of("true", "false")) {
        with(
            Map.of(
                "spark.sql.adaptive.enabled", adaptive,
                "spark.sql.iceberg.vectorization.enabled", vectorized),
            () -> assertAnswer(table));
      }
    }
  }

  @Test
  void inACachedTableThatStaysAsItWas() {
    Dataset<Row> cached = spark.table(table).cache();
    try {
      assertThat(cached.count()).isEqualTo(90);
      client.tier(TableName.parse(table.substring("freshet.".length())));
      cached.createOrReplaceTempView("cached_rows");
      assertAnswer("cached_rows");
    } finally {
      cached.unpersist();
    }
    assertAnswer(table);
  }

  @Test
  void inASelfJoinAndAReusedExchange() {
    with(
        Map.of("spark.sql.autoBroadcastJoinThreshold", "-1"),
        () -> {
          String join =
              String.format(
                  "SELECT a.id, a.s, b.s AS other FROM (SELECT id %% 100 AS id, s FROM %1$s) a JOIN"
                      + " (SELECT id %% 100 AS id, s FROM %1$s) b ON a.id = b.id",
                  table);
          Dataset<Row> joined = spark.sql(join);
          assertThat(joined.collectAsList())
              .hasSize(90)
              .allMatch(row -> row.getString(1).equals(row.getString(2)));
          assertThat(joined.queryExecution().executedPlan().toString()).contains("ReusedExchange");
        });
  }

  @Test
  void inAUnionOfTwoStatesOfOneTable() {
    Dataset<Row> before = spark.table(table);
    List<Row> planned = before.collectAsList();
    spark.sql("UPDATE " + table + " SET s = 'newest' WHERE id < 10");

    assertThat(planned).hasSize(90).noneMatch(row -> row.getString(1).equals("newest"));
    assertThat(
            strings(
                "SELECT s, count(*) FROM (SELECT * FROM %1$s UNION ALL SELECT * FROM %1$s.lake)"
                    + " GROUP BY s ORDER BY s",
                table))
        .containsExactly("[new,40]", "[newest,10]", "[old,140]");
    assertThat(
            strings(
                "SELECT count(*) FROM %1$s t JOIN %1$s.lake l ON t.id = l.id WHERE t.s <> l.s",
                table))
        .containsExactly("[50]");
  }

  @Test
  void inSubqueriesAndLimits() {
    assertThat(strings("SELECT count(*) FROM (SELECT * FROM %s LIMIT 95)", table))
        .containsExactly("[90]");
    assertThat(
            strings(
                "SELECT count(*) FROM %1$s WHERE id IN (SELECT id FROM %1$s WHERE s = 'new')",
                table))
        .containsExactly("[45]");
    assertThat(strings("SELECT id, s FROM %s ORDER BY id DESC LIMIT 2", table))
        .containsExactly("[89,old]", "[88,new]");
  }

  private void assertAnswer(String from) {
    assertThat(strings("SELECT count(*), sum(id), count_if(s = 'new') FROM %s", from))
        .containsExactly(ANSWER);
    assertThat(strings("SELECT count(*) FROM %s WHERE id IN (2, 91) AND s = 'old'", from))
        .containsExactly("[0]");
  }

  private void with(Map<String, String> settings, Runnable test) {
    settings.forEach(spark.conf()::set);
    try {
      test.run();
    } finally {
      settings.keySet().forEach(spark.conf()::unset);
    }
  }

  private List<String> strings(String query, Object... arguments) {
    return spark.sql(String.format(query, arguments)).collectAsList().stream()
        .map(Row::toString)
        .toList();
  }
}
