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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** INSERT OVERWRITE, TRUNCATE, and tables that take another's place. */
@ExtendWith(SparkExtension.class)
final class OverwritesIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  @TempDir private Path checkpoints;

  @SuppressWarnings("NullAway.Init")
  OverwritesIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void overwriteOfAllRowsIsOneTransaction() {
    TableName table = halfFresh();

    sql("INSERT OVERWRITE freshet.%1$s SELECT id + 5, s, p FROM freshet.%1$s WHERE id < 10", table);

    for (int round = 0; round < 2; round++) {
      assertThat(strings("SELECT count(*), min(id), max(id) FROM freshet.%s", table))
          .containsExactly("[10,5,14]");
      client.tier(table);
    }
  }

  @Test
  void overwriteOfAPartitionLeavesTheOthers() throws NoSuchTableException {
    TableName table = halfFresh();

    sql("INSERT OVERWRITE freshet.%s PARTITION (p = 1) SELECT 1001L, 'new'", table);
    assertThat(strings("SELECT p, count(*), max(s) FROM freshet.%s GROUP BY p ORDER BY p", table))
        .containsExactly("[0,20,lake]", "[1,1,new]");

    spark
        .sql("SELECT 2000L AS id, 'newest' AS s, 0 AS p")
        .writeTo("freshet." + table)
        .overwrite(functions.expr("id BETWEEN 10 AND 29 OR s = 'new'"));
    assertThat(strings("SELECT p, count(*), max(s) FROM freshet.%s GROUP BY p ORDER BY p", table))
        .containsExactly("[0,11,newest]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p",
        "bucket(1000, p)",
        "day(at)",
        "month(at), p",
        "year(at), truncate(1, s)",
        "hour(at), p",
        "price, truncate(2, s)"
      })
  void dynamicOverwriteReplacesThePartitionsOfTheNewRows(String partitioning) {
    TableName table =
        tables.create(
            "id long not null, p int, at timestamptz, s string, price decimal(9,2), primary key (id)",
            partitioning);
    write("INSERT INTO", table, "id % 4", 0, 30);
    client.tier(table);
    write("INSERT INTO", table, "IF(id < 20, 0, id % 4)", 16, 40);
    write("INSERT INTO", table, "NULL", 40, 43);

    // Into p 1, with new keys, known ones, and one that was in p 2; and to where there is no p.
    withDynamicOverwrite(() -> {
      write("INSERT OVERWRITE", table, "IF(id = 100, NULL, 1)", 98, 101);
      write("INSERT OVERWRITE", table, "1", 1, 3);
    });

    for (int round = 0; round < 2; round++) {
      assertThat(
              strings("SELECT p, count(*), min(id) FROM freshet.%s GROUP BY p ORDER BY p", table))
          .containsExactly("[null,1,100]", "[0,13,0]", "[1,2,1]", "[2,8,6]", "[3,9,3]");
      client.tier(table);
    }
  }

  /** Rows in different partitions if they have a different p, however the table is partitioned. */
  private void write(String verb, TableName table, String p, int fromId, int toId) {
    sql(
        "%s freshet.%s SELECT id, p, timestamp_seconds(p * 40000000), concat(p, 's'), CAST(p AS"
            + " DECIMAL(9,2)) FROM (SELECT id, CAST(%s AS INT) AS p FROM range(%d, %d))",
        verb, table, p, fromId, toId);
  }

  @Test
  void dynamicOverwriteThatFailsOrHasNoRowsChangesNothing() throws NoSuchTableException {
    TableName table = halfFresh();

    withDynamicOverwrite(() -> {
      assertThatThrownBy(() ->
              sql(
                  "INSERT OVERWRITE freshet.%s SELECT IF(id = 9, CAST(raise_error('stop') AS BIGINT),"
                      + " id), 'x', 0 FROM range(10)",
                  table))
          .hasMessageContaining("stop");
      sql("INSERT OVERWRITE freshet.%s SELECT id, 'x', 0 FROM range(0)", table);
    });
    assertThat(strings("SELECT count(*), max(id) FROM freshet.%s WHERE s <> 'x'", table))
        .containsExactly("[40,39]");

    spark
        .sql("SELECT 7L AS id, 'x' AS s, 1 AS p")
        .writeTo("freshet." + table)
        .overwritePartitions();
    assertThat(strings("SELECT p, count(*), max(s) FROM freshet.%s GROUP BY p ORDER BY p", table))
        .containsExactly("[0,20,lake]", "[1,1,x]");
  }

  @Test
  void failedOverwriteChangesNothing() {
    TableName table = halfFresh();

    assertThatThrownBy(() ->
            sql(
                "INSERT OVERWRITE freshet.%s SELECT IF(id = 99, CAST(raise_error('stop') AS BIGINT),"
                    + " id), 'x', 0 FROM range(100)",
                table))
        .hasMessageContaining("stop");

    assertThat(strings("SELECT count(*), max(id) FROM freshet.%s WHERE s <> 'x'", table))
        .containsExactly("[40,39]");
  }

  @Test
  void logTablesAreTruncatedAndNotOverwritten() {
    TableName table = tables.create("id long");
    sql("INSERT INTO freshet.%s SELECT id FROM range(10)", table);
    client.tier(table);
    sql("INSERT INTO freshet.%s SELECT id FROM range(10)", table);

    assertThatThrownBy(() -> sql("INSERT OVERWRITE freshet.%s VALUES (1)", table))
        .hasMessageContaining("it has no primary key, so its rows can only be added")
        .hasMessageContaining("TRUNCATE TABLE");
    assertThatThrownBy(
            () -> spark.sql("SELECT 1L AS id").writeTo("freshet." + table).overwritePartitions())
        .hasMessageContaining("it has no primary key, so its rows can only be added");
    assertThat(strings("SELECT count(*) FROM freshet.%s", table)).containsExactly("[20]");
    sql("TRUNCATE TABLE freshet.%s", table);
    assertThat(strings("SELECT count(*), max(id) FROM freshet.%s", table))
        .containsExactly("[0,null]");
    sql("INSERT INTO freshet.%s VALUES (7)", table);
    assertThat(strings("SELECT * FROM freshet.%s", table)).containsExactly("[7]");
  }

  @Test
  void streamThatOverwritesAllRowsIsRefused() throws Exception {
    TableName table = tables.create("id long not null, n long, primary key (id)");
    StreamingQuery query =
        spark
            .readStream()
            .format("rate")
            .load()
            .groupBy("value")
            .count()
            .selectExpr("value AS id", "count AS n")
            .writeStream()
            .outputMode("complete")
            .option("checkpointLocation", checkpoints.toString())
            .toTable("freshet." + table);

    assertThatThrownBy(query::processAllAvailable)
        .hasMessageContaining("with outputMode complete")
        .hasMessageContaining("use update, which upserts rows by their primary key");
  }

  @Test
  void conditionsThatCanNotBeConvertedAreRefused() {
    TableName table = halfFresh();

    assertThatThrownBy(() ->
            spark
                .sql("SELECT 1L AS id, 's' AS s, 1 AS p")
                .writeTo("freshet." + table)
                .overwrite(functions.expr("s LIKE '%x'")))
        .hasMessageContaining("can't be overwritten where")
        .hasMessageContaining("or DELETE and INSERT");
    assertThat(strings("SELECT count(*) FROM freshet.%s", table)).containsExactly("[40]");
  }

  @Test
  void truncateRemovesLakeAndFreshRowsOfAPrimaryKeyTable() {
    TableName table = halfFresh();

    sql("TRUNCATE TABLE freshet.%s", table);

    assertThat(strings("SELECT * FROM freshet.%s", table)).isEmpty();
    sql("INSERT INTO freshet.%s VALUES (3, 'again', 1)", table);
    assertThat(strings("SELECT * FROM freshet.%s", table)).containsExactly("[3,again,1]");
  }

  @Test
  void renamedTableKeepsItsRows() {
    TableName table = halfFresh();

    sql("ALTER TABLE freshet.%1$s RENAME TO %1$s_renamed", table);

    assertThat(strings("SELECT count(*) FROM freshet.%s_renamed", table)).containsExactly("[40]");
    assertThatThrownBy(() -> sql("SELECT * FROM freshet.%s", table))
        .hasMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
  }

  @Test
  void replacedTableHasOtherColumnsAndRows() {
    TableName table = halfFresh();

    sql(
        "CREATE OR REPLACE TABLE freshet.%1$s TBLPROPERTIES ('freshet.freshness' = '1h') AS SELECT"
            + " count(*) AS n, s FROM freshet.%1$s GROUP BY s",
        table);
    assertThat(strings("SELECT * FROM freshet.%s ORDER BY s", table))
        .containsExactly("[20,fresh]", "[20,lake]");
    assertThatThrownBy(() ->
            sql(
                "REPLACE TABLE freshet.%s AS SELECT CAST(raise_error('no rows') AS INT) AS a",
                table))
        .hasMessageContaining("no rows");
    assertThat(strings("SELECT sum(n) FROM freshet.%s", table)).containsExactly("[40]");
    assertThat(strings("SHOW TABLES IN freshet.test LIKE '%s*'", table.name())).hasSize(1);
  }

  @Test
  void queriesNeverMissATableThatIsReplaced() {
    TableName table = tables.create("id long not null, g int, primary key (id)");
    sql("INSERT INTO freshet.%s SELECT id, 0 FROM range(10)", table);
    AtomicBoolean isOver = new AtomicBoolean();
    CompletableFuture<Integer> queries =
        CompletableFuture.supplyAsync(() -> {
          int asked = 0;
          while (asked == 0 || !isOver.get()) {
            try {
              assertThat(strings("SELECT count(*), max(g) - min(g) FROM freshet.%s", table))
                  .containsExactly("[10,0]");
              asked++;
            } catch (Exception e) {
              // Spark's word for a table that was replaced between analysis and execution.
              assertThat(e).hasMessageContaining("TABLE_ID_MISMATCH");
            }
          }
          return asked;
        });

    for (int generation = 1; generation <= 3; generation++) {
      sql(
          "CREATE OR REPLACE TABLE freshet.%s TBLPROPERTIES ('primary-key' = 'id') AS SELECT id, %d"
              + " AS g FROM range(10)",
          table, generation);
      assertThat(strings("SELECT max(g) FROM freshet.%s", table))
          .containsExactly("[" + generation + "]");
    }
    isOver.set(true);

    assertThat(queries.join()).isPositive();
  }

  /** 40 rows, half in the lake, half in each of two partitions. */
  private TableName halfFresh() {
    TableName table = tables.create("id long not null, s string, p int, primary key (id)", "p");
    sql("INSERT INTO freshet.%s SELECT id, 'lake', id %% 2 FROM range(20)", table);
    client.tier(table);
    sql("INSERT INTO freshet.%s SELECT id, 'fresh', id %% 2 FROM range(20, 40)", table);
    return table;
  }

  private void withDynamicOverwrite(Runnable statements) {
    spark.conf().set("spark.sql.sources.partitionOverwriteMode", "dynamic");
    try {
      statements.run();
    } finally {
      spark.conf().unset("spark.sql.sources.partitionOverwriteMode");
    }
  }

  private void sql(String statement, Object... arguments) {
    spark.sql(String.format(statement, arguments));
  }

  private List<String> strings(String query, Object... arguments) {
    return spark.sql(String.format(query, arguments)).collectAsList().stream()
        .map(Row::toString)
        .toList();
  }
}
