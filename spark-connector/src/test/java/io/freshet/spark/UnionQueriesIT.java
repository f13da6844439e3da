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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every query gives on a Freshet table what it gives on a plain Iceberg table with the same rows,
 * wherever the rows are.
 */
@ExtendWith(SparkExtension.class)
final class UnionQueriesIT {
  private static final int ROWS = 400;
  private static final long SEED = 20260801;

  private static final List<String> QUERIES =
      List.of(
          "SELECT to_json(struct(*)) FROM %s",
          "SELECT u, fx, dec38, id FROM %s",
          "SELECT 1 FROM %s",
          "SELECT count(*), count(k), sum(k), min(dec38), max(dec38), avg(d) FROM %s",
          "SELECT min(id), max(id), min(day), max(tz), min(u), max(s) FROM %s",
          "SELECT count(*) FROM %s",
          "SELECT min(flag), max(flag), min(k), max(k), min(dec9), max(dec18), min(day) FROM %s",
          "SELECT min(ts), max(ts), min(tz), max(dec38), count(*), count(s), count(b) FROM %s",
          "SELECT min(f), max(f), min(d), max(d) FROM %s",
          "SELECT max(s) FROM %s",
          "SELECT day, count(*), sum(dec9) FROM %s GROUP BY day",
          "SELECT id, s FROM %s ORDER BY s DESC NULLS LAST, id LIMIT 17",
          "SELECT count(*) FROM (SELECT id FROM %s LIMIT 250)",
          "SELECT a.id, b.k FROM %1$s a JOIN %1$s b ON a.id = b.id WHERE a.k > 40",
          "SELECT id FROM %1$s WHERE k IN (SELECT max(k) FROM %1$s)",
          "SELECT distinct flag, u FROM %s",
          "SELECT id FROM %s WHERE flag",
          "SELECT id FROM %s WHERE NOT flag OR flag IS NULL",
          "SELECT id FROM %s WHERE k = 7 OR k <=> NULL",
          "SELECT id FROM %s WHERE k IN (1, 2, 3, NULL)",
          "SELECT id FROM %s WHERE f > 5.25 OR isnan(f)",
          "SELECT id FROM %s WHERE d <= -1 OR d = 3.5D",
          "SELECT id FROM %s WHERE dec9 > 10.50 AND dec18 < 100000",
          "SELECT id FROM %s WHERE dec38 BETWEEN -99999999999999999999.0 AND 5",
          "SELECT id FROM %s WHERE day >= DATE '2026-02-01' AND day <> DATE '2026-02-03'",
          "SELECT id FROM %s WHERE ts < TIMESTAMP_NTZ '1970-01-01 00:00:00'",
          "SELECT id FROM %s WHERE tz = TIMESTAMP '2026-01-01 06:25:00 UTC'",
          "SELECT id FROM %s WHERE year(tz) = 2026 AND hour(tz) > 12",
          "SELECT id FROM %s WHERE s LIKE 'text 1%%' OR s = ''",
          "SELECT id FROM %s WHERE s NOT IN ('text 1', 'text 2')",
          "SELECT id FROM %s WHERE length(s) > 7 AND id %% 3 = 0",
          "SELECT id FROM %s WHERE b = X'6237'",
          "SELECT id FROM %s WHERE fx = X'0700000000'",
          "SELECT id FROM %s WHERE u = '00000000-0000-0007-ffff-fffffffffff9'");

  private static final List<String> NESTED_QUERIES =
      List.of(
          "SELECT to_json(struct(*)) FROM %s",
          "SELECT to_json(named_struct('st', st)) FROM %s",
          "SELECT id, st.u, hex(st.fx) FROM %s WHERE st.a > 10",
          "SELECT id, get(li, 0).d, size(li) FROM %s",
          "SELECT id, e.x FROM %s LATERAL VIEW explode(li) AS e",
          "SELECT id, ma['text 1'], map_keys(ma) FROM %s",
          "SELECT id FROM %s WHERE st IS NULL OR st.s IS NULL",
          "SELECT st.s, count(*) FROM %s GROUP BY st.s");

  private static final Map<String, List<String>> ANSWERS = new ConcurrentHashMap<>();
  private static final Map<String, TableName> PLAIN = new ConcurrentHashMap<>();

  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  UnionQueriesIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @ParameterizedTest(name = "{0} of 400 rows in the lake, partitioned by {1}, vectorized {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "400 |                       | true",
        "0   |                       | true",
        "170 |                       | true",
        "170 | day(tz), bucket(3, k) | true",
        "170 | day, truncate(4, s)   | false",
        "0   | bucket(2, id)         | false",
        "400 | hour(ts)              | false"
      })
  void flatQueries(int lakeRows, @Nullable String partitioning, boolean isVectorized) {
    TableName table = filled(SampleRows.FLAT, lakeRows, partitioning);

    withVectorization(isVectorized, () -> assertSame(table, SampleRows.FLAT, QUERIES));
  }

  @ParameterizedTest(name = "{0} of 400 rows in the lake, partitioned by {1}")
  @CsvSource(
      delimiter = '|',
      value = {"400 | ", "0   | ", "170 | ", "170 | day, bucket(2, id)"})
  void nestedQueries(int lakeRows, @Nullable String partitioning) {
    TableName table = filled(SampleRows.NESTED, lakeRows, partitioning);

    assertSame(table, SampleRows.NESTED, NESTED_QUERIES);
  }

  @ParameterizedTest(name = "{0} of 400 rows in the lake, partitioned by {1}, vectorized {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "400 |                       | true",
        "0   |                       | true",
        "170 | day(tz), bucket(3, k) | true",
        "400 | day(tz)               | true",
        "170 | bucket(3, id)         | false",
        "170 |                       | false"
      })
  void flatQueriesOfPrimaryKeyTables(
      int lakeRows, @Nullable String partitioning, boolean isVectorized) {
    TableName table = keyed(SampleRows.FLAT, lakeRows, partitioning);

    withVectorization(isVectorized, () -> assertSame(table, SampleRows.FLAT, QUERIES));
  }

  @ParameterizedTest(name = "{0} of 400 rows in the lake, partitioned by {1}")
  @CsvSource(
      delimiter = '|',
      value = {"0   | ", "170 | ", "170 | day, bucket(2, id)"})
  void nestedQueriesOfPrimaryKeyTables(int lakeRows, @Nullable String partitioning) {
    TableName table = keyed(SampleRows.NESTED, lakeRows, partitioning);

    assertSame(table, SampleRows.NESTED, NESTED_QUERIES);
  }

  @ParameterizedTest(name = "{0} of 400 rows in the lake, partitioned by {1}, seed {2}")
  @CsvSource(
      delimiter = '|',
      value = {"170 | day(tz), bucket(3, k) | 1", "60  | | 2", "390 | truncate(5, s) | 3"})
  void randomQueries(int lakeRows, @Nullable String partitioning, long seed) {
    TableName table = filled(SampleRows.FLAT, lakeRows, partitioning);
    RandomQueries random = new RandomQueries(new Random(seed));

    List<String> queries = Stream.generate(random::next).limit(25).toList();

    assertSame(table, SampleRows.FLAT, queries);
  }

  @ParameterizedTest(name = "{0} of 400 rows in the lake, partitioned by {1}, seed {2}")
  @CsvSource(
      delimiter = '|',
      value = {"170 | day(tz), bucket(3, k) | 4", "300 | | 5"})
  void randomQueriesOfPrimaryKeyTables(int lakeRows, @Nullable String partitioning, long seed) {
    TableName table = keyed(SampleRows.FLAT, lakeRows, partitioning);
    RandomQueries random = new RandomQueries(new Random(seed));

    List<String> queries = Stream.generate(random::next).limit(25).toList();

    assertSame(table, SampleRows.FLAT, queries);
  }

  private TableName filled(String columns, int lakeRows, @Nullable String partitioning) {
    TableName table =
        partitioning == null ? tables.create(columns) : tables.create(columns, partitioning);
    List<Record> rows = new SampleRows(SEED).rows(client.describeTable(table).schema(), ROWS);
    if (lakeRows > 0) {
      tables.appendToLake(table, rows.subList(0, lakeRows));
    }
    if (lakeRows < ROWS) {
      tables.append(table, rows.subList(lakeRows, ROWS));
    }
    return table;
  }

  /** The same rows, most of which have superseded others; and some more were deleted. */
  private TableName keyed(String columns, int lakeRows, @Nullable String partitioning) {
    String keyed = columns + ", primary key (id)";
    TableName table =
        partitioning == null ? tables.create(keyed) : tables.create(keyed, partitioning);
    Schema schema = client.describeTable(table).schema();
    List<Record> rows = new SampleRows(SEED).rows(schema, ROWS);
    tables.append(table, new SampleRows(SEED + 1).rows(schema, ROWS + 50));
    if (lakeRows > 0) {
      client.tier(table);
      tables.append(table, rows.subList(0, lakeRows));
      tables.delete(table, ROWS, ROWS + 20);
      client.tier(table);
    }
    if (lakeRows < ROWS) {
      tables.append(table, rows.subList(lakeRows, ROWS));
    }
    tables.delete(table, ROWS, ROWS + 50);
    return table;
  }

  private void assertSame(TableName table, String columns, List<String> queries) {
    TableName plain = plain(columns);
    for (String query : queries) {
      List<String> expected =
          ANSWERS.computeIfAbsent(query + columns, key -> answer(query, "plain." + plain));
      assertThat(answer(query, "freshet." + table))
          .as(query)
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  /** A table with the same rows that Iceberg reads alone. */
  private TableName plain(String columns) {
    return PLAIN.computeIfAbsent(columns, unused -> filled(columns, ROWS, null));
  }

  private List<String> answer(String query, String table) {
    return spark.sql(String.format(query, table)).collectAsList().stream()
        .map(UnionQueriesIT::text)
        .toList();
  }

  private static String text(Row row) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < row.length(); i++) {
      Object value = row.isNullAt(i) ? "null" : row.get(i);
      text.append(value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value);
      text.append('|');
    }
    return text.toString();
  }

  private void withVectorization(boolean isVectorized, Runnable test) {
    spark.conf().set("spark.sql.iceberg.vectorization.enabled", isVectorized);
    try {
      test.run();
    } finally {
      spark.conf().unset("spark.sql.iceberg.vectorization.enabled");
    }
  }
}
