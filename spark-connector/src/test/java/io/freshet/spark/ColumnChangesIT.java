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
import io.freshet.table.SchemaChange;
import io.freshet.table.TableName;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** ALTER TABLE … COLUMN, with rows in the lake and fresh ones. */
@ExtendWith(SparkExtension.class)
final class ColumnChangesIT {
  /** Tasks of this process find it here, since a function that is sent to them can't have it. */
  private static volatile Runnable onFirstRow = () -> {};

  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  ColumnChangesIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void columnsChangeWithoutARewriteOfAnyRow() {
    TableName table =
        tables.create("id long not null, a int, b string, st struct<x int>, primary key (id)");
    sql("INSERT INTO freshet.%s VALUES (1, 10, 'one', named_struct('x', 5))", table);
    client.tier(table);
    sql("INSERT INTO freshet.%s VALUES (2, 20, 'two', named_struct('x', 6))", table);

    sql("ALTER TABLE freshet.%s ADD COLUMNS (c DATE COMMENT 'when', st.y STRING)", table);
    sql("ALTER TABLE freshet.%s ADD COLUMN n INT DEFAULT 7 AFTER id", table);
    sql("ALTER TABLE freshet.%s ALTER COLUMN a TYPE BIGINT", table);
    sql("ALTER TABLE freshet.%s RENAME COLUMN b TO name", table);
    sql("ALTER TABLE freshet.%s ALTER COLUMN name COMMENT 'of it'", table);
    sql("ALTER TABLE freshet.%s ALTER COLUMN name FIRST", table);
    sql("INSERT INTO freshet.%s (id, a, name) VALUES (3, 3000000000, 'three')", table);

    for (int round = 0; round < 2; round++) {
      assertThat(strings("SELECT * FROM freshet.%s ORDER BY id", table))
          .containsExactly(
              "[one,1,7,10,[5,null],null]",
              "[two,2,7,20,[6,null],null]",
              "[three,3,7,3000000000,null,null]");
      assertThat(strings("SELECT id FROM freshet.%s WHERE n = 7 AND a > 15", table))
          .containsExactlyInAnyOrder("[2]", "[3]");
      client.tier(table);
    }
    assertThat(strings("DESCRIBE freshet.%s", table))
        .contains("[name,string,of it]", "[a,bigint,null]", "[c,date,when]");

    sql("ALTER TABLE freshet.%s DROP COLUMNS (c, st.x)", table);
    sql("ALTER TABLE freshet.%s DROP COLUMN IF EXISTS nothing", table);
    assertThat(strings("SELECT * FROM freshet.%s WHERE id = 1", table))
        .containsExactly("[one,1,7,10,[null]]");
  }

  @Test
  void defaultsAreOfNewRowsAndCanBeChanged() {
    sql("CREATE NAMESPACE IF NOT EXISTS freshet.defaults");
    sql(
        "CREATE TABLE freshet.defaults.t (id BIGINT, s STRING DEFAULT 'none', d DECIMAL(9, 2) DEFAULT"
            + " 1.5, day DATE DEFAULT DATE '2026-01-31')");

    sql("INSERT INTO freshet.defaults.t (id) VALUES (1)");
    sql("ALTER TABLE freshet.defaults.t ALTER COLUMN s SET DEFAULT 'some'");
    sql("INSERT INTO freshet.defaults.t (id, d) VALUES (2, DEFAULT)");
    sql("ALTER TABLE freshet.defaults.t ALTER COLUMN s DROP DEFAULT");
    sql("INSERT INTO freshet.defaults.t (id) VALUES (3)");

    assertThat(strings("SELECT * FROM freshet.defaults.t ORDER BY id"))
        .containsExactly(
            "[1,none,1.50,2026-01-31]", "[2,some,1.50,2026-01-31]", "[3,null,1.50,2026-01-31]");
    assertThatThrownBy(() -> sql("ALTER TABLE freshet.defaults.t ALTER COLUMN d SET DEFAULT 'x'"))
        .hasMessageContaining("DEFAULT");
  }

  @Test
  void whatCanNotBeChangedSaysWhy() {
    TableName table = tables.create("id long not null, a long, primary key (id)");

    assertThatThrownBy(() -> sql("ALTER TABLE freshet.%s ALTER COLUMN a SET NOT NULL", table))
        .hasMessageContaining("Cannot change nullable column to non-nullable: a");
    assertThatThrownBy(() -> sql("ALTER TABLE freshet.%s ALTER COLUMN a TYPE INT", table))
        .hasMessageContaining("INT");
    assertThatThrownBy(() -> sql("ALTER TABLE freshet.%s DROP COLUMN id", table))
        .hasMessageContaining("id")
        .hasMessageContaining("primary key");
    assertThatThrownBy(() -> sql("ALTER TABLE freshet.%s DROP COLUMN nothing", table))
        .hasMessageContaining("nothing");
    assertThat(strings("DESCRIBE freshet.%s", table))
        .startsWith("[id,bigint,null]", "[a,bigint,null]");
  }

  @Test
  void plannedQueryKeepsItsColumns() {
    TableName table = tables.create("id long, a int, b string");
    sql("INSERT INTO freshet.%s VALUES (1, 10, 'one')", table);
    client.tier(table);
    sql("INSERT INTO freshet.%s VALUES (2, 20, 'two')", table);
    Dataset<Row> rows = spark.sql("SELECT * FROM freshet." + table + " ORDER BY id");
    assertThat(rows.queryExecution().executedPlan().toString()).contains("FreshetUnionScan");

    sql("ALTER TABLE freshet.%s RENAME COLUMN a TO renamed", table);
    sql("ALTER TABLE freshet.%s DROP COLUMN b", table);

    assertThat(rows.collectAsList()).hasToString("[[1,10,one], [2,20,two]]");
    assertThat(strings("SELECT * FROM freshet.%s ORDER BY id", table))
        .containsExactly("[1,10]", "[2,20]");
  }

  @Test
  void jobWhoseColumnsChangeUnderItWritesNothing() {
    TableName table = tables.create("id long, a int");
    onFirstRow =
        () -> client.alterSchema(table, List.of(new SchemaChange.RenameColumn(List.of("a"), "b")));
    spark
        .udf()
        .register(
            "change_columns",
            (UDF1<Long, Long>)
                id -> {
                  if (id == 0) {
                    onFirstRow.run(); // The job is planned, and has no writer yet.
                  }
                  return id;
                },
            DataTypes.LongType);

    assertThatThrownBy(() ->
            sql(
                "INSERT INTO freshet.%s SELECT id, 1 FROM (SELECT /*+"
                    + " REPARTITION(2) */ change_columns(id) AS id FROM range(10))",
                table))
        .hasMessageContaining("The columns of table " + table + " have changed to")
        .hasMessageContaining("nothing was written, run it again");
    assertThat(strings("SELECT count(*) FROM freshet.%s", table)).containsExactly("[0]");
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
