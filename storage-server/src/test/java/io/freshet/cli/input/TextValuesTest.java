/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.freshet.error.FreshetException;
import io.freshet.table.ColumnText;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextValuesTest {
  @Test
  void readsEveryType() {
    assertThat(parse("boolean", "TRUE")).isEqualTo(true);
    assertThat(parse("int", " -7 ")).isEqualTo(-7);
    assertThat(parse("long", "9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(parse("float", "1.5e3")).isEqualTo(1500f);
    assertThat(parse("double", "-inf")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(parse("double", "nan")).isEqualTo(Double.NaN);
    assertThat(parse("decimal(5,2)", "1.5")).isEqualTo(new BigDecimal("1.50"));
    assertThat(parse("decimal(5,2)", "1.500e1")).isEqualTo(new BigDecimal("15.00"));
    assertThat(parse("date", "2001-01-31")).isEqualTo(LocalDate.of(2001, 1, 31));
    assertThat(parse("time", "23:59")).isEqualTo(LocalTime.of(23, 59));
    assertThat(parse("time", "23:59:58.123456")).isEqualTo(LocalTime.of(23, 59, 58, 123_456_000));
    assertThat(parse("string", " a ")).isEqualTo(" a ");
    assertThat(parse("binary", "00fF")).isEqualTo(ByteBuffer.wrap(new byte[] {0, -1}));
    assertThat((byte[]) parse("fixed(2)", "00ff")).containsExactly(0, -1);
    assertThat(parse("uuid", "123e4567-e89b-12d3-a456-426614174000"))
        .isEqualTo(UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
  }

  @ParameterizedTest
  @CsvSource({
    "2001-01-31T23:59:58.123456, 2001-01-31T23:59:58.123456",
    "2001-01-31 23:59:58.1, 2001-01-31T23:59:58.1",
    "2001-01-31 23:59, 2001-01-31T23:59",
    "2001-01-31, 2001-01-31T00:00",
  })
  void readsTimestamps(String text, String iso) {
    assertThat(parse("timestamp", text)).isEqualTo(LocalDateTime.parse(iso));
    assertThat(parse("timestamp_ns", text)).isEqualTo(LocalDateTime.parse(iso));
  }

  @ParameterizedTest
  @CsvSource({
    "2001-01-31T23:59:58.123456Z, 2001-01-31T23:59:58.123456Z",
    "2001-01-31 23:59:58+02:00, 2001-01-31T23:59:58+02:00",
    "2001-01-31 23:59:58 -0230, 2001-01-31T23:59:58-02:30",
    "2001-01-31 23:59 +01, 2001-01-31T23:59+01:00",
  })
  void readsTimestampsWithZones(String text, String iso) {
    assertThat(parse("timestamptz", text)).isEqualTo(OffsetDateTime.parse(iso));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          boolean      | yes          | 'yes' is not a boolean (true or false)
          int          | abc          | 'abc' is not an int
          int          | 2147483648   | '2147483648' is not an int
          int          | 1.0          | '1.0' is not an int
          int          | ''           | '' is not an int
          long         | 1e3          | '1e3' is not a long
          float        | 1e39         | '1e39' is not a float (such as 1.5 or 2e10, or NaN or Infinity)
          double       | 12d          | '12d' is not a double
          double       | 0x1p3        | '0x1p3' is not a double
          double       | 1e999        | '1e999' is not a double
          decimal(5,2) | 1.234        | '1.234' is not a decimal(5, 2) (at most 3 digits before the point and 2 after it)
          decimal(5,2) | 1000         | '1000' is not a decimal(5, 2)
          decimal(5,2) | 1e2000000000 | '1e2000000000' is not a decimal(5, 2)
          date         | 2001-02-29   | '2001-02-29' is not a date (such as 2001-01-31)
          date         | 31.1.2001    | '31.1.2001' is not a date
          time         | 24:00        | '24:00' is not a time (such as 23:59:59.123456)
          timestamp    | 2001-01-31T00:00:00Z | is not a timestamp (such as 2001-01-31T23:59:59, without a zone, at most 6 digits
          timestamp    | 2001-01-31T00:00:00.1234567 | is not a timestamp
          timestamptz  | 2001-01-31T00:00:00 | is not a timestamptz (such as 2001-01-31T23:59:59Z or …+02:00, at most 6 digits
          binary       | 0            | '0' is not a binary (hexadecimal digits, two for each byte)
          fixed(2)     | 00           | '00' is not a fixed[2] (2 bytes, two hexadecimal digits for each)
          uuid         | 1-1-1-1-1    | '1-1-1-1-1' is not a uuid
          """)
  void refusesWithTheExpectedForm(String type, String text, String message) {
    assertThatThrownBy(() -> parse(type, text))
        .asInstanceOf(type(FreshetException.class))
        .satisfies(e -> assertThat(e.code()).isEqualTo(SCHEMA_MISMATCH))
        .satisfies(e -> assertThat(e).hasMessageContaining(message));
  }

  @Test
  void longValuesAreCutInMessages() {
    assertThatThrownBy(() -> parse("int", "x\n".repeat(100_000)))
        .hasMessageStartingWith("'x x x")
        .hasMessageEndingWith("…' is not an int");
  }

  private static Object parse(String typeName, String text) {
    Type type = ColumnText.parse("c " + typeName).findType("c");
    return TextValues.parse(text, type);
  }
}
