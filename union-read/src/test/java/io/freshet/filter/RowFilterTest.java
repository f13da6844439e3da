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
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.error.FreshetException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RowFilterTest {
  private static final Schema FLIGHTS =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "origin", Types.StringType.get()),
          optional(3, "delay", Types.IntegerType.get()));

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void closesEmpty() {
    allocator.close();
  }

  @Test
  void selectsTheRowsThatIcebergsEvaluatorSelects() {
    for (int seed = 0; seed < 600; seed++) {
      Random random = new Random(seed);
      RandomRows values = new RandomRows(random);
      Schema schema = values.schema(2);
      List<Record> rows = values.rows(schema, random.nextInt(150));
      RandomExpressions expressions = new RandomExpressions(random, schema);
      try (VectorSchemaRoot batch = RandomRows.batch(schema, rows, allocator)) {
        ZoneMap zones = new ZoneMap(schema, batch);
        for (int i = 0; i < 20; i++) {
          Expression expression = expressions.expression(3);
          RowFilter filter = RowFilter.bind(schema, expression);
          Selection selection = filter.select(batch);
          int[] expected = evaluate(schema, rows, expression);
          assertThat(selection.toArray())
              .as("seed %d: %s of %s", seed, expression, schema)
              .isEqualTo(expected);
          if (expected.length > 0) {
            assertThat(filter.mayMatch(zones))
                .as("zones, seed %d: %s of %s", seed, expression, schema)
                .isTrue();
          }
        }
      }
    }
  }

  @Test
  void aComparisonWithNullIsFalseAndAnInequalityIsTrue() {
    List<Record> rows = List.of(flight(1, "SFO", null), flight(2, null, 5));
    try (VectorSchemaRoot batch = RandomRows.batch(FLIGHTS, rows, allocator)) {
      assertThat(select(batch, Expressions.lessThan("delay", 10))).containsExactly(1);
      assertThat(select(batch, Expressions.not(Expressions.greaterThan("delay", 10))))
          .containsExactly(1);
      assertThat(select(batch, Expressions.notEqual("delay", 5))).containsExactly(0);
      assertThat(select(batch, Expressions.notIn("origin", "SFO", "OAK"))).containsExactly(1);
      assertThat(select(batch, Expressions.notStartsWith("origin", "S"))).containsExactly(1);
      assertThat(select(batch, Expressions.isNull("delay"))).containsExactly(0);
    }
  }

  @Test
  void anUnknownColumnIsRefusedWithTheColumnsThatExist() {
    assertThatThrownBy(() -> RowFilter.bind(FLIGHTS, Expressions.equal("Origin", "SFO")))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "Filter ref(name=\"Origin\") == \"SFO\" names column Origin, which does not exist."
                + " The columns are [id, origin, delay]")
        .extracting("code")
        .isEqualTo(INVALID_REQUEST);
    assertThat(RowFilter.bindIgnoringCase(FLIGHTS, Expressions.equal("Origin", "SFO")).fieldIds())
        .containsExactly(2);
  }

  @Test
  void aLiteralThatDoesNotFitIsRefusedWithColumnAndValue() {
    assertThatThrownBy(() -> RowFilter.bind(FLIGHTS, Expressions.equal("delay", "late")))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("does not fit column delay of type int")
        .hasMessageContaining("late")
        .extracting("code")
        .isEqualTo(INVALID_REQUEST);
    assertThatThrownBy(() -> RowFilter.bind(FLIGHTS, Expressions.isNaN("delay")))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("does not fit column delay of type int");
  }

  @Test
  void aBatchOfOtherTypesIsRefused() {
    Schema other = new Schema(optional(3, "delay", Types.LongType.get()));
    GenericRecord row = GenericRecord.create(other);
    row.set(0, 5L);
    RowFilter filter = RowFilter.bind(FLIGHTS, Expressions.equal("delay", 5));
    try (VectorSchemaRoot batch = RandomRows.batch(other, List.of(row), allocator)) {
      assertThatThrownBy(() -> filter.select(batch))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining("needs column delay of type int")
          .extracting("code")
          .isEqualTo(SCHEMA_MISMATCH);
    }
  }

  @Test
  void zonesSkipABatchThatHasNoSuchValue() {
    List<Record> rows = List.of(flight(1, "SFO", 3), flight(2, "SFO", 9));
    try (VectorSchemaRoot batch = RandomRows.batch(FLIGHTS, rows, allocator)) {
      ZoneMap zones = new ZoneMap(FLIGHTS, batch);
      assertThat(mayMatch(zones, Expressions.greaterThan("delay", 9))).isFalse();
      assertThat(mayMatch(zones, Expressions.greaterThan("delay", 8))).isTrue();
      assertThat(mayMatch(zones, Expressions.equal("origin", "OAK"))).isFalse();
      assertThat(mayMatch(zones, Expressions.startsWith("origin", "SF"))).isTrue();
      assertThat(mayMatch(zones, Expressions.isNull("origin"))).isFalse();
    }
  }

  private static boolean mayMatch(ZoneMap zones, Expression expression) {
    return RowFilter.bind(FLIGHTS, expression).mayMatch(zones);
  }

  private static int[] select(VectorSchemaRoot batch, Expression expression) {
    return RowFilter.bind(FLIGHTS, expression).select(batch).toArray();
  }

  private static int[] evaluate(Schema schema, List<Record> rows, Expression expression) {
    Evaluator evaluator =
        new Evaluator(schema.asStruct(), RandomExpressions.withoutNullsFirst(expression));
    InternalRecordWrapper wrapper = new InternalRecordWrapper(schema.asStruct());
    return IntStream.range(0, rows.size())
        .filter(row -> evaluator.eval(wrapper.wrap(rows.get(row))))
        .toArray();
  }

  private static Record flight(long id, @Nullable String origin, @Nullable Integer delay) {
    GenericRecord record = GenericRecord.create(FLIGHTS);
    record.set(0, id);
    record.set(1, origin);
    record.set(2, delay);
    return record;
  }
}
