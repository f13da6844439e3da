/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.cli.input.InputFiles.readTexts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.cli.input.InputOptions.ExtraColumns;
import io.freshet.cli.input.InputOptions.RowNumber;
import io.freshet.table.ColumnText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.TypeUtil;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ParquetRowsIT {
  private static final InputOptions DEFAULTS = InputOptions.defaults();

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void rowsOfAnySchemaAreReadAsTheyWereWritten(int depth) throws IOException {
    for (int seed = 0; seed < 30; seed++) {
      RandomRows random = new RandomRows(new Random(seed));
      Schema schema = random.schema(depth);
      List<Record> rows = random.rows(schema, 50);
      Path file = folder.resolve("rows-" + depth + "-" + seed + ".parquet");
      writeIceberg(file, schema, rows);
      Schema table = otherIds(schema);

      List<Record> read = InputFiles.read(file, table, DEFAULTS, 16);

      assertSameRows(read, rows, table, "seed " + seed);
      Schema inferred = RowFile.of(file.toString(), DEFAULTS).inferSchema();
      assertThat(ColumnText.format(inferred)).isEqualTo(ColumnText.format(schema));
    }
  }

  @Test
  void widensAndNarrowsWhereNothingIsLost() throws IOException {
    Path file =
        writeGroups(
            "message m { required int64 l; required int32 i; required int32 u (INTEGER(32,false));"
                + " required float f; required int64 ms (TIMESTAMP(MILLIS,false));"
                + " required int64 ns (TIMESTAMP(NANOS,true)); required int96 old;"
                + " required int32 t (TIME(MILLIS,true)); required int32 d (DECIMAL(5,2)); }",
            group ->
                group
                    .append("l", 7L)
                    .append("i", -1)
                    .append("u", -1)
                    .append("f", 1.5f)
                    .append("ms", 86_400_001L)
                    .append("ns", 1_000L)
                    .append("old", int96(2_440_588, 1_000_000))
                    .append("t", 1)
                    .append("d", 150));

    assertThat(
            readTexts(
                file,
                "l int, i long, u long, f double, ms timestamp, ns timestamptz, old timestamp,"
                    + " t time, d decimal(18,3)",
                DEFAULTS))
        .containsExactly(
            "Record(7, -1, 4294967295, 1.5, 1970-01-02T00:00:00.001, 1970-01-01T00:00:00.000001Z,"
                + " 1970-01-01T00:00:00.001, 00:00:00.001, 1.500)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          required int64 c                        | int       | a.parquet row 1, column c: the value (integer overflow) does not fit the table's type int
          required int64 c (TIMESTAMP(NANOS,false)) | timestamp | row 1, column c: the value (3000000001 ns, finer than microseconds) does not fit
          required int64 c (TIMESTAMP(MICROS,true)) | timestamp | Column c of a.parquet is 'required int64 c (TIMESTAMP(MICROS,true))', which the table's type timestamp can't take
          required int64 c                        | string    | which the table's type string can't take
          required int64 c                        | float     | which the table's type float can't take
          required int64 c                        | struct<x:int> | Column c of a.parquet has type long, which the table's type struct<
          """)
  void refusesWhatDoesNotFit(String column, String type, String message) throws IOException {
    Path file =
        writeGroups("message m { " + column + "; }", group -> group.append("c", 3_000_000_001L));

    assertThatThrownBy(() -> readTexts(file, "c " + type, DEFAULTS)).hasMessageContaining(message);
  }

  @Test
  void filesWithoutFieldIdsAreReadByName() throws IOException {
    Path file =
        writeGroups(
            "message m { optional group place { optional int32 zip; optional binary City (UTF8); }"
                + " optional group tags (LIST) { repeated group list { optional int32 element; } }"
                + " optional int64 id; }",
            group -> {
              group.addGroup("place").append("zip", 7).append("City", "Oslo");
              group.addGroup("tags").addGroup("list").append("element", 1);
              group.append("id", 9L);
            });

    assertThat(
            readTexts(
                file,
                "id long, extra int, n long, tags list<long>,"
                    + " place struct<city:string, more:date, zip:int>",
                DEFAULTS.withRowNumber(new RowNumber("n", 40))))
        .containsExactly("Record(9, null, 40, [1], Record(Oslo, null, 7))");
    assertThatThrownBy(() -> readTexts(file, "id long, tags list<int>", DEFAULTS))
        .hasMessageContaining("a.parquet has the column place, which the table lacks");
    String narrow = "id long, place struct<zip:int>";
    assertThatThrownBy(() -> readTexts(file, narrow + ", tags list<int>", DEFAULTS))
        .hasMessageContaining("a.parquet has the field place.City, which the table lacks");
    assertThat(readTexts(file, narrow, DEFAULTS.withExtraColumns(ExtraColumns.IGNORE)))
        .containsExactly("Record(9, Record(7))");
  }

  @Test
  void nullsInRequiredColumnsAreRefused() throws IOException {
    Path file = writeGroups("message m { optional int32 c; }", group -> {});
    Path nested = writeGroups("message m { optional group g { optional int32 x; } }", group -> {});

    assertThatThrownBy(() -> readTexts(file, "c int not null", DEFAULTS))
        .hasMessageContaining("lacks"); // Overwritten by the second file.
    assertThatThrownBy(() -> readTexts(nested, "g struct<x:int> not null", DEFAULTS))
        .hasMessageContaining("a.parquet row 1: Column g is required");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("b.parquet"), "a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n");

    assertThatThrownBy(() -> readTexts(text, "a int", DEFAULTS))
        .hasMessage("b.parquet is not a Parquet file");
  }

  private static void writeIceberg(Path file, Schema schema, List<Record> rows) throws IOException {
    try (FileAppender<Record> appender =
        Parquet.write(org.apache.iceberg.Files.localOutput(file.toFile()))
            .schema(schema)
            .createWriterFunc(GenericParquetWriter::create)
            .build()) {
      appender.addAll(rows);
    }
  }

  private Path writeGroups(String type, Consumer<Group> row) throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(type);
    Path file = folder.resolve("a.parquet");
    Files.deleteIfExists(file);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .build()) {
      Group group = new SimpleGroup(schema);
      row.accept(group);
      writer.write(group);
    }
    return file;
  }

  private static Binary int96(int julianDay, long nanosOfDay) {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(nanosOfDay).putInt(julianDay);
    return Binary.fromConstantByteArray(bytes.array());
  }

  /** The same schema with other field ids, as a table has that was made apart from the file. */
  private static Schema otherIds(Schema schema) {
    int[] lastId = {10_000};
    return TypeUtil.assignFreshIds(schema, () -> ++lastId[0]);
  }

  static void assertSameRows(
      List<Record> read, List<Record> expected, Schema schema, String description) {
    assertThat(read).as(description).hasSameSizeAs(expected);
    for (int i = 0; i < read.size(); i++) {
      GenericRecord same = GenericRecord.create(schema);
      for (int c = 0; c < schema.columns().size(); c++) {
        same.set(c, expected.get(i).get(c));
      }
      assertThat(RecordText.of(read.get(i)))
          .as(description + " row " + i)
          .isEqualTo(RecordText.of(same));
    }
  }
}
