/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import static io.freshet.streaming.StreamFixture.COLUMNS;
import static io.freshet.streaming.StreamFixture.KEYED;
import static io.freshet.streaming.StreamFixture.range;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Streams from and to tables with a primary key: upserts, deletes, change feeds. */
@ExtendWith(SparkExtension.class)
final class KeyedTableStreamIT {
  private static final Map<String, String> FEED = Map.of("readChangeFeed", "true");

  private final SparkSession spark;
  private final FreshetClient client;
  private final StreamFixture fixture;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  KeyedTableStreamIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.fixture = new StreamFixture(spark, client, tables);
  }

  @Test
  void upsertsComeAsRowsAndTheTargetBecomesTheSource() {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 50, "old");
    client.tier(source);
    fixture.append(source, 40, 60, "new");

    copy(Queries.stream(spark, source, Map.of()), target);
    assertThat(fixture.rows(target)).hasSize(60).isEqualTo(fixture.rows(source));

    fixture.append(source, 10, 20, "newer");
    client.tier(source);
    fixture.append(source, 15, 70, "newest");
    copy(Queries.stream(spark, source, Map.of()), target);
    assertThat(fixture.rows(target)).hasSize(70).isEqualTo(fixture.rows(source));
  }

  @Test
  void deletesStopAStreamOfRowsUnlessTheyAreSkipped() {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 10);
    fixture.delete(source, 3, 5);
    fixture.append(source, 10, 20);

    assertThatThrownBy(() -> copy(Queries.stream(spark, source, Map.of()), target))
        .hasMessageContaining("Cannot read changes of table freshet." + source)
        .hasMessageContaining("a row was deleted")
        .hasMessageContaining("Set the option skipDeletes to true");
    assertThat(fixture.ids(target)).isEmpty();

    copy(Queries.stream(spark, source, Map.of("skipDeletes", "true")), target);
    assertThat(fixture.ids(target)).isEqualTo(range(0, 20));
  }

  @Test
  void changeFeedReplaysTheSource() {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 30, "old");
    client.tier(source);
    fixture.append(source, 20, 40, "new");
    fixture.delete(source, 5, 10);

    copyFeed(source, target);
    assertThat(fixture.rows(target)).hasSize(35).isEqualTo(fixture.rows(source));

    fixture.append(source, 7, 9, "again");
    fixture.delete(source, 30, 35);
    client.tier(source);
    fixture.delete(source, 0, 2);
    copyFeed(source, target);
    assertThat(fixture.rows(target)).hasSize(30).isEqualTo(fixture.rows(source));
  }

  @Test
  void changeFeedStartsInALakeOfWhichRowsAreDeleted() {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 30, "old");
    client.tier(source);
    fixture.append(source, 20, 40, "new");
    fixture.delete(source, 5, 10);
    client.tier(source);

    copyFeed(source, target);
    assertThat(fixture.rows(target)).hasSize(35).isEqualTo(fixture.rows(source));
  }

  @Test
  void changeFeedSaysWhatEachRowIs() {
    TableName source = fixture.create(KEYED);
    fixture.append(source, 1, 2, "lake");
    client.tier(source);
    fixture.append(source, 1, 3, "log");
    fixture.delete(source, 2, 3);
    TableName target =
        fixture.create("id long, name string, _change string, _at long, _b int, _when timestamptz");

    Dataset<Row> feed =
        Queries.source(spark, source, FEED)
            .selectExpr(
                "id",
                "name",
                "_change_type AS _change",
                "_offset AS _at",
                "_bucket AS _b",
                "_commit_timestamp AS _when");
    copy(feed, target);

    assertThat(
            Queries.rows(
                spark,
                "SELECT id, name, _change, _at IS NULL, _b IS NULL, _when IS NULL FROM freshet."
                    + target))
        .containsExactly(
            "[1,lake,insert,true,true,true]",
            "[1,log,update_after,false,false,false]",
            "[2,log,insert,false,false,false]",
            "[2,null,delete,false,false,false]");
    assertThat(
            Queries.rows(
                spark,
                "SELECT count(*) FROM freshet."
                    + target
                    + " WHERE _when BETWEEN now() - INTERVAL 1 HOUR AND now()"))
        .containsExactly("[3]");
  }

  @Test
  void filteredFeedKeepsDeletes() {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 10, "a");
    fixture.append(source, 10, 20, "b");
    fixture.delete(source, 5, 15);

    Dataset<Row> feed =
        Queries.source(spark, source, Map.of("readChangeFeed", "true", "filter", "name = 'b'"))
            .drop("_offset", "_bucket", "_commit_timestamp");
    copy(feed, target);

    assertThat(fixture.ids(target)).isEqualTo(range(15, 20));
  }

  @Test
  void queryWithOtherColumnsThanTheTargetIsRefused() {
    TableName source = fixture.create(KEYED);
    fixture.append(source, 0, 10);
    Dataset<Row> rows = Queries.stream(spark, source, Map.of());

    refused(rows.selectExpr("*", "1 AS price"), KEYED, "The query has a column price, which table");
    refused(
        rows.selectExpr("CAST(id AS STRING) AS id", "name"),
        KEYED,
        "Column id of the query is string, and of table");
    refused(rows.select("name"), KEYED, "The query has no column id, and table");
    refused(
        rows.selectExpr("*", "'insert' AS _change_type"),
        COLUMNS,
        "The query has a column _change_type");
  }

  @Test
  void columnOfTheQuerySaysWhatEachRowDoes() throws Exception {
    TableName source = fixture.create(COLUMNS + ", what string");
    TableName target = fixture.create(KEYED);
    fixture.append(target, 0, 4, "old");
    spark.sql(
        "INSERT INTO freshet."
            + source
            + " VALUES (0, null, 'delete'), (1, 'new', 'update_after'), (4, 'new', 'insert'),"
            + " (5, 'new', null)");
    Dataset<Row> rows = Queries.stream(spark, source, Map.of());

    write(rows, Map.of("changeColumn", "what"), target);

    assertThat(fixture.rows(target))
        .containsExactly("[1,new]", "[2,old]", "[3,old]", "[4,new]", "[5,new]");
  }

  @Test
  void badOptionsOfTheSinkAreRefusedByName() {
    TableName source = fixture.create(KEYED);
    fixture.append(source, 0, 10);
    Dataset<Row> rows = Queries.stream(spark, source, Map.of());

    TableName keyed = fixture.create(KEYED);
    assertThatThrownBy(() -> write(rows, Map.of("delivery", "sometimes"), keyed))
        .hasMessageContaining("Option delivery is exactly-once or immediate, not 'sometimes'");
    assertThatThrownBy(() -> write(rows, Map.of("changeColumn", "kind"), keyed))
        .hasMessageContaining("Option changeColumn names kind, but the query has no such column");
    assertThatThrownBy(() ->
            write(rows.selectExpr("*", "'removed' AS kind"), Map.of("changeColumn", "kind"), keyed))
        .hasMessageContaining("'removed' in column _change_type is no change type");
    TableName log = fixture.create(COLUMNS);
    assertThatThrownBy(() -> write(rows, Map.of("changeColumn", "kind"), log))
        .hasMessageContaining("Option changeColumn names kind, but table freshet." + log)
        .hasMessageContaining("has no primary key, and takes no changes");
    assertThatThrownBy(() -> complete(rows, keyed))
        .hasMessageContaining("with outputMode complete, which overwrites all rows");
    assertThat(fixture.ids(keyed)).isEmpty();
  }

  private void complete(Dataset<Row> rows, TableName target) throws Exception {
    rows.groupBy("name")
        .agg(expr("max(id) AS id"))
        .writeStream()
        .outputMode("complete")
        .option("checkpointLocation", folder.resolve("complete").toUri().toString())
        .toTable("freshet." + target)
        .awaitTermination();
  }

  private void write(Dataset<Row> rows, Map<String, String> options, TableName target)
      throws Exception {
    var unused =
        Queries.awaitEnd(
            rows.writeStream()
                .outputMode("update")
                .trigger(Trigger.AvailableNow())
                .options(options)
                .option(
                    "checkpointLocation",
                    folder.resolve(target.name() + options.hashCode()).toUri().toString())
                .toTable("freshet." + target));
  }

  private void refused(Dataset<Row> rows, String columns, String message) {
    TableName target = fixture.create(columns);
    assertThatThrownBy(() -> copy(rows, target)).hasMessageContaining(message);
  }

  private void copyFeed(TableName source, TableName target) {
    copy(
        Queries.source(spark, source, FEED).drop("_offset", "_bucket", "_commit_timestamp"),
        target);
  }

  private void copy(Dataset<Row> rows, TableName target) {
    var unused = Queries.copy(rows, target, folder.resolve(target.name()));
  }
}
