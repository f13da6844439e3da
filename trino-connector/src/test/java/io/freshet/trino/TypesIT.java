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

import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every type, written and read through Trino, in both halves, beside plain Iceberg. */
final class TypesIT {
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();

  private static final String COLUMNS =
      """
      (id bigint, a_boolean boolean, an_integer integer, a_long bigint, a_real real,
       a_double double, a_decimal decimal(9, 2), a_long_decimal decimal(38, 10), a_date date,
       a_time time(6), a_timestamp timestamp(6), a_timestamptz timestamp(6) with time zone,
       a_timestamp_ns timestamp(9), a_timestamptz_ns timestamp(9) with time zone,
       a_string varchar, a_binary varbinary, a_uuid uuid, a_list array(integer),
       a_nested_list array(array(varchar)), a_map map(varchar, bigint),
       a_struct row(x integer, y varchar, z row(deep timestamp(6), list array(double))),
       a_list_of_structs array(row(k bigint, v varchar)),
       a_map_of_lists map(integer, array(varchar)))
      """;

  private static final String ROWS =
      """
      SELECT id, id %% 2 = 0, CAST(id * -7 AS integer), id * 10000000000,
       CAST(id AS real) / 3, CASE id WHEN 4 THEN nan() WHEN 5 THEN infinity() ELSE id / 7e0 END,
       CAST(id AS decimal(9, 2)) / 8,
       CAST('-12345678901234567890.0123456789' AS decimal(38, 10)) * id,
       date_add('day', id * -1000, DATE '2001-02-03'), TIME '23:59:58.123456',
       date_add('hour', id * -9999, TIMESTAMP '2020-05-06 07:08:09.123456'),
       date_add('hour', id * -9999, TIMESTAMP '2020-05-06 07:08:09.123456 UTC'),
       date_add('hour', id * -9999, TIMESTAMP '2020-05-06 07:08:09.123456789'),
       date_add('hour', id * -9999, TIMESTAMP '2020-05-06 07:08:09.123456789 UTC'),
       'text ' || CAST(id AS varchar) || ' ä😀', from_hex('00ff0' || CAST(id AS varchar)),
       UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59',
       sequence(1, CAST(id AS integer)), ARRAY[ARRAY['a', NULL], NULL, ARRAY[]],
       MAP(ARRAY['k' || CAST(id AS varchar), 'l'], ARRAY[id, NULL]),
       CAST(ROW(id, 'y', ROW(TIMESTAMP '2001-01-01 00:00:00', ARRAY[id])) AS
         row(x integer, y varchar, z row(deep timestamp(6), list array(double)))),
       ARRAY[CAST(ROW(id, 'v') AS row(k bigint, v varchar)), NULL],
       MAP(ARRAY[1, 2], ARRAY[ARRAY['x'], NULL])
      FROM UNNEST(sequence(%d, %d)) t(id)
      """;

  private static final String NULLS = "SELECT 0" + ", NULL".repeat(22);

  @BeforeAll
  static void rowsInBothHalves() {
    RUNNER.execute(
        "CREATE TABLE types " + COLUMNS + " WITH (" + FreshetQueryRunner.KEEP_FRESH + ")");
    RUNNER.execute("INSERT INTO types " + String.format(ROWS, 1, 5));
    RUNNER.execute("INSERT INTO types " + NULLS);
    RUNNER.execute("CALL freshet.system.tier('demo', 'types')");
    RUNNER.execute("INSERT INTO types " + String.format(ROWS, 3, 9));
    RUNNER.execute("INSERT INTO types " + NULLS);
    RUNNER.execute("CREATE TABLE iceberg.demo.types " + COLUMNS);
    RUNNER.execute("INSERT INTO iceberg.demo.types " + String.format(ROWS, 1, 5));
    RUNNER.execute("INSERT INTO iceberg.demo.types " + String.format(ROWS, 3, 9));
    RUNNER.execute("INSERT INTO iceberg.demo.types " + NULLS);
    RUNNER.execute("INSERT INTO iceberg.demo.types " + NULLS);
  }

  @Test
  void valuesAreThoseThatWereWritten() {
    assertSameRows("SELECT * FROM %s");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a_boolean",
        "an_integer < -20",
        "a_long IN (30000000000, 90000000000)",
        "a_real > REAL '1.5'",
        "a_double > 0.5",
        "a_double <> 1e0",
        "is_nan(a_double)",
        "a_double = infinity()",
        "a_decimal = DECIMAL '0.50'",
        "a_long_decimal < DECIMAL '-60000000000000000000'",
        "a_date BETWEEN DATE '1980-01-01' AND DATE '1995-01-01'",
        "a_time = TIME '23:59:58.123456'",
        "a_timestamp > TIMESTAMP '2015-01-01 00:00:00'",
        "a_timestamptz > TIMESTAMP '2015-01-01 00:00:00 Europe/Berlin'",
        "a_timestamp_ns > TIMESTAMP '2015-01-01 00:00:00.000000001'",
        "a_timestamptz_ns < TIMESTAMP '2015-01-01 00:00:00.000000001 UTC'",
        "a_string > 'text 4'",
        "a_string LIKE '%%5%%'",
        "a_binary = X'00FF04'",
        "a_uuid = UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
        "a_uuid IS NULL",
        "a_struct IS NULL",
        "a_struct.x > 4",
        "a_struct.z.deep = TIMESTAMP '2001-01-01 00:00:00'",
        "a_struct.y IS NULL",
        "cardinality(a_list) > 4",
        "a_map['l'] IS NULL",
        "an_integer IS NULL OR id = 4",
        "id IN (SELECT max(id) FROM freshet.demo.types)",
      })
  void filtersAreExact(String condition) {
    assertSameRows("SELECT id, a_struct.y, a_string FROM %s WHERE " + condition);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a_struct.x, a_struct.z.list FROM %s",
        "SELECT a_struct.z.deep, a_struct FROM %s",
        "SELECT count(a_struct.y), count(*), sum(a_struct.x) FROM %s",
        "SELECT a_list_of_structs[1].k FROM %s WHERE id > 0",
        "SELECT k, v FROM %s CROSS JOIN UNNEST(a_map) m(k, v)",
      })
  void partsOfValuesAreThoseOfTheWhole(String query) {
    assertSameRows(query);
  }

  @Test
  void lakeColumnsAreNullInFreshRows() {
    assertEqualsIgnoreOrder(
        RUNNER.execute(
            "SELECT count(*), count(\"$path\"), count(\"$file_modified_time\") FROM types"),
        RUNNER.execute("SELECT BIGINT '14', BIGINT '6', BIGINT '6'"));
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT count(*) FROM types WHERE \"$path\" IS NULL"),
        RUNNER.execute("SELECT BIGINT '8'"));
    assertEqualsIgnoreOrder(
        RUNNER.execute("SELECT count(*) FROM types WHERE \"$path\" LIKE '%parquet'"),
        RUNNER.execute("SELECT BIGINT '6'"));
  }

  private static void assertSameRows(String query) {
    assertEqualsIgnoreOrder(
        RUNNER.execute(String.format(query, "types")),
        RUNNER.execute(String.format(query, "iceberg.demo.types")),
        query);
  }
}
