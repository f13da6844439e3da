/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.spi.type.VarcharType.VARCHAR;
import static io.trino.testing.MaterializedResult.resultBuilder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trino.Session;
import io.trino.testing.BaseConnectorTest;
import io.trino.testing.MaterializedResult;
import io.trino.testing.sql.TestTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What Trino asks of connectors, for all that read an Iceberg lake. What Iceberg can't do is here,
 * with the reason, so that it holds for Trino's Iceberg connector, too.
 */
abstract class LakeContract extends BaseConnectorTest {
  private static final Set<String> WIDENINGS =
      Set.of(
          "integer -> bigint",
          "real -> double",
          "decimal(5,3) -> decimal(10,3)",
          "decimal(28,3) -> decimal(38,3)",
          "decimal(5,3) -> decimal(38,3)");

  /** Iceberg's strings have no lengths. */
  @Override
  protected MaterializedResult getDescribeOrdersResult() {
    return resultBuilder(getSession(), VARCHAR, VARCHAR, VARCHAR, VARCHAR)
        .row("orderkey", "bigint", "", "")
        .row("custkey", "bigint", "", "")
        .row("orderstatus", "varchar", "", "")
        .row("totalprice", "double", "", "")
        .row("orderdate", "date", "", "")
        .row("orderpriority", "varchar", "", "")
        .row("clerk", "varchar", "", "")
        .row("shippriority", "integer", "", "")
        .row("comment", "varchar", "", "")
        .build();
  }

  /** Nor do they keep the blanks at the end of a char. */
  @Test
  @Override
  public void testCharVarcharComparison() {
    assertThatThrownBy(super::testCharVarcharComparison).hasMessageContaining("[3, ]");
  }

  @Test
  @Override
  public void testDropRowFieldWhenDuplicates() {
    assertThatThrownBy(super::testDropRowFieldWhenDuplicates)
        .hasMessage("Field name 'a' specified more than once");
  }

  @Test
  @Override
  public void testDropAmbiguousRowFieldCaseSensitivity() {
    assertThatThrownBy(super::testDropAmbiguousRowFieldCaseSensitivity)
        .hasMessage("Field name 'some_field' specified more than once");
  }

  @Test
  @Override
  public void testSetFieldMapKeyType() {
    assertThatThrownBy(super::testSetFieldMapKeyType).hasMessageContaining("Cannot alter map keys");
  }

  @Test
  @Override
  public void testSetNestedFieldMapKeyType() {
    assertThatThrownBy(super::testSetNestedFieldMapKeyType)
        .hasMessageContaining("Cannot alter map keys");
  }

  /** Iceberg widens these types only. Types that it has not are stored as wider ones already. */
  @Override
  protected Optional<SetColumnTypeSetup> filterSetColumnTypesDataProvider(
      SetColumnTypeSetup setup) {
    return WIDENINGS.contains(setup.sourceColumnType() + " -> " + setup.newColumnType())
        ? Optional.of(setup)
        : Optional.empty();
  }

  @Override
  protected Optional<SetColumnTypeSetup> filterSetFieldTypesDataProvider(SetColumnTypeSetup setup) {
    return filterSetColumnTypesDataProvider(setup);
  }

  @Override
  protected void verifySetColumnTypeFailurePermissible(Throwable e) {
    assertThat(e).hasMessageMatching("(?s).*(Cannot change (column )?type|can't become a).*");
  }

  @Override
  protected void verifySetFieldTypeFailurePermissible(Throwable e) {
    verifySetColumnTypeFailurePermissible(e);
  }

  @Override
  protected void verifyVersionedQueryFailurePermissible(Exception e) {
    assertThat(e)
        .hasMessageMatching(
            "(Unsupported type for (temporal )?table version: .*"
                + "|No version history table .* at or before .*"
                + "|Iceberg snapshot ID does not exists: .*"
                + "|Cannot find snapshot with reference name: .*)");
  }

  @Override
  protected TestTable createTableWithDefaultColumns() {
    return newTrinoTable(
        "test_default_columns_",
        "(col_required bigint NOT NULL, col_nullable bigint, col_default integer DEFAULT 43,"
            + " col_nonnull_default bigint DEFAULT 42 NOT NULL, col_required2 bigint NOT NULL)",
        List.of());
  }

  @Override
  protected String errorMessageForInsertIntoNotNullColumn(String columnName) {
    return "NULL value not allowed for NOT NULL column: " + columnName;
  }

  @Override
  protected Session withoutSmallFileThreshold(Session session) {
    return Session.builder(session)
        .setCatalogSessionProperty(
            session.getCatalog().orElseThrow(), "parquet_small_file_threshold", "0B")
        .build();
  }
}
