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

import io.freshet.arrow.RandomRows;
import io.freshet.table.ColumnText;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;

final class RowPrinterTest {
  private static final Schema SCHEMA =
      ColumnText.parse(
          "b boolean, i int, d double, dec decimal(5,2), day date, t time, at timestamp,"
              + " tz timestamptz, s string, bin binary, list list<int>, m map<string, double>,"
              + " p struct<x:int, y:string>");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console = Consoles.of(out, err, Console.Stream.PIPE);

  @Test
  void printsEveryTypeAsText() {
    print(row(), GenericRecord.create(SCHEMA));

    List<String> lines = out.toString(UTF_8).lines().toList();
    assertThat(Arrays.stream(lines.get(2).split("\\|")).map(String::strip))
        .containsExactly(
            "true",
            "-7",
            "1.5",
            "0.10",
            "2001-01-31",
            "23:59:00.5",
            "2001-01-31 23:59:00",
            "2001-01-31 21:59:00Z",
            "it's",
            "00ff",
            "[1,null]",
            "{\"k\":\"NaN\"}",
            "{\"x\":null,\"y\":\"\\\"\"}");
    assertThat(lines.get(3).split("\\|")).allSatisfy(c -> assertThat(c.strip()).isEqualTo("NULL"));
    assertThat(lines.get(4)).isEqualTo("(2 rows)");
  }

  @Test
  void printsJsonLines() {
    console.useJson();
    print(row());

    assertThat(out.toString(UTF_8).strip())
        .isEqualTo(
            "{\"b\":true,\"i\":-7,\"d\":1.5,\"dec\":0.10,\"day\":\"2001-01-31\",\"t\":\"23:59:00.5\","
                + "\"at\":\"2001-01-31 23:59:00\",\"tz\":\"2001-01-31 21:59:00Z\",\"s\":\"it's\","
                + "\"bin\":\"00ff\",\"list\":[1,null],\"m\":{\"k\":\"NaN\"},"
                + "\"p\":{\"x\":null,\"y\":\"\\\"\"}}");
  }

  private static Record row() {
    GenericRecord place = GenericRecord.create(SCHEMA.findType("p").asStructType());
    place.setField("y", "\"");
    Map<String, Double> map = new LinkedHashMap<>();
    map.put("k", Double.NaN);
    GenericRecord row = GenericRecord.create(SCHEMA);
    Object[] values = {
      true,
      -7,
      1.5,
      new BigDecimal("0.10"),
      LocalDate.of(2001, 1, 31),
      LocalTime.of(23, 59, 0, 500_000_000),
      LocalDateTime.of(2001, 1, 31, 23, 59),
      OffsetDateTime.parse("2001-01-31T23:59:00+02:00"),
      "it's",
      ByteBuffer.wrap(new byte[] {0, -1}),
      Arrays.asList(1, null),
      map,
      place
    };
    for (int i = 0; i < values.length; i++) {
      row.set(i, values[i]);
    }
    return row;
  }

  private void print(Record... rows) {
    RowPrinter printer = new RowPrinter(console, SCHEMA);
    try (RootAllocator allocator = new RootAllocator();
        VectorSchemaRoot batch = RandomRows.batch(SCHEMA, List.of(rows), allocator)) {
      printer.print(batch);
    }
    printer.finish();
  }

  /** Consoles whose output a test reads. */
  static final class Consoles {
    private Consoles() {}

    static Console of(
        ByteArrayOutputStream out, ByteArrayOutputStream err, Console.Stream errStream) {
      return new Console(
          new PrintStream(out, true, UTF_8),
          new PrintStream(err, true, UTF_8),
          Console.Stream.PIPE,
          errStream,
          100);
    }
  }
}
