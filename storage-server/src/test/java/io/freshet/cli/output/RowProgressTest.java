/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class RowProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long nanos;

  @Test
  void saysALineEveryFiveSecondsInAPipe() {
    Console console = RowPrinterTest.Consoles.of(out, err, Console.Stream.PIPE);
    try (RowProgress progress =
        new RowProgress(console, "a.csv", OptionalLong.empty(), () -> nanos)) {
      for (int second = 1; second <= 11; second++) {
        nanos = second * SECOND;
        progress.advance(1000, second / 20.0);
      }
      assertThat(progress.rows()).isEqualTo(11_000);
      assertThat(progress.elapsedNanos()).isEqualTo(11 * SECOND);
    }

    assertThat(err.toString(UTF_8).lines())
        .containsExactly(
            "a.csv: 5,000 rows (25 %), 1,000 rows/s", "a.csv: 10,000 rows (50 %), 1,000 rows/s");
    assertThat(out.size()).isZero();
  }

  @Test
  void isSilentWithJson() {
    Console console = RowPrinterTest.Consoles.of(out, err, Console.Stream.TERMINAL);
    console.useJson();
    try (RowProgress progress =
        new RowProgress(console, "a.csv", OptionalLong.of(10), () -> nanos)) {
      nanos = 60 * SECOND;
      progress.advance(5, 0.5);
    }

    assertThat(err.size()).isZero();
  }

  @Test
  void drawsABarOnATerminal() {
    Console console = RowPrinterTest.Consoles.of(out, err, Console.Stream.TERMINAL);
    try (RowProgress progress =
        new RowProgress(console, "a.parquet", OptionalLong.of(10), () -> nanos)) {
      progress.advance(5, 0.5);
    }

    assertThat(err.toString(UTF_8)).contains("a.parquet").contains("50%");
  }

  @Test
  void quantitiesAreReadable() {
    assertThat(Quantities.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Quantities.bytes(1023)).isEqualTo("1023 B");
    assertThat(Quantities.bytes(13_493_022)).isEqualTo("12.9 MiB");
    assertThat(Quantities.duration(123_456_789)).isEqualTo("0.123 s");
    assertThat(Quantities.duration(59_940_000_000L)).isEqualTo("59.9 s");
    assertThat(Quantities.duration(125 * SECOND)).isEqualTo("2 min 5 s");
    assertThat(Quantities.rate(3000, 2 * SECOND)).isEqualTo("1,500 rows/s");
  }
}
