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

import io.trino.testing.BaseConnectorSmokeTest;
import io.trino.testing.QueryRunner;
import io.trino.testing.TestingConnectorBehavior;
import io.trino.testing.sql.TemporaryRelation;
import io.trino.testing.sql.TestTable;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Trino's own contract for connectors. The TPC-H tables are half superseded by fresh rows, and
 * tables that are changed by row have a primary key, which Trino's suite does not know of.
 */
final class FreshetConnectorSmokeTest extends BaseConnectorSmokeTest {
  @Override
  protected QueryRunner createQueryRunner() {
    QueryRunner runner = FreshetQueryRunner.start("freshet", "smoke");
    FreshetQueryRunner.copyHalfSuperseded(runner, "nation", List.of("nationkey"));
    FreshetQueryRunner.copyHalfSuperseded(runner, "region", List.of("regionkey"));
    return runner;
  }

  @Override
  protected boolean hasBehavior(TestingConnectorBehavior behavior) {
    return switch (behavior) {
      case SUPPORTS_RENAME_SCHEMA,
          SUPPORTS_CREATE_MATERIALIZED_VIEW,
          SUPPORTS_TOPN_PUSHDOWN,
          SUPPORTS_AGGREGATION_PUSHDOWN ->
          false;
      default -> super.hasBehavior(behavior);
    };
  }

  @Override
  protected TestTable newTrinoTable(
      String namePrefix, String tableDefinition, List<String> rowsToInsert) {
    return super.newTrinoTable(
        namePrefix,
        tableDefinition.matches("AS SELECT \\* FROM (nation|region)")
            ? "WITH (primary_key = ARRAY['name']) " + tableDefinition
            : tableDefinition,
        rowsToInsert);
  }

  @Override
  protected TemporaryRelation createTestTableForWrites(String tablePrefix) {
    return super.newTrinoTable(tablePrefix, "(a bigint, b double) WITH (primary_key = ARRAY['a'])");
  }

  @Test
  @Override
  public void testMaterializedView() {
    assertQueryFails(
        "CREATE MATERIALIZED VIEW nation_mv AS SELECT * FROM nation",
        "Materialized view smoke.nation_mv can't be created: .* Iceberg REST catalog.*");
  }

  /** Trino's suite expects its properties in another form; {@link TablesIT} has the whole. */
  @Test
  @Override
  public void testShowCreateTable() {
    assertThat((String) computeScalar("SHOW CREATE TABLE region"))
        .startsWith("CREATE TABLE freshet.smoke.region (\n   regionkey bigint NOT NULL,");
  }
}
