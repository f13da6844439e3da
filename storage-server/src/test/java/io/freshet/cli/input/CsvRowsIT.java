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

import io.freshet.cli.input.InputOptions.ExtraColumns;
import io.freshet.cli.input.InputOptions.RowNumber;
import io.freshet.error.FreshetException;
import io.freshet.table.ColumnText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvRowsIT {
  private static final InputOptions DEFAULTS = InputOptions.defaults();

  @TempDir private Path folder = Path.of("");

  @Test
  void readsColumnsByNameInAnyOrderAndCase() throws IOException {
    Path file = write(folder, "a.csv", "Name,id,price\nx,1,2.50\n\"a,\"\"b\"\"\nc\",2,3\n");

    assertThat(readTexts(file, "id int, name string, price decimal(5,2), note string", DEFAULTS))
        .containsExactly("Record(1, x, 2.50, null)", "Record(2, a,\"b\"\nc, 3.00, null)");
  }

  @Test
  void emptyFieldsAreNullAndQuotedEmptyStringsAreNot() throws IOException {
    Path file = write(folder, "a.csv", "s,i\n,\n\"\",\"\"\n");

    assertThat(readTexts(file, "s string, i int", DEFAULTS))
        .containsExactly("Record(null, null)", "Record(, null)");
  }

  @Test
  void nullTextStandsForNullOnlyWhereItIsNotQuoted() throws IOException {
    Path file = write(folder, "a.csv", "s,i\nNA,NA\n\"NA\",1\n,2\n");

    assertThat(readTexts(file, "s string, i int", DEFAULTS.withNullText("NA")))
        .containsExactly("Record(null, null)", "Record(NA, 1)", "Record(, 2)");
  }

  @Test
  void readsTabsSemicolonsGzipByteOrderMarksAndWindowsLineEnds() throws IOException {
    Path tsv = write(folder, "a.tsv", "\uFEFFa\tb\r\n1\t2\r\n");
    Path semicolons = write(folder, "b.txt", "a;b\n1;2");
    Path gzip = folder.resolve("c.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
      out.write("a,b\n1,2\n".getBytes(UTF_8));
    }

    assertThat(readTexts(tsv, "a int, b int", DEFAULTS)).containsExactly("Record(1, 2)");
    assertThat(readTexts(gzip, "a int, b int", DEFAULTS)).containsExactly("Record(1, 2)");
    InputOptions options = DEFAULTS.withFormat(FileFormat.CSV).withDelimiter(';');
    assertThat(readTexts(semicolons, "a int, b int", options)).containsExactly("Record(1, 2)");
  }

  @Test
  void rowsAreCutIntoBatches() throws IOException {
    StringBuilder text = new StringBuilder("a\n");
    for (int i = 0; i < 2500; i++) {
      text.append(i).append('\n');
    }
    Path file = write(folder, "a.csv", text.toString());

    assertThat(InputFiles.read(file, ColumnText.parse("a int"), DEFAULTS, 1000))
        .hasSize(2500)
        .last()
        .hasToString("Record(2499)");
  }

  @Test
  void rowNumbersFillAColumn() throws IOException {
    Path file = write(folder, "a.csv", "s\nx\ny\n");
    InputOptions options = DEFAULTS.withRowNumber(new RowNumber("id", 100));

    assertThat(readTexts(file, "id long primary key, s string", options))
        .containsExactly("Record(100, x)", "Record(101, y)");
    assertThat(inferred(file, options)).isEqualTo("id long not null, s string");
    assertThatThrownBy(() -> readTexts(file, "id int, s string", options))
        .hasMessageContaining("Row numbers need a column of type long");
    assertThatThrownBy(
            () -> readTexts(file, "s long", DEFAULTS.withRowNumber(new RowNumber("s", 0))))
        .hasMessageContaining("a.csv has a column s of its own");
  }

  @Test
  void wrongValuesAreNamedWithTheirPlace() throws IOException {
    Path file = write(folder, "flights.csv", "a,delay\n\"x\ny\",1\nz,abc\n");

    assertThatThrownBy(() -> readTexts(file, "a string, delay int", DEFAULTS))
        .isInstanceOf(FreshetException.class)
        .hasMessage("flights.csv line 4, column delay: 'abc' is not an int");
    Path empty = write(folder, "empty.csv", "a,delay\nx,1\ny,\n");
    assertThatThrownBy(() -> readTexts(empty, "a string, delay int not null", DEFAULTS))
        .hasMessage(
            "empty.csv line 3, column delay: the field is null, and the column is required");
  }

  @Test
  void missingAndExtraColumnsAreRefused() throws IOException {
    Path file = write(folder, "a.csv", "a,b,c\n1,2,3\n");

    assertThatThrownBy(() -> readTexts(file, "a int, id int not null, k int not null", DEFAULTS))
        .hasMessage(
            "a.csv lacks the columns id, k, which the table requires: it has the columns a, b, c");
    assertThatThrownBy(() -> readTexts(file, "a int, b int", DEFAULTS))
        .hasMessageStartingWith("a.csv has the column c, which the table lacks");
    assertThat(readTexts(file, "a int, b int", DEFAULTS.withExtraColumns(ExtraColumns.IGNORE)))
        .containsExactly("Record(1, 2)");
  }

  @Test
  void brokenFilesAreRefused() throws IOException {
    Path ragged = write(folder, "ragged.csv", "a,b\n1,2\n1,2,3\n");
    Path twice = write(folder, "twice.csv", "a,a\n1,2\n");
    Path unnamed = write(folder, "unnamed.csv", "a,\n1,2\n");
    Path empty = write(folder, "empty.csv", "");
    Path latin1 = Files.write(folder.resolve("latin1.csv"), new byte[] {'a', '\n', (byte) 0xE9});
    Path header = write(folder, "header.csv", "a,b\n");

    assertThatThrownBy(() -> readTexts(ragged, "a int, b int", DEFAULTS))
        .hasMessage("ragged.csv line 3 has 3 fields, and the header has 2");
    assertThatThrownBy(() -> readTexts(twice, "a int", DEFAULTS))
        .hasMessageContaining("The header of twice.csv has a twice");
    assertThatThrownBy(() -> readTexts(unnamed, "a int", DEFAULTS))
        .hasMessageContaining("The header of unnamed.csv has no name for column 2");
    assertThatThrownBy(() -> readTexts(empty, "a int", DEFAULTS))
        .hasMessageContaining("empty.csv is empty");
    assertThatThrownBy(() -> readTexts(latin1, "a string", DEFAULTS))
        .hasMessageContaining("latin1.csv can't be read as UTF-8 text");
    assertThatThrownBy(() -> readTexts(ragged, "a int, b list<int>", DEFAULTS))
        .hasMessageContaining("Column b has type list<int>, which CSV can't hold");
    assertThat(readTexts(header, "a int, b int", DEFAULTS)).isEmpty();
  }

  @Test
  void wrongFilesAreRefused() {
    assertThatThrownBy(() -> readTexts(folder.resolve("none.csv"), "a int", DEFAULTS))
        .hasMessageContaining("There is no file");
    assertThatThrownBy(() -> readTexts(folder, "a int", DEFAULTS))
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> RowFile.of("-", DEFAULTS))
        .hasMessageContaining("Can't tell the format of standard input");
  }

  @Test
  void typesAreInferredFromTheFirstRows() throws IOException {
    Path file =
        write(
            folder,
            "a.csv",
            """
            l,d,b,day,at,tz,s,zip,none,mixed
            1,1,true,2001-01-31,2001-01-31,2001-01-31T00:00Z,x,01234,,1
            -2,1.5,FALSE,2001-02-28,2001-01-31 23:59,2001-01-31T00:00+02:00,1,99999,,true
            ,,,,,,,,,
            """);

    assertThat(inferred(file, DEFAULTS))
        .isEqualTo(
            "l long, d double, b boolean, day date, at timestamp, tz timestamptz, s string,"
                + " zip string, none string, mixed string");
  }
}
