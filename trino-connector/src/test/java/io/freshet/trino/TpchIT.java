/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.trino.Session;
import io.trino.testing.MaterializedRow;
import io.trino.testing.QueryRunner;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The queries of TPC-H on tables of which half the lake rows are superseded, and on plain Iceberg.
 */
final class TpchIT {
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

  private static final QueryRunner RUNNER = FreshetQueryRunner.start("freshet", "tpch_union");

  @BeforeAll
  static void unions() {
    PRIMARY_KEYS.forEach((table, key) -> {
      FreshetQueryRunner.copyHalfSuperseded(RUNNER, table, key);
      RUNNER.execute(
          String.format(
              "CREATE TABLE iceberg.tpch_union.%1$s AS SELECT * FROM tpch.tiny.%1$s", table));
    });
  }

  @AfterAll
  static void close() {
    RUNNER.close();
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
    List<MaterializedRow> union = run(query, "freshet");
    List<MaterializedRow> plain = run(query, "iceberg");
    assertThat(union).hasSameSizeAs(plain);
    for (int row = 0; row < plain.size(); row++) {
      for (int field = 0; field < plain.get(row).getFieldCount(); field++) {
        assertSame(union.get(row).getField(field), plain.get(row).getField(field));
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

  /** The rows, in an order that does not depend on how they were found. */
  private static List<MaterializedRow> run(String query, String catalog) {
    Session session = Session.builder(RUNNER.getDefaultSession()).setCatalog(catalog).build();
    List<MaterializedRow> rows =
        new ArrayList<>(RUNNER.execute(session, query).getMaterializedRows());
    rows.sort(Comparator.comparing(TpchIT::sortKey));
    return rows;
  }

  private static String sortKey(MaterializedRow row) {
    return row.getFields().stream()
        .map(field -> field instanceof Double number ? String.format("%.3g", number) : "" + field)
        .toList()
        .toString();
  }
}
