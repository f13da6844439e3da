/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRows;
import io.freshet.error.FreshetException;
import io.freshet.server.parquet.PositionReader.SourceFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PositionReaderTest {
  private static final int ROWS = 5000;
  private static final Map<String, String> SMALL_ROW_GROUPS =
      Map.of(
          "write.parquet.row-group-size-bytes", "20000",
          "write.parquet.row-group-check-min-record-count", "10",
          "write.parquet.page-size-bytes", "1000");

  private final BufferAllocator allocator = new RootAllocator();
  private PageCache pages = new PageCache(1 << 20);

  @AfterEach
  void closesEmpty() {
    allocator.close();
  }

  static Stream<Arguments> settings() {
    List<Map<String, String>> settings =
        List.of(
            Map.of(),
            Map.of("write.parquet.page-version", "v2", "write.parquet.compression-codec", "gzip"),
            Map.of("write.parquet.page-version", "v2", "parquet.enable.dictionary", "false"),
            Map.of("write.parquet.page-row-limit", "77", "write.parquet.dict-size-bytes", "300"),
            Map.of(
                "parquet.enable.dictionary",
                "false",
                "write.parquet.compression-codec",
                "uncompressed"));
    return settings.stream()
        .flatMap(properties ->
            Stream.of(2, 300, 100_000).map(distinct -> Arguments.of(properties, distinct)));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void rowsOfPagesAndRowGroupsAreThoseOfTheirPositions(
      Map<String, String> properties, int distinct) {
    checkPositions(TestSchemas.allTypes(), properties, distinct);
    assertThat(pages.hits()).isPositive();
    assertThat(pages.misses()).isPositive();
  }

  @Test
  void rowsWithNestedColumnsAreFoundToo() {
    checkPositions(TestSchemas.nested(), Map.of(), 300);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 30_000})
  void rowsAreTheSameIfTheCacheIsFull(long maxBytes) {
    pages = new PageCache(maxBytes);
    checkPositions(TestSchemas.allTypes(), Map.of(), 300);
    assertThat(pages.usedBytes()).isLessThanOrEqualTo(maxBytes);
  }

  @Test
  void columnsThatTheFileLacksAreNullAndPromotedOnesAreWidened() {
    Schema old =
        new Schema(
            required(1, "number", Types.IntegerType.get()),
            optional(2, "real", Types.FloatType.get()),
            optional(3, "money", Types.DecimalType.of(9, 2)));
    Schema now =
        new Schema(
            optional(9, "added", Types.StringType.get()),
            required(1, "renamed", Types.LongType.get()),
            optional(2, "real", Types.DoubleType.get()),
            optional(3, "money", Types.DecimalType.of(30, 2)));
    List<Record> records = new RandomRecords(1, 1000).of(old, 100);
    try (WriterFixture fixture = new WriterFixture(old)) {
      SourceFile source = source(fixture, records);
      PositionReader reader = new PositionReader(now, fixture.io(), pages, allocator);
      List<Record> expected = new ArrayList<>();
      for (Record record : records) {
        Record wide = GenericRecord.create(now);
        wide.set(1, ((Integer) record.get(0)).longValue());
        wide.set(2, record.get(1) instanceof Float real ? real.doubleValue() : null);
        wide.set(3, record.get(2));
        expected.add(wide);
      }
      check(reader, now, source, expected, new long[] {0, 7, 99});
    }
  }

  @Test
  void aPageThatIsDamagedIsSaidToBe() throws IOException {
    Schema schema = TestSchemas.allTypes();
    List<Record> records = new RandomRecords(1, 1000).of(schema, 1000);
    try (WriterFixture fixture = new WriterFixture(schema)) {
      SourceFile source = source(fixture, records);
      InputFile input = fixture.io().newInputFile(source.file());
      byte[] bytes = new byte[(int) input.getLength()];
      IOUtil.readFully(input, 0, bytes, 0, bytes.length);
      Arrays.fill(bytes, 4, bytes.length / 2, (byte) 0x55);
      InMemoryFileIO damaged = new InMemoryFileIO();
      damaged.deleteFile(source.file().location());
      damaged.addFile(source.file().location(), bytes);
      PositionReader reader = new PositionReader(schema, damaged, pages, allocator);
      assertThatThrownBy(() -> reader.read(source, new long[] {3}))
          .isInstanceOf(FreshetException.class)
          .hasMessageStartingWith(
              "Cannot read data file " + source.file().location() + " from position 3 on: ");
    }
  }

  @Test
  void positionsThatTheFileDoesNotHaveAreSaidToBeOfADamagedIndex() {
    Schema schema = TestSchemas.allTypes();
    List<Record> records = new RandomRecords(1, 1).of(schema, 100);
    try (WriterFixture fixture = new WriterFixture(schema)) {
      PositionReader reader = new PositionReader(schema, fixture.io(), pages, allocator);
      SourceFile source = source(fixture, records);
      for (long position : new long[] {100, 2000}) {
        assertThatThrownBy(() -> reader.read(source, new long[] {3, position}))
            .hasMessage(
                "Cannot read position "
                    + position
                    + " of data file "
                    + source.file().location()
                    + ": it has 100 rows, so the key index that named it is damaged. Stop the server and"
                    + " delete the index folder in its data folder: it is made anew from the lake.");
      }
    }
  }

  /** In files of both writers. */
  private void checkPositions(Schema schema, Map<String, String> properties, int distinct) {
    List<Record> records = new RandomRecords(3, distinct).of(schema, ROWS);
    Map<String, String> all = new HashMap<>(SMALL_ROW_GROUPS);
    all.putAll(properties);
    try (WriterFixture fixture = new WriterFixture(schema).with(all)) {
      PositionReader reader = new PositionReader(schema, fixture.io(), pages, allocator);
      checkPositions(reader, schema, source(fixture, records), records);
      DataFile others = fixture.writtenByIceberg(records);
      checkPositions(
          reader, schema, new SourceFile(others, PartitionSpec.unpartitioned()), records);
    }
  }

  private static void checkPositions(
      PositionReader reader, Schema schema, SourceFile source, List<Record> records) {
    Random random = new Random(4);
    assertThat(source.file().splitOffsets()).hasSizeGreaterThan(1);
    for (int round = 0; round < 10; round++) {
      int one = random.nextInt(ROWS);
      check(reader, schema, source, records, new long[] {one});
      int density = 1 + random.nextInt(200);
      check(
          reader,
          schema,
          source,
          records,
          LongStream.range(0, ROWS).filter(at -> random.nextInt(density) == 0).toArray());
    }
    check(reader, schema, source, records, new long[] {0, ROWS - 1});
  }

  private static SourceFile source(WriterFixture fixture, List<Record> records) {
    DataFile file = fixture.write(records, records.size()).get(0).file();
    return new SourceFile(file, PartitionSpec.unpartitioned());
  }

  private static void check(
      PositionReader reader,
      Schema schema,
      SourceFile source,
      List<Record> records,
      long[] positions) {
    if (positions.length == 0) {
      return;
    }
    List<Record> read = new ArrayList<>();
    for (VectorSchemaRoot batch : reader.read(source, positions)) {
      try (batch) {
        read.addAll(new ArrowRows(schema, batch).copyAll());
      }
    }
    List<Record> expected = LongStream.of(positions).mapToObj(at -> records.get((int) at)).toList();
    assertThat(WriterFixture.plain(read)).isEqualTo(WriterFixture.plain(expected));
  }
}
