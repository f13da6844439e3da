/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Random queries over {@link SampleRows#FLAT}, the same ones for the same seed. */
final class RandomQueries {
  private static final List<String> COLUMNS =
      List.of(
          "id", "k", "flag", "f", "d", "dec9", "dec18", "dec38", "day", "ts", "tz", "s", "b", "fx",
          "u");
  private static final List<String> COMPARISONS = List.of("=", "<>", "<", "<=", ">", ">=", "<=>");

  private final Random random;

  RandomQueries(Random random) {
    this.random = random;
  }

  String next() {
    String where = random.nextInt(5) == 0 ? "" : " WHERE " + condition(2);
    return switch (random.nextInt(4)) {
      case 0 -> "SELECT " + columns() + " FROM %s" + where;
      case 1 -> "SELECT count(*), count(" + column() + "), min(id), sum(dec9) FROM %s" + where;
      case 2 -> {
        String group = column();
        yield "SELECT " + group + ", count(*), max(id) FROM %s" + where + " GROUP BY " + group;
      }
      default ->
          "SELECT x.id, y.s FROM (SELECT * FROM %1$s"
              + where
              + ") x JOIN %1$s y ON x.k = y.k + 1"
              + " WHERE y.id < 40";
    };
  }

  private String columns() {
    List<String> columns = new ArrayList<>(List.of("id"));
    for (int i = random.nextInt(5); i > 0; i--) {
      columns.add(column());
    }
    return columns.stream().distinct().collect(Collectors.joining(", "));
  }

  private String condition(int depth) {
    if (depth > 0 && random.nextInt(2) == 0) {
      String operator = random.nextBoolean() ? " AND " : " OR ";
      return "(" + condition(depth - 1) + operator + condition(depth - 1) + ")";
    }
    String column = column();
    String test =
        switch (random.nextInt(4)) {
          case 0 -> column + (random.nextBoolean() ? " IS NULL" : " IS NOT NULL");
          case 1 -> column + " IN (" + literal(column) + ", " + literal(column) + ")";
          default ->
              column
                  + " "
                  + COMPARISONS.get(random.nextInt(COMPARISONS.size()))
                  + " "
                  + literal(column);
        };
    return random.nextInt(4) == 0 ? "NOT (" + test + ")" : test;
  }

  private String column() {
    return COLUMNS.get(random.nextInt(COLUMNS.size()));
  }

  private String literal(String column) {
    int small = random.nextInt(50);
    return switch (column) {
      case "id" -> Integer.toString(random.nextInt(400));
      case "k" -> Integer.toString(small);
      case "flag" -> Boolean.toString(random.nextBoolean());
      case "f" -> small == 0 ? "float('NaN')" : "float(" + small / 4f + ")";
      case "d" -> "double(" + (small / 8.0 - 2) + ")";
      case "dec9", "dec18", "dec38" -> Integer.toString(random.nextInt(1000)) + ".25";
      case "day" -> "date_add(DATE '2026-01-01', " + small + ")";
      case "ts" -> "TIMESTAMP_NTZ '1970-01-01 00:00:0" + small % 10 + "'";
      case "tz" -> "TIMESTAMP '2026-01-0" + (1 + small % 3) + " 06:25:00 UTC'";
      case "s" -> "'text " + small + "'";
      case "b" -> "X'62" + Integer.toHexString('0' + small % 10) + "'";
      case "fx" -> String.format("X'%02x00000000'", small);
      case "u" -> String.format("'00000000-0000-00%02x-ffff-ffffffffff%02x'", small, -small & 0xff);
      default -> throw new IllegalArgumentException(column);
    };
  }
}
