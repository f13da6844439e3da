/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.Test;

/** Schemas and tables are made, shown, changed and dropped. */
final class TablesIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @Test
  void showCreateTableCanBeRunAgain() {
    RUNNER.execute(
        """
        CREATE TABLE described (
           id bigint NOT NULL COMMENT 'the key',
           ts timestamp(6),
           name varchar,
           tags map(varchar, array(integer))
        )
        COMMENT 'what it''s for'
        WITH (
           primary_key = ARRAY['id'],
           buckets = 3,
           partitioning = ARRAY['day(ts)', 'bucket(id, 8)', 'truncate(name, 4)'],
           sorted_by = ARRAY['name DESC NULLS LAST', 'id'],
           freshness = '5s',
           extra_properties = MAP(ARRAY['write.parquet.page-size-bytes'], ARRAY['65536'])
        )
        """);
    String shown = (String) RUNNER.execute("SHOW CREATE TABLE described").getOnlyValue();
    assertThat(shown)
        .contains("id bigint NOT NULL COMMENT 'the key'")
        .contains("COMMENT 'what it''s for'")
        .contains("primary_key = ARRAY['id']")
        .contains("buckets = 3")
        .contains("partitioning = ARRAY['day(ts)','bucket(id, 8)','truncate(name, 4)']")
        .contains("freshness = '5s'");
    RUNNER.execute("DROP TABLE described");
    RUNNER.execute(shown);
    assertThat(RUNNER.execute("SHOW CREATE TABLE described").getOnlyValue()).isEqualTo(shown);
  }

  @Test
  void commentsAndPropertiesChange() {
    RUNNER.execute("CREATE TABLE altered (id bigint)");
    RUNNER.execute("COMMENT ON TABLE altered IS 'first'");
    RUNNER.execute(
        "ALTER TABLE altered SET PROPERTIES freshness = '7s', log_retention_time = '2h'");
    assertThat((String) RUNNER.execute("SHOW CREATE TABLE altered").getOnlyValue())
        .contains("COMMENT 'first'")
        .contains("freshness = '7s'")
        .contains("log_retention_time = '2h'");
    RUNNER.execute("ALTER TABLE altered SET PROPERTIES log_retention_time = DEFAULT");
    RUNNER.execute("COMMENT ON TABLE altered IS NULL");
    assertThat((String) RUNNER.execute("SHOW CREATE TABLE altered").getOnlyValue())
        .doesNotContain("COMMENT")
        .doesNotContain("log_retention_time")
        .contains("freshness = '7s'");
    assertThatThrownBy(() -> RUNNER.execute("ALTER TABLE altered SET PROPERTIES buckets = 7"))
        .hasMessage(
            "[buckets] of table demo.altered can't be changed: only [freshness, log_retention_size,"
                + " log_retention_time, tiering_size] and extra_properties can");
  }

  @Test
  void droppedTablesAreGone() {
    RUNNER.execute("CREATE TABLE dropped AS SELECT 1 x");
    RUNNER.execute("CALL freshet.system.tier('demo', 'dropped')");
    RUNNER.execute("DROP TABLE dropped");
    assertThat(RUNNER.execute("SHOW TABLES LIKE 'dropped'").getRowCount()).isZero();
    assertThatThrownBy(() -> RUNNER.execute("SELECT * FROM dropped"))
        .hasMessageContaining("Table 'freshet.demo.dropped' does not exist");
    RUNNER.execute("CREATE TABLE dropped AS SELECT 'again' x");
    assertThat(RUNNER.execute("SELECT * FROM dropped").getOnlyValue()).isEqualTo("again");
  }

  @Test
  void schemasComeAndGo() {
    RUNNER.execute("CREATE SCHEMA coming");
    RUNNER.execute("CREATE TABLE coming.t AS SELECT 1 x");
    assertThat(RUNNER.execute("SHOW SCHEMAS").getOnlyColumnAsSet()).contains("coming");
    assertThatThrownBy(() -> RUNNER.execute("DROP SCHEMA coming")).hasMessageContaining("coming");
    assertThat(RUNNER.execute("SHOW CREATE SCHEMA coming").getOnlyValue())
        .isEqualTo("CREATE SCHEMA freshet.coming");
    RUNNER.execute("DROP SCHEMA coming CASCADE");
    assertThatThrownBy(() -> RUNNER.execute("CREATE TABLE coming.t (x bigint)"))
        .hasMessageContaining("coming");
    assertThatThrownBy(() -> RUNNER.execute("CREATE TABLE coming.t AS SELECT 1 x"))
        .hasMessageContaining("coming");
    assertThat(RUNNER.execute("SHOW SCHEMAS").getOnlyColumnAsSet()).doesNotContain("coming");
  }

  @Test
  void aFailedCreateTableAsLeavesNothing() {
    assertThatThrownBy(() ->
            RUNNER.execute(
                "CREATE TABLE failed AS SELECT 1 / (x - 900) y FROM UNNEST(sequence(1, 1000)) t(x)"))
        .hasMessageContaining("Division by zero");
    assertThat(RUNNER.execute("SHOW TABLES LIKE 'failed'").getRowCount()).isZero();
  }

  @Test
  void tablesAreRenamedAndTruncated() {
    RUNNER.execute("CREATE TABLE before WITH (primary_key = ARRAY['x']) AS SELECT 1 x");
    RUNNER.execute("CALL freshet.system.tier('demo', 'before')");
    RUNNER.execute("INSERT INTO before VALUES 2");
    RUNNER.execute("ALTER TABLE before RENAME TO after");
    assertThat(RUNNER.execute("SELECT sum(x) FROM after").getOnlyValue()).isEqualTo(3L);
    assertThatThrownBy(() -> RUNNER.execute("SELECT * FROM before"))
        .hasMessageContaining("'freshet.demo.before' does not exist");
    RUNNER.execute("TRUNCATE TABLE after");
    assertThat(RUNNER.execute("SELECT count(*) FROM after").getOnlyValue()).isEqualTo(0L);
    RUNNER.execute("INSERT INTO after VALUES 3");
    assertThat(RUNNER.execute("SELECT sum(x) FROM after").getOnlyValue()).isEqualTo(3L);
    assertThatThrownBy(() -> RUNNER.execute("TRUNCATE TABLE \"after$fresh\""))
        .hasMessageContaining("it is a part of table demo.after");
    RUNNER.execute("CREATE TABLE taken (x bigint)");
    assertThatThrownBy(() -> RUNNER.execute("ALTER TABLE after RENAME TO taken"))
        .hasMessageContaining("taken");
  }

  @Test
  void whatFreshetCannotDoIsRefused() {
    RUNNER.execute("CREATE TABLE refused (id bigint, name varchar)");
    assertRefused("ALTER TABLE refused EXECUTE optimize", "table procedures");
    assertRefused("ANALYZE refused", "analyze");
    assertRefused("CREATE OR REPLACE TABLE refused (x bigint)", "replacing tables");
    assertThatThrownBy(
            () -> RUNNER.execute("CREATE MATERIALIZED VIEW kept AS SELECT * FROM refused"))
        .hasMessage(
            "Materialized view demo.kept can't be created: the lake is an Iceberg REST catalog, in which"
                + " Trino's Iceberg connector keeps none. Create a view, or a table with CREATE TABLE"
                + " AS.");
    assertThatThrownBy(
            () -> RUNNER.execute("CREATE TABLE bad (x bigint) WITH (primary_key = ARRAY['y'])"))
        .hasMessage(
            "primary_key of table demo.bad names column y, which it has not: its columns are [x]");
    assertThatThrownBy(
            () -> RUNNER.execute("CREATE SCHEMA placed WITH (location = 'file:///tmp/x')"))
        .hasMessageContaining("location");
  }

  @Test
  void namesThatTheServerCannotHaveAreRefused() {
    assertThatThrownBy(() -> RUNNER.execute("CREATE TABLE \"a b\" (x bigint)"))
        .hasMessage(
            "'a b' can't be part of a table name: use 1 to 128 letters, digits, underscores or"
                + " hyphens");
    assertThatThrownBy(() -> RUNNER.execute("SELECT * FROM \"a b\""))
        .hasMessageContaining("does not exist");
  }

  @Test
  void viewsAreOfTheUnion() {
    RUNNER.execute("CREATE TABLE viewed AS SELECT 1 x");
    RUNNER.execute("CREATE VIEW twice AS SELECT x * 2 y FROM viewed");
    RUNNER.execute("INSERT INTO viewed VALUES 2");
    assertThat(RUNNER.execute("SELECT sum(y) FROM twice").getOnlyValue()).isEqualTo(6L);
    RUNNER.execute("DROP VIEW twice");
  }

  @Test
  void historyIsThatOfTheLake() {
    RUNNER.execute(
        "CREATE TABLE history WITH (" + FreshetQueryRunner.KEEP_FRESH + ") AS SELECT 1 x");
    RUNNER.execute("CALL freshet.system.tier('demo', 'history')");
    RUNNER.execute("INSERT INTO history VALUES 2");
    long first =
        (long) RUNNER.execute("SELECT snapshot_id FROM \"history$snapshots\"").getOnlyValue();
    RUNNER.execute("CALL freshet.system.tier('demo', 'history')");
    RUNNER.execute("INSERT INTO history VALUES 3");
    assertThat(RUNNER.execute("SELECT sum(x) FROM history").getOnlyValue()).isEqualTo(6L);
    assertThat(
            RUNNER.execute("SELECT sum(x) FROM history FOR VERSION AS OF " + first).getOnlyValue())
        .isEqualTo(1L);
    String committed =
        (String)
            RUNNER
                .execute(
                    "SELECT CAST(committed_at AS varchar) FROM \"history$snapshots\" WHERE snapshot_id ="
                        + " "
                        + first)
                .getOnlyValue();
    assertThat(
            RUNNER
                .execute(
                    "SELECT sum(x) FROM history FOR TIMESTAMP AS OF TIMESTAMP '" + committed + "'")
                .getOnlyValue())
        .isEqualTo(1L);
    assertThat(RUNNER.execute("SELECT count(*) FROM \"history$files\"").getOnlyValue())
        .isEqualTo(2L);
    assertThatThrownBy(
            () -> RUNNER.execute("SELECT * FROM \"history$fresh\" FOR VERSION AS OF " + first))
        .hasMessage(
            "Table demo.history$fresh has no older states: those of demo.history that are kept are in"
                + " the lake");
  }

  private static void assertRefused(String statement, String what) {
    assertThatThrownBy(() -> RUNNER.execute(statement))
        .as(statement)
        .hasMessageStartingWith("This connector does not support " + what);
  }
}
