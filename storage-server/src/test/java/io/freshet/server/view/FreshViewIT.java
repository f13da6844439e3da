/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.table.TableName;
import java.nio.file.Path;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fresh warehouses read by Iceberg's own catalog client and generic reader. */
final class FreshViewIT {
  private static final TableName TABLE = TableName.parse("db.accounts");

  @TempDir Path data;

  @ParameterizedTest
  @CsvSource({
    "fresh, log, ", "fresh, log, name", "fresh, key, ", "fresh, key, name",
    "fresh_v2, log, ", "fresh_v2, log, name", "fresh_v2, key, ", "fresh_v2, key, name"
  })
  void rowsAreThoseOfTheUnionWhateverWasTieredAndCompacted(
      String warehouse, String kind, @Nullable String partitioning) {
    try (ViewFixture fixture = new ViewFixture(data)) {
      boolean isKeyed = kind.equals("key");
      Schema schema = isKeyed ? ViewFixture.KEYED : ViewFixture.COLUMNS;
      fixture.create(TABLE, schema, partitioning, 2);
      assertThat(ViewFixture.read(fixture.load(warehouse, TABLE))).isEmpty();
      for (int round = 0; round < 12; round++) {
        if (isKeyed) {
          fixture.change(TABLE, 60);
        } else {
          fixture.append(TABLE, 60);
        }
        if (round % 5 == 2) {
          fixture.server().client().tier(TABLE);
        }
        if (round == 9) {
          fixture.server().client().compact(TABLE);
        }
        Table table = fixture.load(warehouse, TABLE);
        assertThat(ViewFixture.read(table))
            .as("round %d", round)
            .isNotEmpty()
            .containsExactlyInAnyOrderElementsOf(fixture.union(TABLE));
        assertThat(ViewFixture.read(table, Expressions.equal("name", "n1")))
            .isEqualTo(fixture.union(TABLE).stream().filter(row -> row.contains(",n1,")).toList());
      }
    }
  }
}
