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
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** INSERT, and by primary key UPDATE, DELETE and MERGE. */
@ExtendWith(SparkExtension.class)
final class WritesIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  WritesIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void insertKeepsEveryType() {
    TableName source = tables.create(SampleRows.NESTED);
    tables.append(source, new SampleRows(5).rows(client.describeTable(source).schema(), 300));
    TableName target = tables.create(SampleRows.NESTED);

    sql("INSERT INTO freshet.%s SELECT * FROM freshet.%s", target, source);

    String query = "SELECT to_json(struct(*)) FROM freshet.%s";
    assertThat(strings(query, target))
        .hasSize(300)
        .containsExactlyInAnyOrderElementsOf(strings(query, source));
    client.tier(target);
    assertThat(strings(query, target)).containsExactlyInAnyOrderElementsOf(strings(query, source));
  }

  @Test
  void insertOfSomeColumnsAndOfManyRows() {
    TableName table = tables.create("id long, name string, n int");

    sql("INSERT INTO freshet.%s (name, id) VALUES ('a', 1)", table);
    sql("INSERT INTO freshet.%s SELECT id, repeat('x', 20), id FROM range(200000)", table);
    spark
        .range(10)
        .selectExpr("id", "'w' AS name", "CAST(id AS INT) AS n")
        .createOrReplaceTempView("written");
    sql("INSERT INTO freshet.%s TABLE written", table);

    assertThat(strings("SELECT count(*), sum(id), count(n) FROM freshet.%s", table))
        .containsExactly("[200011,19999900046,200010]");
  }

  @Test
  void valuesThatDoNotFitAreRefused() {
    TableName table = tables.create("u uuid, f fixed(3), r int not null");

    assertThatThrownBy(() -> sql("INSERT INTO freshet.%s VALUES ('no uuid', null, 1)", table))
        .hasMessageContaining("Column u holds uuids, and 'no uuid' is none");
    assertThatThrownBy(() -> sql("INSERT INTO freshet.%s VALUES (null, X'0102', 1)", table))
        .hasMessageContaining("Column f holds values of exactly 3 bytes, and one has 2");
    assertThatThrownBy(() -> sql("INSERT INTO freshet.%s VALUES (null, null, null)", table))
        .hasMessageContaining("NULL");
    assertThat(strings("SELECT * FROM freshet.%s", table)).isEmpty();
  }

  @Test
  void rowsOfAKeyedTableGoToTasksByBucket() throws NoSuchTableException {
    TableName keyed = tables.create("id long not null, n int, primary key (id)");
    TableName log = tables.create("id long, n int");
    String insert = "INSERT INTO freshet.%s SELECT id, 1 FROM range(1000)";

    assertThat(plan(insert, keyed)).contains("RebalancePartitions", "BucketLong.invoke(2, id");
    assertThat(plan(insert, log)).doesNotContain("RebalancePartitions");
    sql("ALTER TABLE freshet.%s SET TBLPROPERTIES ('write.distribution-mode' = 'none')", keyed);
    assertThat(plan(insert, keyed)).doesNotContain("RebalancePartitions");
    assertThat(plan("UPDATE freshet.%s SET n = 2", keyed)).doesNotContain("RebalancePartitions");

    sql("ALTER TABLE freshet.%s SET TBLPROPERTIES ('write.distribution-mode' = 'range')", keyed);
    assertThatThrownBy(() -> sql(insert, keyed))
        .hasMessageContaining(
            "can't be written with write.distribution-mode=range: write none (tasks keep their rows)"
                + " or hash (rows go to tasks by bucket)");
    spark
        .range(10)
        .selectExpr("id", "1 AS n")
        .writeTo("freshet." + keyed)
        .option("distribution-mode", "hash")
        .append();
    assertThat(strings("SELECT count(*) FROM freshet.%s", keyed)).containsExactly("[10]");
  }

  private String plan(String statement, TableName table) {
    return spark.sql("EXPLAIN EXTENDED " + String.format(statement, table)).first().getString(0);
  }

  @Test
  void changesByKeyReachLakeAndFreshRows() {
    TableName table = tables.create("id long not null, s string, n int, primary key (id)");
    sql("INSERT INTO freshet.%s SELECT id, 'old', id FROM range(100)", table);
    client.tier(table);
    sql("INSERT INTO freshet.%s SELECT id, 'fresh', id FROM range(100, 200)", table);

    sql("UPDATE freshet.%s SET s = 'new', n = n + 1 WHERE id %% 50 = 0", table);
    sql("DELETE FROM freshet.%s WHERE id IN (3, 103)", table);
    sql("INSERT INTO freshet.%s VALUES (4, 'again', 4)", table);
    sql(
        "MERGE INTO freshet.%s t USING (SELECT id FROM range(195, 205)) x ON t.id = x.id WHEN MATCHED"
            + " AND x.id %% 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET s = 'merged' WHEN NOT"
            + " MATCHED THEN INSERT (id, s, n) VALUES (x.id, 'made', 0)",
        table);

    for (int round = 0; round < 2; round++) {
      assertThat(strings("SELECT s, count(*), sum(n) FROM freshet.%s GROUP BY s ORDER BY s", table))
          .containsExactly(
              "[again,1,4]",
              "[fresh,92,13612]",
              "[made,5,0]",
              "[merged,3,591]",
              "[new,4,304]",
              "[old,96,4893]");
      assertThat(strings("SELECT count(*) FROM freshet.%s WHERE id IN (3, 103, 196)", table))
          .containsExactly("[0]");
      client.tier(table);
    }
  }

  @Test
  void failedJobLeavesNothing() {
    TableName table = tables.create("id long");

    assertThatThrownBy(() ->
            sql(
                "INSERT INTO freshet.%s SELECT IF(id = 199999, CAST(raise_error('stop') AS BIGINT),"
                    + " id) FROM range(0, 200000, 1, 2)",
                table))
        .hasMessageContaining("stop");

    assertThat(strings("SELECT count(*) FROM freshet.%s", table)).containsExactly("[0]");
    assertThat(client.tier(table).rows()).isZero();
  }

  /** As Spark does when a task is slow: it starts another one, and takes the first that is done. */
  @Test
  void taskThatRanTwiceCountsOnce() throws Exception {
    TableName table = tables.create("id long, s string");
    SupportsWrite target =
        (SupportsWrite)
            ((TableCatalog) spark.sessionState().catalogManager().catalog("freshet"))
                .loadTable(Identifier.of(new String[] {"test"}, table.name()));
    StructType columns = new StructType().add("id", "bigint").add("s", "string");
    BatchWrite job =
        target
            .newWriteBuilder(new Write(columns, "job", CaseInsensitiveStringMap.empty()))
            .build()
            .toBatch();
    DataWriterFactory tasks = job.createBatchWriterFactory(() -> 2);

    WriterCommitMessage first = write(tasks, 0, 1, "first");
    WriterCommitMessage unused = write(tasks, 1, 2, "slow");
    WriterCommitMessage again = write(tasks, 1, 3, "again");
    job.commit(new WriterCommitMessage[] {first, again});

    assertThat(strings("SELECT s, count(*) FROM freshet.%s GROUP BY s ORDER BY s", table))
        .containsExactly("[again,10]", "[first,10]");
  }

  private record Write(StructType schema, String queryId, CaseInsensitiveStringMap options)
      implements LogicalWriteInfo {
    @Override
    public Optional<StructType> rowIdSchema() {
      return Optional.empty();
    }

    @Override
    public Optional<StructType> metadataSchema() {
      return Optional.empty();
    }
  }

  private static WriterCommitMessage write(
      DataWriterFactory tasks, int partition, long task, String s) throws Exception {
    try (DataWriter<InternalRow> writer = tasks.createWriter(partition, task)) {
      for (long id = 0; id < 10; id++) {
        writer.write(new GenericInternalRow(new Object[] {id, UTF8String.fromString(s)}));
      }
      return writer.commit();
    }
  }

  @Test
  void rowsOfATableWithoutKeyStay() {
    TableName log = tables.create("id long, s string");

    assertThatThrownBy(() -> sql("DELETE FROM freshet.%s WHERE id = 1", log))
        .hasMessageContaining("it has no primary key, so its rows can only be added");
  }

  /** Each row takes the key of the next one, whatever task has which of them. */
  @Test
  void updatesOfKeysTakeEffectAtOnce() {
    TableName table =
        tables.create("a int not null, b string not null, s string, primary key (a, b)");
    sql("INSERT INTO freshet.%s SELECT id, 'k', 's' || id FROM range(1000)", table);
    client.tier(table);
    sql("INSERT INTO freshet.%s SELECT id, 'k', 's' || id FROM range(1000, 2000)", table);

    sql("UPDATE freshet.%s SET a = a + 1 WHERE a %% 100 <> 50", table);
    sql("UPDATE freshet.%s SET b = 'moved' WHERE a = 7", table);
    sql(
        "MERGE INTO freshet.%s t USING (SELECT explode(array(70, 71)) AS x) ON t.a = x WHEN MATCHED"
            + " AND x = 71 THEN DELETE WHEN MATCHED THEN UPDATE SET a = 71",
        table);

    // Of the twenty rows that stayed where they were, the one before took the key of each.
    assertThat(strings("SELECT count(*), count(DISTINCT s), min(a), max(a) FROM freshet.%s", table))
        .containsExactly("[1979,1979,1,2000]");
    assertThat(strings("SELECT * FROM freshet.%s WHERE a IN (6, 7, 50, 51, 70, 71)", table))
        .containsExactlyInAnyOrder("[6,k,s5]", "[7,moved,s6]", "[50,k,s49]", "[71,k,s69]");
    client.tier(table);
    assertThat(strings("SELECT count(*), count(DISTINCT s), min(a), max(a) FROM freshet.%s", table))
        .containsExactly("[1979,1979,1,2000]");
  }

  private void sql(String statement, Object... tables) {
    spark.sql(String.format(statement, tables));
  }

  private List<String> strings(String query, TableName table) {
    return spark.sql(String.format(query, table)).collectAsList().stream()
        .map(Row::toString)
        .toList();
  }
}
