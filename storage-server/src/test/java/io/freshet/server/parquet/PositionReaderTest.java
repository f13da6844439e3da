/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRows;
import io.freshet.server.parquet.PositionReader.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PositionReaderTest {
  private static final int ROWS = 5000;
  private static final Map<String, String> SMALL_ROW_GROUPS =
      Map.of(
          "write.parquet.row-group-size-bytes", "20000",
          "write.parquet.row-group-check-min-record-count", "10",
          "write.parquet.page-size-bytes", "1000");

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void closesEmpty() {
    allocator.close();
  }

  @Test
  void rowsOfPagesAndRowGroupsAreThoseOfTheirPositions() {
    checkPositions(TestSchemas.allTypes());
  }

  @Test
  void rowsWithNestedColumnsAreFoundToo() {
    checkPositions(TestSchemas.nested());
  }

  @Test
  void positionsThatTheFileDoesNotHaveAreSaidToBeOfADamagedIndex() {
    Schema schema = TestSchemas.allTypes();
    List<Record> records = new RandomRecords(1, 1).of(schema, 100);
    try (WriterFixture fixture = new WriterFixture(schema);
        PositionReader reader = new PositionReader(schema, fixture.io(), allocator)) {
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

  private void checkPositions(Schema schema) {
    List<Record> records = new RandomRecords(3, 300).of(schema, ROWS);
    Random random = new Random(4);
    try (WriterFixture fixture = new WriterFixture(schema).with(SMALL_ROW_GROUPS);
        PositionReader reader = new PositionReader(schema, fixture.io(), allocator)) {
      SourceFile source = source(fixture, records);
      assertThat(source.file().splitOffsets()).hasSizeGreaterThan(1);
      for (int round = 0; round < 20; round++) {
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
