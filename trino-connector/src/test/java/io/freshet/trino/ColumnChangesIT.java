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
import org.junit.jupiter.api.Test;

/** Columns change while rows are in both halves, beside a plain Iceberg table. */
final class ColumnChangesIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  @Test
  void columnsChangeAsThoseOfPlainTables() {
    String columns =
        " (k bigint NOT NULL, a integer NOT NULL, b real, d decimal(8, 2), r row(x integer, y"
            + " varchar), l array(row(z integer)))";
    RUNNER.execute(
        "CREATE TABLE columns_altered"
            + columns
            + " WITH (primary_key = ARRAY['k'], "
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    RUNNER.execute("CREATE TABLE iceberg.demo.columns_altered" + columns);
    String rows =
        " SELECT k, CAST(k AS integer), CAST(k AS real), CAST(k AS decimal(8, 2)),"
            + " CAST(row(k, 'y') AS row(x integer, y varchar)), ARRAY[CAST(row(k) AS row(z integer))]"
            + " FROM UNNEST(sequence(%d, %d)) t(k)";
    change("INSERT INTO %s" + String.format(rows, 1, 5));
    RUNNER.execute("CALL freshet.system.tier('demo', 'columns_altered')");
    change("INSERT INTO %s" + String.format(rows, 6, 9));
    for (String change :
        List.of(
            "ADD COLUMN last varchar COMMENT 'the last'",
            "ADD COLUMN second bigint AFTER k",
            "ADD COLUMN first date FIRST",
            "RENAME COLUMN b TO renamed",
            "ALTER COLUMN a SET DATA TYPE bigint",
            "ALTER COLUMN renamed SET DATA TYPE double",
            "ALTER COLUMN d SET DATA TYPE decimal(12, 2)",
            "ALTER COLUMN a DROP NOT NULL",
            "ADD COLUMN r.w double",
            "ADD COLUMN l.element.v varchar",
            "RENAME COLUMN r.y TO why",
            "ALTER COLUMN r.x SET DATA TYPE bigint",
            "DROP COLUMN r.x",
            "DROP COLUMN first")) {
      change("ALTER TABLE %s " + change);
      assertSame();
    }
    change("COMMENT ON COLUMN %s.a IS 'a comment'");
    change("INSERT INTO %s (k, renamed, second, r) VALUES (20, 2.5e0, 3, ROW('why', 1e0))");
    assertSame();
    RUNNER.execute("CALL freshet.system.tier('demo', 'columns_altered')");
    assertSame();
    assertEqualsIgnoreOrder(
        RUNNER.execute("DESCRIBE columns_altered"),
        RUNNER.execute("DESCRIBE iceberg.demo.columns_altered"));
  }

  @Test
  void newRowsHaveDefaults() {
    RUNNER.execute("CREATE TABLE with_defaults (k bigint, v varchar DEFAULT 'first')");
    RUNNER.execute("INSERT INTO with_defaults (k) VALUES 1");
    RUNNER.execute("CALL freshet.system.tier('demo', 'with_defaults')");
    RUNNER.execute("ALTER TABLE with_defaults ALTER COLUMN v SET DEFAULT 'second'");
    RUNNER.execute("INSERT INTO with_defaults (k) VALUES 2");
    RUNNER.execute("ALTER TABLE with_defaults ALTER COLUMN v DROP DEFAULT");
    RUNNER.execute("INSERT INTO with_defaults (k) VALUES 3");
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT * FROM with_defaults"),
        RUNNER.execute(
            "VALUES (BIGINT '1', VARCHAR 'first'), (BIGINT '2', 'second'), (BIGINT '3', null)"));
  }

  @Test
  void whatCannotChangeStaysWithAReason() {
    RUNNER.execute(
        "CREATE TABLE unchanged (k bigint, v bigint, r row(x integer)) WITH (primary_key ="
            + " ARRAY['k'])");
    assertFails("DROP COLUMN k", "k");
    assertFails("ALTER COLUMN v SET DATA TYPE integer", "v");
    assertFails(
        "ALTER COLUMN r SET DATA TYPE row(x bigint)",
        "only columns and fields of simple types change theirs");
    assertFails("ADD COLUMN w bigint NOT NULL", "rows that are there would have no value");
    assertThatThrownBy(() -> RUNNER.execute("ALTER TABLE \"unchanged$fresh\" ADD COLUMN w bigint"))
        .hasMessageContaining("it is a part of table demo.unchanged");
    assertThat(RUNNER.execute("DESCRIBE unchanged").getRowCount()).isEqualTo(3);
  }

  private static void assertFails(String change, String reason) {
    assertThatThrownBy(() -> RUNNER.execute("ALTER TABLE unchanged " + change))
        .as(change)
        .hasMessageContaining(reason);
  }

  private static void change(String statement) {
    RUNNER.execute(String.format(statement, "columns_altered"));
    RUNNER.execute(String.format(statement, "iceberg.demo.columns_altered"));
  }

  private static void assertSame() {
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT * FROM columns_altered"),
        RUNNER.execute("SELECT * FROM iceberg.demo.columns_altered"));
  }
}
