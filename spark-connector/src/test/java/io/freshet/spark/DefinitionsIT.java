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
import io.freshet.error.FreshetException;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said of tables and namespaces in SQL. */
@ExtendWith(SparkExtension.class)
final class DefinitionsIT {
  private static final TableName TABLE = TableName.parse("ddl.t");

  private final SparkSession spark;
  private final FreshetClient client;

  DefinitionsIT(SparkSession spark, FreshetClient client) {
    this.spark = spark;
    this.client = client;
  }

  @BeforeEach
  void namespace() {
    sql("CREATE NAMESPACE IF NOT EXISTS freshet.ddl");
  }

  @AfterEach
  void drop() {
    sql("DROP TABLE IF EXISTS freshet.ddl.t PURGE");
  }

  @Test
  void createTableSaysAllOfIt() {
    sql(
        "CREATE TABLE freshet.ddl.t (id BIGINT NOT NULL COMMENT 'its number', at TIMESTAMP, s STRING,"
            + " n STRUCT<a: INT, b: ARRAY<DATE>>) USING freshet PARTITIONED BY (days(at), bucket(4,"
            + " id), truncate(3, s)) COMMENT 'of tests' TBLPROPERTIES ('buckets'='3',"
            + " 'bucket-key'='id', 'sorted-by'='s desc', 'freshet.freshness'='10s')");

    TableDescription table = client.describeTable(TABLE);
    assertThat(table.schema().toString())
        .contains("1: id: required long (its number)", "2: at: optional timestamptz", "list<date>");
    assertThat(table.partitioning()).containsExactly("day(at)", "bucket(4, id)", "truncate(3, s)");
    assertThat(table.buckets()).isEqualTo(3);
    assertThat(table.bucketKey()).containsExactly("id");
    assertThat(table.sortedBy()).containsExactly("s desc");
    assertThat(table.properties())
        .containsEntry("freshet.freshness", "10s")
        .containsEntry("comment", "of tests");
    assertThat(strings("SHOW CREATE TABLE freshet.ddl.t").get(0))
        .contains("USING freshet", "PARTITIONED BY (days(at), bucket(4, id), truncate(3, s))")
        .contains("COMMENT 'of tests'", "'buckets' = '3'");
    assertThat(strings("DESCRIBE TABLE freshet.ddl.t")).contains("[id,bigint,its number]");
  }

  @Test
  void shownStatementMakesTheSameTable() {
    sql("CREATE TABLE freshet.ddl.t (id BIGINT NOT NULL, s STRING, PRIMARY KEY (id))");
    String statement = strings("SHOW CREATE TABLE freshet.ddl.t").get(0);
    TableDescription before = client.describeTable(TABLE);
    sql("DROP TABLE freshet.ddl.t PURGE");

    sql(statement.substring(1, statement.length() - 1));

    TableDescription after = client.describeTable(TABLE);
    assertThat(after.schema().identifierFieldNames()).containsExactly("id");
    assertThat(after.schema().asStruct()).isEqualTo(before.schema().asStruct());
    assertThat(after.bucketKey()).isEqualTo(before.bucketKey());
  }

  @Test
  void partitionsAreThoseThatRowsAreIn() {
    sql(
        "CREATE TABLE freshet.ddl.t (id BIGINT NOT NULL, p STRING, at TIMESTAMP, PRIMARY KEY (id))"
            + " PARTITIONED BY (p, days(at)) TBLPROPERTIES ('freshet.freshness' = '1h')");
    String insert =
        "INSERT INTO freshet.ddl.t SELECT id, %s, timestamp_seconds(id * 86400) FROM range(%d)";
    sql(String.format(insert, "IF(id = 1, 'b', 'a')", 3));
    sql("CALL freshet.system.tier(table => 'ddl.t')");
    sql(String.format(insert, "IF(id = 0, NULL, 'a')", 2)); // No row is left in p=b.

    assertThat(strings("SHOW PARTITIONS freshet.ddl.t"))
        .containsExactlyInAnyOrder(
            "[p=null/at_day=1970-01-01]", "[p=a/at_day=1970-01-02]", "[p=a/at_day=1970-01-03]");
    assertThat(strings("SHOW PARTITIONS freshet.ddl.t PARTITION (p = 'a')")).hasSize(2);
    assertThatThrownBy(() ->
            sql("ALTER TABLE freshet.ddl.t DROP PARTITION (p = 'a', at_day = DATE '1970-01-02')"))
        .hasMessageContaining("partitions come and go with their rows");
    assertThatThrownBy(() ->
            sql("ALTER TABLE freshet.ddl.t ADD PARTITION (p = 'c', at_day = DATE '1970-01-02')"))
        .hasMessageContaining("INSERT rows, or DELETE those of a partition");
  }

  @Test
  void primaryKeyIsAConstraintOrAProperty() {
    sql("CREATE TABLE freshet.ddl.t (a INT, b STRING, c INT) TBLPROPERTIES ('primary-key'='b, a')");

    assertThat(client.describeTable(TABLE).schema().identifierFieldNames())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(client.describeTable(TABLE).schema().findField("a").isRequired()).isTrue();
    assertThatThrownBy(
            () -> sql("CREATE TABLE freshet.ddl.u (a INT) TBLPROPERTIES ('primary-key'='x')"))
        .hasMessageContaining(
            "Primary key [x] of table ddl.u has columns that are not there, [x]: the columns are"
                + " [a]");
  }

  @Test
  void propertiesAreSetAndUnset() {
    sql("CREATE TABLE freshet.ddl.t (a INT)");

    sql("ALTER TABLE freshet.ddl.t SET TBLPROPERTIES ('owner.team'='x', 'freshet.freshness'='7s')");
    sql("ALTER TABLE freshet.ddl.t UNSET TBLPROPERTIES ('owner.team')");

    assertThat(client.describeTable(TABLE).properties())
        .containsEntry("freshet.freshness", "7s")
        .doesNotContainKey("owner.team");
  }

  @Test
  void refusedDefinitionsSayWhatToDo() {
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.ddl.u (a INT) USING parquet"))
        .hasMessageContaining("Table ddl.u can't be made USING parquet: leave it out");
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.ddl.u AS SELECT null AS nothing"))
        .hasMessageContaining("Column nothing of table ddl.u")
        .hasMessageContaining("Type unknown can't be stored");
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.ddl.u (a INT) LOCATION '/tmp/u'"))
        .hasMessageContaining("the server's lake decides where tables are");
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.ddl.u (a INT, CHECK (a > 0))"))
        .hasMessageContaining("can't have the constraint");
    assertThatThrownBy(
            () -> sql("CREATE TABLE freshet.ddl.u (a INT) TBLPROPERTIES ('buckets'='many')"))
        .hasMessageContaining("has property buckets = 'many', which is no number");
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.nowhere.u (a INT)"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("nowhere");
    sql("CREATE TABLE freshet.ddl.t (a INT)");
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.ddl.t (a INT)"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("TABLE_OR_VIEW_ALREADY_EXISTS");
    sql("CREATE TABLE freshet.ddl.u (a INT)");
    assertThatThrownBy(() -> sql("ALTER TABLE freshet.ddl.t RENAME TO ddl.u"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("TABLE_OR_VIEW_ALREADY_EXISTS");
    assertThatThrownBy(() -> sql("SELECT * FROM freshet.ddl.t.nothing"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
  }

  @Test
  void typesThatSparkLacksAreNamed() {
    client.createTable(
        new CreateTable(TABLE, ColumnText.parse("a int, at time"), null, null, null, null, null));

    assertThatThrownBy(() -> sql("SELECT a FROM freshet.ddl.t"))
        .hasMessageContaining("Table freshet.ddl.t has a column of a type that Spark lacks")
        .hasMessageContaining("at: optional time");
  }

  @Test
  void namespacesAreTrees() {
    sql("CREATE NAMESPACE freshet.tree");
    sql("CREATE NAMESPACE freshet.tree.north");

    assertThat(strings("SHOW NAMESPACES IN freshet")).contains("[ddl]", "[tree]");
    assertThat(strings("SHOW NAMESPACES IN freshet.tree")).containsExactly("[tree.north]");
    assertThatThrownBy(() -> sql("CREATE NAMESPACE freshet.tree"))
        .isInstanceOf(AnalysisException.class);
    assertThatThrownBy(() -> sql("CREATE NAMESPACE freshet.other COMMENT 'x'"))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("namespaces only have names");
    sql("DROP NAMESPACE freshet.tree.north");
    sql("DROP NAMESPACE freshet.tree");
    assertThat(strings("SHOW NAMESPACES IN freshet")).doesNotContain("[tree]");
  }

  @Test
  void tablesAreListedAndDropped() {
    sql("CREATE NAMESPACE freshet.dropped");
    sql("CREATE TABLE freshet.dropped.t (a INT)");
    assertThat(strings("SHOW TABLES IN freshet.dropped")).containsExactly("[dropped,t,false]");
    assertThatThrownBy(() -> sql("DROP NAMESPACE freshet.dropped"))
        .isInstanceOf(AnalysisException.class);

    sql("DROP TABLE freshet.dropped.t");

    assertThat(strings("SHOW TABLES IN freshet.dropped")).isEmpty();
    assertThatThrownBy(() -> sql("DROP TABLE freshet.dropped.t"))
        .isInstanceOf(AnalysisException.class);
    assertThatThrownBy(() -> sql("CREATE TABLE freshet.dropped.t (a INT)"))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("lake");
  }

  @Test
  void failedCreateAsSelectLeavesNothing() {
    assertThatThrownBy(() ->
            sql(
                "CREATE TABLE freshet.ddl.t AS SELECT CAST(raise_error('no rows') AS INT) AS a, id FROM range(9)"))
        .hasMessageContaining("no rows");

    assertThat(strings("SHOW TABLES IN freshet.ddl")).isEmpty();
    sql("CREATE OR REPLACE TABLE freshet.ddl.t AS SELECT id FROM range(9)");
    assertThat(strings("SELECT count(*) FROM freshet.ddl.t")).containsExactly("[9]");
  }

  @Test
  void serverInfoNamesTheServer() {
    assertThat(strings("CALL freshet.system.server_info()").get(0)).contains(client.address());
  }

  @Test
  void lakeHasItsHistory() {
    sql("CREATE TABLE freshet.ddl.t AS SELECT id FROM range(10)");
    sql("CALL freshet.system.tier('ddl.t')");
    long first =
        spark.sql("SELECT max(snapshot_id) FROM freshet.ddl.t.snapshots").first().getLong(0);
    sql("INSERT INTO freshet.ddl.t SELECT id FROM range(10, 15)");
    sql("CALL freshet.system.tier('ddl.t')");
    sql("INSERT INTO freshet.ddl.t VALUES (99)");

    assertThat(strings("SELECT count(*), max(id) FROM freshet.ddl.t")).containsExactly("[16,99]");
    assertThat(strings("SELECT count(id) FROM freshet.ddl.t.lake")).containsExactly("[15]");
    assertThat(strings("SELECT id FROM freshet.ddl.t.fresh")).containsExactly("[99]");
    assertThat(strings("SELECT count(id) FROM freshet.ddl.t VERSION AS OF " + first))
        .containsExactly("[10]");
    assertThat(strings("SELECT count(id) FROM freshet.ddl.t TIMESTAMP AS OF now()"))
        .containsExactly("[15]");
    assertThat(strings("SELECT sum(record_count) FROM freshet.ddl.t.files"))
        .containsExactly("[15]");
    assertThat(strings("SELECT count(*) FROM freshet.ddl.t.history")).containsExactly("[2]");
  }

  private void sql(String statement) {
    spark.sql(statement);
  }

  private List<String> strings(String query) {
    return spark.sql(query).collectAsList().stream().map(Row::toString).toList();
  }
}
