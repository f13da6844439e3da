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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random changes and queries of a table with a primary key, beside plain Iceberg. To repeat a
 * failure, run it with {@code -Dfreshet.seed=} the seed of the message.
 */
final class RandomStatementsIT {
  private static final int ROUNDS = 12;
  private static final int QUERIES = 5;
  private static final QueryRunner RUNNER = FreshetQueryRunner.runner();
  private static final String CONTROL = "iceberg.demo.random_statements";
  private static final String UNION = "random_statements";

  private final long seed = Long.getLong("freshet.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void unionsGiveTheRowsOfPlainTables() {
    String columns = " (k bigint NOT NULL, a integer, s varchar, d double, t timestamp(6))";
    RUNNER.execute(
        "CREATE TABLE "
            + UNION
            + columns
            + " WITH (primary_key = ARRAY['k'], buckets = 3, partitioning = ARRAY['"
            + pick("bucket(k, 2)", "truncate(s, 1)", "month(t)")
            + "'], "
            + FreshetQueryRunner.KEEP_FRESH
            + ")");
    RUNNER.execute("CREATE TABLE " + CONTROL + columns);
    for (int round = 0; round < ROUNDS; round++) {
      String change = change();
      RUNNER.execute(String.format(change, UNION));
      RUNNER.execute(String.format(change, CONTROL));
      if (random.nextInt(3) == 0) {
        RUNNER.execute("CALL freshet.system.tier('demo', '" + UNION + "')");
      }
      assertSame("SELECT * FROM %s", change);
      for (int i = 0; i < QUERIES; i++) {
        assertSame(query(), change);
      }
    }
  }

  /** Upserts by MERGE, since INSERT into the plain table would repeat keys. */
  private String change() {
    int from = random.nextInt(500);
    int to = from + random.nextInt(300);
    String rows =
        String.format(
            "(SELECT x k, CAST(if(x %%%% %d = 0, NULL, x * %d %%%% 50) AS integer) a,"
                + " if(x %%%% 11 = 0, NULL, chr(97 + CAST(x %%%% 26 AS integer)) || CAST(x AS varchar)) s,"
                + " if(x %%%% 13 = 0, nan(), x / 3e0) d,"
                + " date_add('day', x, TIMESTAMP '2020-01-01 00:00:00.123456') t"
                + " FROM UNNEST(sequence(%d, %d)) u(x))",
            2 + random.nextInt(9), 1 + random.nextInt(99), from, to);
    return switch (random.nextInt(4)) {
      case 0 -> "DELETE FROM %s WHERE " + condition();
      case 1 -> "UPDATE %s SET a = a + 1, s = 'u' || s WHERE " + condition();
      default ->
          "MERGE INTO %s m USING "
              + rows
              + " n ON m.k = n.k WHEN MATCHED THEN UPDATE SET a = n.a, s = n.s, d = n.d, t = n.t"
              + " WHEN NOT MATCHED THEN INSERT VALUES (n.k, n.a, n.s, n.d, n.t)";
    };
  }

  private String query() {
    return switch (random.nextInt(6)) {
      case 0 -> "SELECT count(*) FROM %s WHERE " + condition();
      case 1 -> "SELECT a, count(*), min(s), max(t) FROM %s WHERE " + condition() + " GROUP BY a";
      case 2 -> "SELECT s, k FROM %s WHERE " + condition() + " ORDER BY k LIMIT 10";
      case 3 -> "SELECT count(*) FROM (SELECT * FROM %s LIMIT " + random.nextInt(400) + ")";
      case 4 ->
          "SELECT x.k, y.s FROM %1$s x JOIN %1$s y ON x.k = y.a WHERE "
              + condition().replaceAll("\\b([kasdt])\\b(?= [<>=IB])", "y.$1");
      default -> "SELECT \"k\", d FROM %s WHERE " + condition() + " AND " + condition();
    };
  }

  private String condition() {
    int low = random.nextInt(600);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      values.add(Integer.toString(random.nextInt(600)));
    }
    return pick(
        "k < " + low,
        "k BETWEEN " + low + " AND " + (low + 50),
        "k IN (" + String.join(", ", values) + ")",
        "a = " + low % 50,
        "a IS NULL",
        "a > " + low % 50,
        "s < '" + (char) ('a' + low % 26) + "'",
        "s IS NOT NULL",
        "d >= " + low / 3 + "e0",
        "d < " + low / 3 + "e0",
        "t > TIMESTAMP '2020-06-01 00:00:00'",
        "t IS NULL");
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private void assertSame(String query, String change) {
    assertEqualsIgnoreOrder(
        RUNNER.execute(String.format(query, UNION)),
        RUNNER.execute(String.format(query, CONTROL)),
        "Seed " + seed + ", after " + change + ": " + query);
  }
}
