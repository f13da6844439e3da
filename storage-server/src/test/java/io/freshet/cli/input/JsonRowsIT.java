/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.cli.input.InputFiles.inferred;
import static io.freshet.cli.input.InputFiles.readTexts;
import static io.freshet.cli.input.InputFiles.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.cli.input.InputOptions.ExtraColumns;
import io.freshet.cli.input.InputOptions.RowNumber;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Console.Stream;
import io.freshet.cli.output.RowPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonRowsIT {
  private static final InputOptions DEFAULTS = InputOptions.defaults();

  @TempDir private Path folder = Path.of("");

  @Test
  void readsObjectsOfEveryKind() throws IOException {
    Path file =
        write(
            folder,
            "a.jsonl",
            """
            {"id": 1, "tags": ["a", null], "place": {"city": "Oslo", "zip": 7}, "m": {"2": 1.5}}

            {"m": {}, "tags": [], "ID": 2.0, "place": {"zip": null}}
            {"id": 3}
            """);

    assertThat(
            readTexts(
                file,
                "id long not null, tags list<string>, place struct<zip:int, city:string>,"
                    + " m map<int, double>",
                DEFAULTS))
        .containsExactly(
            "Record(1, [a, null], Record(7, Oslo), {2=1.5})",
            "Record(2, [], Record(null, null), {})",
            "Record(3, null, null, null)");
  }

  @Test
  void readsOneArrayOfObjectsAndScalarsAsTexts() throws IOException {
    Path array = write(folder, "a.json", "[\n{\"s\": 1.50},\n{\"s\": true}, {\"s\": \"x\"}]\n");

    assertThat(readTexts(array, "s string", DEFAULTS))
        .containsExactly("Record(1.50)", "Record(true)", "Record(x)");
  }

  @Test
  void decimalsKeepTheirDigits() throws IOException {
    Path file = write(folder, "a.jsonl", "{\"d\": 12345678901234567890.12}\n{\"d\": \"0.1\"}\n");

    assertThat(readTexts(file, "d decimal(38,2)", DEFAULTS))
        .containsExactly("Record(12345678901234567890.12)", "Record(0.10)");
  }

  @Test
  void rowNumbersFillAColumn() throws IOException {
    Path file = write(folder, "a.jsonl", "{\"s\":\"x\"}{\"s\":\"y\"}");

    assertThat(
            readTexts(
                file, "id long not null, s string", DEFAULTS.withRowNumber(new RowNumber("id", 5))))
        .containsExactly("Record(5, x)", "Record(6, y)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"i": "abc"}            | a.jsonl line 2, column i: 'abc' is not an int
          {"i": 1.5}              | a.jsonl line 2, column i: '1.5' is not an int
          {"i": 3000000000}       | a.jsonl line 2, column i: '3000000000' is not an int
          {"i": 1e400000000}      | a.jsonl line 2, column i: '1e400000000' is not an int
          {"i": {"x": 1}}         | a.jsonl line 2, column i: '{…}' is not an int
          {"i": true}             | a.jsonl line 2, column i: 'true' is not an int
          {"b": 1}                | a.jsonl line 2, column b: '1' is not a boolean (true or false)
          {"at": 12345}           | a.jsonl line 2, column at: '12345' is not a timestamp (such as
          {"place": [1]}          | a.jsonl line 2, column place: '[…]' is not a struct (such as
          {"place": {"zip": "x"}} | a.jsonl line 2, column place.zip: 'x' is not an int
          {"place": {}}           | a.jsonl line 2, column place.zip: the value is missing, and the column is required
          {"tags": [1, {}]}       | a.jsonl line 2, column tags.element: '{…}' is not an int
          {"tags": 1}             | a.jsonl line 2, column tags: '1' is not a list (such as [1, 2])
          {"m": {"x": 1}}         | a.jsonl line 2, column m.key: 'x' is not an int
          {"i": 1, "i": 2}        | a.jsonl line 2 is not JSON: Duplicate field 'i'
          {"i": 1                 | a.jsonl line 3 is not JSON: Unexpected end-of-input
          {"i": 1]                | a.jsonl line 2 is not JSON: Unexpected close marker
          {"x": 1}                | a.jsonl line 2, the field x is no column of the table
          {"place": {"zip":1, "x":1}} | a.jsonl line 2, the field place.x is no column of the table
          [1, 2]                  | a.jsonl line 2: a row is a JSON object, and this is '1'
          7                       | a.jsonl line 2: a row is a JSON object, and this is '7'
          """)
  void wrongValuesAreNamedWithTheirPlace(String line, String message) throws IOException {
    Path file = write(folder, "a.jsonl", "{\"i\": 1}\n" + line + "\n");

    assertThatThrownBy(() ->
            readTexts(
                file,
                "i int, b boolean, at timestamp, place struct<zip:int not null>,"
                    + " tags list<int>, m map<int,int>",
                DEFAULTS))
        .hasMessageContaining(message);
  }

  @Test
  void requiredAndExtraColumns() throws IOException {
    Path file = write(folder, "a.jsonl", "{\"i\": 1, \"x\": {\"y\": [1, {}]}}\n{\"i\": null}\n");
    InputOptions ignoring = DEFAULTS.withExtraColumns(ExtraColumns.IGNORE);

    assertThat(readTexts(file, "i int", ignoring)).containsExactly("Record(1)", "Record(null)");
    assertThatThrownBy(() -> readTexts(file, "i int not null", ignoring))
        .hasMessage("a.jsonl line 2, column i: the value is null, and the column is required");
    assertThatThrownBy(() -> readTexts(file, "i int, k int not null", ignoring))
        .hasMessage("a.jsonl line 1, column k: the value is missing, and the column is required");
  }

  @Test
  void typesAreInferredFromTheFirstRows() throws IOException {
    Path file =
        write(
            folder,
            "a.jsonl",
            """
            {"l": 1, "d": 1, "b": true, "day": "2001-01-31", "s": "1", "big": 1, "n": null}
            {"d": 1.5, "s": "x", "big": 12345678901234567890, "mixed": 1}
            {"p": {"x": 1}, "list": [{"a": 1}, {"b": "z"}], "mixed": "a", "none": []}
            {"p": {"y": 2.5}}
            """);

    assertThat(inferred(file, DEFAULTS))
        .isEqualTo(
            "l long, d double, b boolean, day date, s string, big decimal(38,0), n string,"
                + " mixed string, p struct<x long, y double>, list list<struct<a long, b string>>,"
                + " none list<string>");
  }

  @Test
  void inferenceRefusesWhatNoColumnHolds() throws IOException {
    Path kinds = write(folder, "a.jsonl", "{\"x\": {\"y\": 1}}\n{\"x\": {\"y\": [1]}}\n");
    Path none = write(folder, "b.jsonl", "");
    Path empty = write(folder, "c.jsonl", "{\"x\": {}}");
    Path deep = write(folder, "d.jsonl", "{\"x\":".repeat(100) + "1" + "}".repeat(100));

    assertThatThrownBy(() -> inferred(kinds, DEFAULTS))
        .hasMessageContaining("The values of x.y are of several kinds");
    assertThatThrownBy(() -> inferred(none, DEFAULTS)).hasMessageContaining("has no rows");
    assertThatThrownBy(() -> inferred(empty, DEFAULTS)).hasMessageContaining("x have no fields");
    assertThatThrownBy(() -> inferred(deep, DEFAULTS)).hasMessageContaining("nests more than 32");
  }

  @Test
  void printedRowsAreReadBackTheSame() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      RandomRows random = new RandomRows(new Random(seed));
      Schema schema = random.schema(2);
      List<Record> rows = random.rows(schema, 30);
      Path file = folder.resolve(seed + ".jsonl");
      ByteArrayOutputStream json = new ByteArrayOutputStream();
      Console console =
          new Console(new PrintStream(json, true, UTF_8), System.err, Stream.PIPE, Stream.PIPE, 80);
      console.useJson();
      try (RootAllocator allocator = new RootAllocator();
          VectorSchemaRoot batch = RandomRows.batch(schema, rows, allocator)) {
        new RowPrinter(console, schema).print(batch);
      }
      Files.write(file, json.toByteArray());

      ParquetRowsIT.assertSameRows(
          InputFiles.read(file, schema, DEFAULTS), rows, schema, "seed " + seed);
    }
  }
}
