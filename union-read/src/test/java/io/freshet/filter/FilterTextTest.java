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
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.error.FreshetException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilterTextTest {
  private static final Types.StructType PLACE =
      Types.StructType.of(optional(21, "city", Types.StringType.get()));
  private static final Schema FLIGHTS =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "origin", Types.StringType.get()),
          optional(3, "delay", Types.IntegerType.get()),
          optional(4, "day", Types.DateType.get()),
          optional(5, "at", Types.TimestampType.withZone()),
          optional(6, "price", Types.DecimalType.of(9, 2)),
          optional(7, "late", Types.BooleanType.get()),
          optional(8, "raw", Types.BinaryType.get()),
          optional(9, "speed", Types.DoubleType.get()),
          optional(10, "Odd Name", Types.IntegerType.get()),
          optional(20, "place", PLACE));

  private final BufferAllocator allocator = new RootAllocator();
  private @Nullable VectorSchemaRoot batch;

  @BeforeAll
  void fillBatch() {
    batch =
        RandomRows.batch(
            FLIGHTS,
            List.of(
                flight(0, "SFO", 70, "Oakland"),
                flight(1, "S'F", 5, null),
                flight(2, null, null, "Oslo")),
            allocator);
  }

  @AfterAll
  void closesEmpty() {
    if (batch != null) {
      batch.close();
    }
    allocator.close();
  }

  /** Rows: 0 (SFO, 70, Oakland), 1 (S'F, 5, null), 2 (null, null, Oslo). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "delay > 60 AND origin = 'SFO'            | 0",
        "delay > 60 and Origin = 'SFO' or id = 2  | 0 2",
        "(delay>60 or id=2) and not (id = 2)      | 0",
        "origin = 'S''F'                          | 1",
        "delay != 70                              | 1",
        "NOT delay = 70                           | 1",
        "not (delay = 70 and id = 0)              | 1 2",
        "delay <> 70 or delay is null             | 1 2",
        "delay IN (5, 70, -3)                     | 0 1",
        "delay NOT IN (5)                         | 0",
        "delay BETWEEN 5 AND 69                   | 1",
        "delay not between 5 and 69               | 0",
        "origin LIKE 'S%'                         | 0 1",
        "origin NOT LIKE 'SF%'                    | 1",
        "origin LIKE 'SFO'                        | 0",
        "origin LIKE '%'                          | 0 1",
        "origin IS NOT NULL                       | 0 1",
        "NOT origin IS NOT NULL                   | 2",
        "day = DATE '2026-01-31'                  | 0 1 2",
        "day < '2026-02-01'                       | 0 1 2",
        "at = TIMESTAMP '2026-01-31 12:30:00'     | 0 1 2",
        "at >= TIMESTAMP '2026-01-31'             | 0 1 2",
        "at < '2026-01-31T12:30:00+01:00'         | ~~",
        "price = 1.5                              | 0 1 2",
        "price >= 1                               | 0 1 2",
        "late = true                              | 0 1 2",
        "raw = X'ff00'                            | 0 1 2",
        "speed < 1e3 AND speed is not nan         | 0 1 2",
        "speed = 2                                | 0 1 2",
        "\"Odd Name\" = 7                         | 0 1 2",
        "place.city LIKE 'O%' AND place IS NOT NULL | 0 2",
        "TRUE                                     | 0 1 2",
        "NOT TRUE                                 | ~~",
        "delay < 3000000000                       | 0 1",
      })
  void selects(String filter, String rows) {
    Expression expression = FilterText.parse(filter, FLIGHTS);
    assertThat(selected(expression)).isEqualTo(rows);
    Expression sent = FilterJson.fromJson(FilterJson.toJson(expression, FLIGHTS), FLIGHTS);
    assertThat(selected(sent)).isEqualTo(rows);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "delay >                   | 8  | expected a value, found the end",
        "delay > AND id = 1        | 9  | expected a value, found AND",
        "color = 1                 | 1  | column color does not exist. The columns are id, origin",
        "id = 1 AND color = 1      | 12 | column color does not exist",
        "delay = 'late'            | 9  | column delay of type int: it can't be compared with 'late'",
        "delay = 1.5               | 9  | 1.5 is no such value",
        "price = 1.555             | 9  | 1.555 is no such value",
        "day = DATE '2026-02-31'   | 7  | '2026-02-31' is no such value",
        "day = 5                   | 7  | column day of type date: it can't be compared with a number",
        "origin = SFO              | 10 | Text is written in single quotes",
        "origin = NULL             | 10 | to find null, write IS NULL",
        "origin LIKE '%SFO'        | 13 | LIKE takes one % at the end",
        "delay LIKE 'a%'           | 12 | LIKE needs a string column",
        "(delay = 1                | 11 | expected AND, OR or ), found the end",
        "delay = 1 origin          | 11 | expected AND, OR or the end, found origin",
        "delay IN 5                | 10 | expected (, found 5",
        "delay IN (5               | 12 | expected , or ), found the end",
        "delay BETWEEN 5 OR 6      | 17 | expected AND, found OR",
        "delay # 5                 | 7  | unexpected character #",
        "origin = 'SFO             | 10 | the closing ' is missing",
        "place = 5                 | 9  | only IS NULL and IS NOT NULL can be asked",
        "delay NOT 5               | 11 | expected IN, BETWEEN or LIKE, found 5",
        "id IS NAN                 | 1  | column id has type long without NaN",
        "~~                        | 1  | expected a column, found the end",
      })
  void refusesWithThePosition(String filter, int position, String message) {
    assertThatThrownBy(() -> FilterText.parse(filter, FLIGHTS))
        .isInstanceOf(FreshetException.class)
        .hasMessageStartingWith("Filter can't be read at position " + position + ": ")
        .hasMessageContaining(message)
        .hasMessageEndingWith("\n  " + filter + "\n  " + " ".repeat(position - 1) + "^")
        .extracting("code")
        .isEqualTo(INVALID_REQUEST);
  }

  @Test
  void longChainsAreReadAndDeepNestsRefused() {
    String chain = String.join(" OR ", Collections.nCopies(20_000, "id = 1"));
    assertThat(selected(FilterText.parse(chain, FLIGHTS))).isEqualTo("1");
    String nest = "(".repeat(10_000) + "id = 1" + ")".repeat(10_000);
    assertThatThrownBy(() -> FilterText.parse(nest, FLIGHTS))
        .isInstanceOf(FreshetException.class)
        .hasMessageContaining("more than 200 levels of NOT and parentheses");
  }

  private String selected(Expression expression) {
    if (batch == null) {
      throw new IllegalStateException("no batch");
    }
    int[] rows = RowFilter.bind(FLIGHTS, expression).select(batch).toArray();
    return String.join(" ", Arrays.stream(rows).mapToObj(Integer::toString).toList());
  }

  private static Record flight(
      long id, @Nullable String origin, @Nullable Integer delay, @Nullable String city) {
    GenericRecord place = GenericRecord.create(PLACE);
    place.set(0, city);
    GenericRecord row = GenericRecord.create(FLIGHTS);
    row.set(0, id);
    row.set(1, origin);
    row.set(2, delay);
    row.set(3, LocalDate.of(2026, 1, 31));
    row.set(4, OffsetDateTime.parse("2026-01-31T12:30:00Z"));
    row.set(5, new BigDecimal("1.50"));
    row.set(6, true);
    row.set(7, ByteBuffer.wrap(new byte[] {(byte) 0xff, 0}));
    row.set(8, 2.0);
    row.set(9, 7);
    row.set(10, place);
    return row;
  }
}
