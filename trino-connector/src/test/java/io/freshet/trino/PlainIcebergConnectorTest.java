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
import io.trino.testing.TestingConnectorBehavior;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The control of {@link FreshetConnectorTest}: Trino's Iceberg connector as it is. */
final class PlainIcebergConnectorTest extends LakeContract {
  private static final int MAX_NAME = 128;

  @Override
  protected QueryRunner createQueryRunner() {
    QueryRunner runner = FreshetQueryRunner.start("iceberg", "control");
    for (String table : List.of("customer", "nation", "orders", "region")) {
      runner.execute(String.format("CREATE TABLE %1$s AS SELECT * FROM tpch.tiny.%1$s", table));
    }
    return runner;
  }

  @Override
  protected boolean hasBehavior(TestingConnectorBehavior behavior) {
    return switch (behavior) {
      case SUPPORTS_CREATE_OR_REPLACE_TABLE, SUPPORTS_REPORTING_WRITTEN_BYTES -> true;
      case SUPPORTS_ADD_COLUMN_NOT_NULL_CONSTRAINT,
          SUPPORTS_RENAME_MATERIALIZED_VIEW_ACROSS_SCHEMAS,
          SUPPORTS_REFRESH_VIEW,
          SUPPORTS_LIMIT_PUSHDOWN,
          SUPPORTS_TOPN_PUSHDOWN,
          SUPPORTS_AGGREGATION_PUSHDOWN ->
          false;
      default -> super.hasBehavior(behavior);
    };
  }

  @Override
  protected void verifyConcurrentAddColumnFailurePermissible(Exception e) {
    assertThat(e).hasMessageContaining("due to concurrent updates");
  }

  @Override
  protected void verifyConcurrentUpdateFailurePermissible(Exception e) {
    assertThat(e).hasMessageContaining("Found conflicting files");
  }

  /** Schemas and tables show where they are. */
  @Test
  @Override
  public void testShowCreateSchema() {
    assertThat((String) computeScalar("SHOW CREATE SCHEMA control"))
        .startsWith(
            "CREATE SCHEMA iceberg.control\nAUTHORIZATION USER user\nWITH (\n   location = ");
  }

  @Test
  @Override
  public void testShowCreateTable() {
    assertThat((String) computeScalar("SHOW CREATE TABLE region"))
        .startsWith("CREATE TABLE iceberg.control.region (\n   regionkey bigint,");
  }

  @Override
  protected OptionalInt maxSchemaNameLength() {
    return OptionalInt.of(MAX_NAME);
  }

  @Override
  protected void verifySchemaNameLengthFailurePermissible(Throwable e) {
    assertThat(e).hasMessageContaining("must be shorter than or equal to '128' characters");
  }

  @Override
  protected OptionalInt maxTableRenameLength() {
    return OptionalInt.of(MAX_NAME);
  }

  @Override
  protected void verifyTableNameLengthFailurePermissible(Throwable e) {
    verifySchemaNameLengthFailurePermissible(e);
  }

  /** The file system's limit. */
  @Test
  @Override
  public void testCreateTableWithLongTableName() {
    assertThatThrownBy(super::testCreateTableWithLongTableName)
        .hasMessageContaining("Failed to create file");
  }
}
