/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.junit.jupiter.api.Test;

final class TableDefinitionTest {
  private static final Schema SCHEMA = ColumnText.parse("id long not null, ratio double");

  @Test
  void namesHaveANamespaceAndPlainParts() {
    assertThat(TableName.parse("sales.eu.orders"))
        .isEqualTo(new TableName(List.of("sales", "eu"), "orders"))
        .hasToString("sales.eu.orders");
    assertThatThrownBy(() -> TableName.parse("orders"))
        .hasMessage("Table name 'orders' has no namespace: write it as namespace.table");
    assertThatThrownBy(() -> TableName.parse("sales..orders"))
        .hasMessage(
            "'' can't be part of a table name: use 1 to 128 letters, digits, underscores or"
                + " hyphens");
    assertThatThrownBy(() -> TableName.parse("sales.or/ders"))
        .hasMessageStartingWith("'or/ders' can't be part of a table name");
  }

  @Test
  void bucketsAndTheirKeyAreChecked() {
    assertThatThrownBy(() -> definition(0, List.of()))
        .hasMessage("Table db.t has 0 buckets: use 1 to 1024");
    assertThatThrownBy(() -> definition(2000, List.of()))
        .hasMessage("Table db.t has 2000 buckets: use 1 to 1024");
    assertThatThrownBy(() -> definition(1, List.of("name")))
        .hasMessage("Bucket key column name is not a column of table db.t: [id, ratio]");
    assertThatThrownBy(() -> definition(1, List.of("ratio")))
        .hasMessageStartingWith(
            "Bucket key column ratio of table db.t has type double, which has no bucket transform");
    assertThat(definition(3, List.of("id")).bucketKey()).containsExactly("id");
  }

  @Test
  void aTableHasAColumn() {
    assertThatThrownBy(() ->
            new TableDefinition(
                TableName.parse("db.t"),
                new Schema(),
                PartitionSpec.unpartitioned(),
                SortOrder.unsorted(),
                1,
                List.of(),
                Map.of()))
        .hasMessage("Table db.t has 0 columns: a table has 1 to 10000");
  }

  private static TableDefinition definition(int buckets, List<String> key) {
    return new TableDefinition(
        TableName.parse("db.t"),
        SCHEMA,
        PartitionSpec.unpartitioned(),
        SortOrder.unsorted(),
        buckets,
        key,
        Map.of());
  }
}
