/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import io.trino.tpch.TpchColumn;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The queries of TPC-H on primary-key tables of which half the lake rows are superseded, and on
 * plain Iceberg tables with the same rows.
 */
@ExtendWith(SparkExtension.class)
final class TpchIT {
  private static final double SCALE = 0.01;

  private static final Map<String, List<String>> PRIMARY_KEYS =
      Map.of(
          "customer", List.of("custkey"),
          "lineitem", List.of("orderkey", "linenumber"),
          "nation", List.of("nationkey"),
          "orders", List.of("orderkey"),
          "part", List.of("partkey"),
          "partsupp", List.of("partkey", "suppkey"),
          "region", List.of("regionkey"),
          "supplier", List.of("suppkey"));

  /** Sums of doubles depend on the order of rows. */
  private static final double TOLERANCE = 1e-9;

  private static SparkSession union;
  private static SparkSession plain;

  @BeforeAll
  static void fill(SparkSession spark, FreshetClient client) {
    client.createNamespace("tpch");
    client.createNamespace("tpch_plain");
    for (TpchTable<?> table : TpchTable.getTables()) {
      generate(spark, table).createOrReplaceTempView("generated");
      String name = table.getTableName();
      List<String> key = requireNonNull(PRIMARY_KEYS.get(name), name);
      spark.sql("CREATE TABLE plain.tpch_plain." + name + " AS SELECT * FROM generated");
      spark.sql(
          String.format(
              "CREATE TABLE freshet.tpch.%s (%s, PRIMARY KEY (%s)) TBLPROPERTIES ('freshet.freshness'"
                  + " = '1h')",
              name, columns(table), String.join(", ", key)));
      spark.sql("INSERT INTO freshet.tpch." + name + " SELECT * FROM generated");
      client.tier(TableName.parse("tpch." + name));
      spark.sql(
          String.format(
              "INSERT INTO freshet.tpch.%s SELECT * FROM generated WHERE %s %% 2 = 0",
              name, key.get(0)));
    }
    union = spark.newSession();
    union.sql("USE freshet.tpch");
    plain = spark.newSession();
    plain.sql("USE plain.tpch_plain");
  }

  static Stream<String> queries() throws IOException {
    try (InputStream in =
        requireNonNull(TpchIT.class.getResourceAsStream("/io/freshet/testing/tpch.sql"))) {
      return Stream.of(new String(in.readAllBytes(), UTF_8).split(";\\s*\n"));
    }
  }

  @ParameterizedTest
  @MethodSource("queries")
  void queryGivesTheSameRows(String query) {
    List<Row> actual = rows(union, query);
    List<Row> expected = rows(plain, query);
    assertThat(actual).hasSameSizeAs(expected);
    for (int row = 0; row < expected.size(); row++) {
      for (int field = 0; field < expected.get(row).length(); field++) {
        assertSame(actual.get(row).get(field), expected.get(row).get(field));
      }
    }
  }

  private static void assertSame(@Nullable Object actual, @Nullable Object expected) {
    if (expected instanceof Double number) {
      assertThat((Double) actual).isCloseTo(number, offset(Math.abs(number) * TOLERANCE + 1e-12));
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }

  /** In an order that does not depend on how they were found. */
  private static List<Row> rows(SparkSession session, String query) {
    List<Row> rows = new ArrayList<>(session.sql(query).collectAsList());
    rows.sort(Comparator.comparing(TpchIT::sortKey));
    return rows;
  }

  private static String sortKey(Row row) {
    StringBuilder key = new StringBuilder();
    for (int field = 0; field < row.length(); field++) {
      Object value = row.isNullAt(field) ? "" : row.get(field);
      key.append(value instanceof Double number ? String.format("%.3g", number) : value);
      key.append('|');
    }
    return key.toString();
  }

  private static Dataset<Row> generate(SparkSession spark, TpchTable<?> table) {
    List<String> lines = new ArrayList<>();
    for (TpchEntity row : table.createGenerator(SCALE, 1, 1)) {
      lines.add(row.toLine());
    }
    return spark
        .read()
        .schema(columns(table).replace(" NOT NULL", ""))
        .option("sep", "|")
        .csv(spark.createDataset(lines, Encoders.STRING()));
  }

  private static String columns(TpchTable<?> table) {
    List<String> key = requireNonNull(PRIMARY_KEYS.get(table.getTableName()));
    return table.getColumns().stream()
        .map(column -> {
          String name = column.getSimplifiedColumnName();
          return name + " " + type(column) + (key.contains(name) ? " NOT NULL" : "");
        })
        .collect(Collectors.joining(", "));
  }

  private static String type(TpchColumn<?> column) {
    return switch (column.getType().getBase()) {
      case INTEGER -> "INT";
      case IDENTIFIER -> "BIGINT";
      case DATE -> "DATE";
      case DOUBLE -> "DOUBLE";
      case VARCHAR -> "STRING";
    };
  }
}
