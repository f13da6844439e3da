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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Iceberg's own Spark catalog reads the union in the fresh warehouses, without the connector. */
@ExtendWith(SparkExtension.class)
final class FreshViewIT {
  private static final List<String> QUERIES =
      List.of(
          "SELECT to_json(struct(*)) FROM %s",
          "SELECT count(*), count(k), sum(k), min(dec38), max(tz), max(u) FROM %s",
          "SELECT count(*) FROM %s",
          "SELECT day, count(*) FROM %s GROUP BY day",
          "SELECT id FROM %s WHERE day = DATE '2026-02-02'",
          "SELECT id FROM %s WHERE id BETWEEN 160 AND 180 OR k = 7");

  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  FreshViewIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @ParameterizedTest(name = "primary key: {0}, partitioned by {1}")
  @CsvSource(
      delimiter = '|',
      value = {"false |", "false | day", "true |", "true | day"})
  void rowsAreThoseOfTheConnector(boolean isKeyed, @Nullable String partitioning) {
    String columns = SampleRows.FLAT + (isKeyed ? ", primary key (id)" : "");
    TableName table =
        partitioning == null ? tables.create(columns) : tables.create(columns, partitioning);
    Schema schema = client.describeTable(table).schema();
    List<Record> rows = new SampleRows(3).rows(schema, 400);
    tables.appendToLake(table, rows.subList(0, 250));
    if (isKeyed) {
      tables.delete(table, 0, 20);
      client.tier(table); // The lake has deletion vectors of its own, then.
      tables.delete(table, 20, 40);
      tables.append(table, new SampleRows(4).rows(schema, 100));
    }
    assertSame(table);
    tables.append(table, rows.subList(200, 400));
    if (isKeyed) {
      tables.delete(table, 300, 310);
    }
    assertSame(table);
    client.tier(table);
    assertSame(table);
  }

  @Test
  void eachQueryReadsOneStateWhileItIsWrittenAndTiered() {
    TableName table = tables.create("id long not null, v long, primary key (id)");
    Schema schema = client.describeTable(table).schema();
    List<Record> rows = new SampleRows(5).rows(schema, 200);
    tables.append(table, rows);
    AtomicBoolean isDone = new AtomicBoolean();
    CompletableFuture<Integer> writes =
        CompletableFuture.supplyAsync(() -> {
          int rounds = 0;
          while (!isDone.get()) {
            tables.append(table, rows);
            if (++rounds % 5 == 0) {
              client.tier(table);
            }
          }
          return rounds;
        });
    try {
      for (int i = 0; i < 5; i++) {
        for (String catalog : List.of("view", "view_v2")) {
          assertThat(answer("SELECT count(*), count(DISTINCT id), sum(id) FROM %s", catalog, table))
              .containsExactly("[200,200,19900]");
        }
      }
    } finally {
      isDone.set(true);
    }
    assertThat(writes.join()).isPositive();
  }

  private void assertSame(TableName table) {
    for (String query : QUERIES) {
      List<String> expected = answer(query, "freshet", table);
      for (String catalog : List.of("view", "view_v2")) {
        assertThat(answer(query, catalog, table))
            .as("%s in %s", query, catalog)
            .isNotEmpty()
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
  }

  private List<String> answer(String query, String catalog, TableName table) {
    return spark.sql(String.format(query, catalog + "." + table)).collectAsList().stream()
        .map(Row::toString)
        .toList();
  }
}
