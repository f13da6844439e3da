/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trino.testing.QueryRunner;
import io.trino.testing.TestingConnectorBehavior;
import io.trino.testing.sql.TestTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * Trino's whole contract for connectors. The TPC-H tables are half superseded by fresh rows, and
 * what the tests write is fresh. Tables that are changed by row have a primary key, which Trino's
 * suite does not know of; {@link PlainIcebergConnectorTest} is the control.
 */
final class FreshetConnectorTest extends LakeContract {
  private static final int MAX_NAME = 128;

  /** By how the names of tables begin: a key that the test does not change. */
  private static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("merge_join_false_", "address"),
          Map.entry("merge_various_target_", "purchase"),
          Map.entry("test_delete_", "orderkey"),
          Map.entry("test_delete_all_data", "name"),
          Map.entry("test_delete_with_varchar_predicate_", "orderkey"),
          Map.entry("test_row_level_delete", "name"),
          Map.entry("test_row_update", "name"),
          Map.entry("test_supports_update", "name"),
          Map.entry("test_update", "name"),
          Map.entry("test_update_nulls", "name"),
          Map.entry("update_not_null", "nullable_col"));

  @Override
  protected QueryRunner createQueryRunner() {
    QueryRunner runner = FreshetQueryRunner.start("freshet", "contract");
    FreshetQueryRunner.copyHalfSuperseded(runner, "customer", List.of("custkey"));
    FreshetQueryRunner.copyHalfSuperseded(runner, "nation", List.of("nationkey"));
    FreshetQueryRunner.copyHalfSuperseded(runner, "orders", List.of("orderkey"));
    FreshetQueryRunner.copyHalfSuperseded(runner, "region", List.of("regionkey"));
    return runner;
  }

  @Override
  protected boolean hasBehavior(TestingConnectorBehavior behavior) {
    return switch (behavior) {
      case SUPPORTS_RENAME_SCHEMA,
          SUPPORTS_CREATE_MATERIALIZED_VIEW,
          SUPPORTS_ADD_COLUMN_NOT_NULL_CONSTRAINT,
          SUPPORTS_REFRESH_VIEW,
          SUPPORTS_LIMIT_PUSHDOWN,
          SUPPORTS_TOPN_PUSHDOWN,
          SUPPORTS_AGGREGATION_PUSHDOWN ->
          false;
      default -> super.hasBehavior(behavior);
    };
  }

  // Tables with keys

  @Override
  protected TestTable newTrinoTable(String prefix, String definition, List<String> rows) {
    boolean isCopy = definition.startsWith("AS SELECT * FROM ") && !definition.contains("VALUES");
    String key = KEYS.get(prefix);
    return super.newTrinoTable(
        prefix, isCopy && key != null ? keyed(definition, key) : definition, rows);
  }

  @Override
  protected TestTable createTestTableForWrites(String prefix, String definition, String key) {
    return createTestTableForWrites(prefix, definition, List.of(), key);
  }

  @Override
  protected TestTable createTestTableForWrites(
      String prefix, String definition, List<String> rows, String key) {
    boolean isOther = !prefix.equals("test_delete_") && !definition.contains(" pk ");
    return super.newTrinoTable(
        prefix, keyed(definition, isOther ? KEYS.getOrDefault(prefix, key) : key), rows);
  }

  @Override
  protected void createTableForWrites(
      String createTable, String name, Optional<String> primaryKey, OptionalInt updateCount) {
    Optional<String> other =
        KEYS.entrySet().stream()
            .filter(entry -> name.startsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findAny();
    super.createTableForWrites(
        primaryKey.map(key -> keyed(createTable, other.orElse(key))).orElse(createTable),
        name,
        Optional.empty(),
        updateCount);
  }

  private static String keyed(String definition, String key) {
    String properties = " WITH (primary_key = ARRAY['" + key.replace(",", "', '") + "']) ";
    return definition.matches("(?s).*\\bAS\\s.*")
        ? definition.replaceFirst("\\bAS\\s", properties + "AS ")
        : definition + properties;
  }

  // Columns of the primary key can't be updated: a row that has another key is another row.

  @Test
  @Override
  public void testUpdateWithPredicates() {
    assertKeyStays(super::testUpdateWithPredicates, "a");
  }

  @Test
  @Override
  public void testUpdateAllValues() {
    assertKeyStays(super::testUpdateAllValues, "a");
  }

  @Test
  @Override
  public void testMergeCasts() {
    assertKeyStays(super::testMergeCasts, "col1");
  }

  @Test
  @Override
  public void testMergeAllColumnsUpdated() {
    assertKeyStays(super::testMergeAllColumnsUpdated, "customer");
  }

  @Test
  @Override
  public void testMergeAllColumnsReversed() {
    assertKeyStays(super::testMergeAllColumnsReversed, "a");
  }

  private static void assertKeyStays(ThrowingCallable test, String column) {
    assertThatThrownBy(test)
        .hasMessageMatching(
            "Column "
                + column
                + " of table contract\\..* can't be updated: it is in the primary key."
                + " Delete the row, and insert it with the other key.");
  }

  // Rows of tables without a key have no name by which they could be changed.

  @Test
  @Override
  public void testUpdateMultipleCondition() {
    assertAppendsOnly(super::testUpdateMultipleCondition);
  }

  @Test
  @Override
  public void testUpdateRowType() {
    assertAppendsOnly(super::testUpdateRowType);
  }

  /** All but its last part, which makes a table of its own. */
  @Test
  @Override
  public void testDelete() {
    assertAppendsOnly(super::testDelete);
  }

  private static void assertAppendsOnly(ThrowingCallable test) {
    assertThatThrownBy(test)
        .hasMessageMatching(
            "Rows of table contract\\..* can't be updated or deleted: it is a log table, which takes"
                + " appends only. Tables with a primary_key take changes of rows.");
  }

  /** Statements write whole rows, as they were when the statement began: the last one stays. */
  @Test
  @Override
  public void testUpdateRowConcurrently() throws Exception {
    CyclicBarrier start = new CyclicBarrier(3);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (threads;
        TestTable table =
            createTestTableForWrites("concurrent_update", "(k int, c0 int, c1 int, c2 int)", "k")) {
      assertUpdate("INSERT INTO " + table.getName() + " VALUES (0, 0, 0, 0)", 1);
      List<Future<?>> updates = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String update = String.format("UPDATE %1$s SET c%2$d = c%2$d + 1", table.getName(), i);
        updates.add(
            threads.submit(() -> {
              start.await(10, SECONDS);
              return getQueryRunner().execute(getSession(), update);
            }));
      }
      for (Future<?> update : updates) {
        update.get(60, SECONDS);
      }
      assertQuery(
          "SELECT count(*), max(greatest(c0, c1, c2)), max(k) FROM " + table.getName(),
          "VALUES (1, 1, 0)");
    }
  }

  // What else differs

  @Override
  protected void verifyConcurrentAddColumnFailurePermissible(Exception e) {
    assertThat(e).hasMessageMatching(".*(is being opened|is not ready yet).*");
  }

  /** The size of fresh rows is that of pages, in which a field beside its struct counts twice. */
  @Test
  @Override
  public void testProjectionPushdownPhysicalInputSize() {
    assertThatThrownBy(super::testProjectionPushdownPhysicalInputSize)
        .hasMessageContaining("expected: 190B")
        .hasMessageContaining("but was: 280B");
  }

  @Test
  @Override
  public void testAddNotNullColumnToEmptyTable() {
    try (TestTable table = newTrinoTable("test_add_nn_to_empty", "(a varchar)", List.of())) {
      assertQueryFails(
          "ALTER TABLE " + table.getName() + " ADD COLUMN b varchar NOT NULL",
          "Column b can't be added to table contract\\..* as NOT NULL: rows that are there would have"
              + " no value");
    }
  }

  @Test
  @Override
  public void testMaterializedView() {
    assertQueryFails(
        "CREATE MATERIALIZED VIEW nation_mv AS SELECT * FROM nation",
        "Materialized view contract.nation_mv can't be created: .* Iceberg REST catalog.*");
  }

  /** There is none of any kind. */
  @Test
  @Override
  public void testFederatedMaterializedView() {
    testMaterializedView();
  }

  /** A view's columns are Iceberg's, too. */
  @Test
  @Override
  public void testViewMetadata() {
    assertThatThrownBy(super::testViewMetadata).hasMessageContaining("(y, varchar, , )");
  }

  @Test
  @Override
  public void testShowCreateTable() {
    assertThat((String) computeScalar("SHOW CREATE TABLE region"))
        .isEqualTo(
            """
            CREATE TABLE freshet.contract.region (
               regionkey bigint NOT NULL,
               name varchar,
               comment varchar
            )
            WITH (
               buckets = 4,
               freshness = '1d',
               primary_key = ARRAY['regionkey']
            )\
            """);
  }

  @Override
  protected OptionalInt maxSchemaNameLength() {
    return OptionalInt.of(MAX_NAME);
  }

  @Override
  protected void verifySchemaNameLengthFailurePermissible(Throwable e) {
    assertThat(e).hasMessageContaining("use 1 to 128 letters, digits, underscores or hyphens");
  }

  @Override
  protected OptionalInt maxTableNameLength() {
    return OptionalInt.of(MAX_NAME);
  }

  @Override
  protected void verifyTableNameLengthFailurePermissible(Throwable e) {
    verifySchemaNameLengthFailurePermissible(e);
  }
}
