/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.error.FreshetException;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterJsonTest {
  private static final Schema FLIGHTS =
      new Schema(
          optional(1, "origin", Types.StringType.get()),
          optional(2, "delay", Types.DoubleType.get()),
          optional(3, "at", Types.TimestampNanoType.withoutZone()));

  @Test
  void filtersSelectTheSameRowsOnTheOtherSide() {
    try (BufferAllocator allocator = new RootAllocator()) {
      for (int seed = 0; seed < 200; seed++) {
        Random random = new Random(seed);
        RandomRows values = new RandomRows(random);
        Schema schema = values.schema(2);
        RandomExpressions expressions = new RandomExpressions(random, schema);
        try (VectorSchemaRoot batch =
            RandomRows.batch(schema, values.rows(schema, 60), allocator)) {
          for (int i = 0; i < 10; i++) {
            Expression expression = expressions.expression(3);
            String json = FilterJson.toJson(expression, schema);
            Expression read = FilterJson.fromJson(json, schema);
            assertThat(RowFilter.bind(schema, read).select(batch).toArray())
                .as("seed %d: %s as %s", seed, expression, json)
                .isEqualTo(RowFilter.bind(schema, expression).select(batch).toArray());
          }
        }
      }
    }
  }

  @Test
  void valuesHaveTheFormOfTheirColumn() {
    assertThat(FilterJson.toJson(Expressions.equal("at", "2026-01-31T12:30:00.000000001"), FLIGHTS))
        .isEqualTo("{\"type\":\"eq\",\"term\":\"at\",\"value\":\"2026-01-31T12:30:00.000000001\"}");
    assertThat(FilterJson.fromJson("{\"type\":\"gt\",\"term\":\"delay\",\"value\":60}", FLIGHTS))
        .hasToString("ref(name=\"delay\") > 60");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{ | can't be read",
        "5 | Cannot parse expression from non-object: 5",
        "{\"type\":\"like\",\"term\":\"origin\",\"value\":\"a\"} | can't be read",
        "{\"type\":\"eq\",\"term\":\"origin\"} | missing value",
        "{\"type\":\"eq\",\"term\":\"color\",\"value\":1} | column color, which does not exist. The columns are [origin, delay, at]",
        "{\"type\":\"eq\",\"term\":\"delay\",\"value\":\"late\"} | late",
        "{\"type\":\"eq\",\"term\":\"at\",\"value\":\"late\"} | late",
        "{\"type\":\"eq\",\"term\":\"at\",\"value\":true} | does not fit column at",
      })
  void whatIsNoFilterIsRefused(String json, String message) {
    assertThatThrownBy(() -> FilterJson.fromJson(json, FLIGHTS))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining(message)
        .extracting("code")
        .isEqualTo(INVALID_REQUEST);
  }
}
