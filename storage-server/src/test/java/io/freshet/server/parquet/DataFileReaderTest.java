/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.server.parquet.WriterFixture.plain;
import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRows;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFileReaderTest {
  private static final Map<String, String> SMALL_ROW_GROUPS =
      Map.of(
          "write.parquet.row-group-size-bytes", "20000",
          "write.parquet.row-group-check-min-record-count", "10",
          "write.parquet.page-size-bytes", "1000");

  private final BufferAllocator allocator = new RootAllocator();

  private record Rows(List<Record> records, List<Long> positions, int batches) {}

  @AfterEach
  void closesEmpty() {
    allocator.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 30, 100_000})
  void flatColumnsAreReadAsTheyWereWritten(int distinct) {
    checkWantedRows(TestSchemas.allTypes(), distinct);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 100_000})
  void nestedColumnsAreReadAsTheyWereWritten(int distinct) {
    checkWantedRows(TestSchemas.nested(), distinct);
    checkWantedRows(TestSchemas.deep(), distinct);
  }

  private void checkWantedRows(Schema schema, int distinct) {
    List<Record> records = new RandomRecords(distinct, distinct).of(schema, 2500);
    try (WriterFixture fixture = new WriterFixture(schema).with(SMALL_ROW_GROUPS)) {
      DataFile file = fixture.write(records, 2500).get(0).file();
      assertThat(file.splitOffsets()).hasSizeGreaterThan(1);
      List<LongPredicate> wishes =
          List.of(
              position -> true,
              position -> false,
              position -> position % 3 == 1,
              position -> position > 1200 && position < 1900);
      for (LongPredicate isWanted : wishes) {
        Rows rows = read(fixture, file, schema, isWanted);
        List<Long> positions = LongStream.range(0, 2500).filter(isWanted).boxed().toList();
        assertThat(rows.positions()).isEqualTo(positions);
        assertThat(plain(rows.records()))
            .isEqualTo(plain(positions.stream().map(at -> records.get(at.intValue())).toList()));
      }
    }
  }

  @Test
  void noBatchIsLargerThanAsked() {
    Schema schema = TestSchemas.allTypes().select("required_3");
    List<Record> records = new RandomRecords(1, 100).of(schema, 2500);
    try (WriterFixture fixture = new WriterFixture(schema)) {
      DataFile file = fixture.write(records, 2500).get(0).file();
      Rows rows = read(fixture, file, schema, position -> true);
      assertThat(rows.batches()).isEqualTo(9);
    }
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
      DataFile file = fixture.write(records, 100).get(0).file();
      List<Record> expected = new ArrayList<>();
      for (Record record : records) {
        Record wide = GenericRecord.create(now);
        wide.set(1, ((Integer) record.get(0)).longValue());
        wide.set(2, record.get(1) instanceof Float real ? real.doubleValue() : null);
        wide.set(3, record.get(2));
        expected.add(wide);
      }
      assertThat(plain(read(fixture, file, now, position -> true).records()))
          .isEqualTo(plain(expected));
    }
  }

  @Test
  void aDefaultIsReadByIcebergsRules() {
    Schema old = new Schema(required(1, "id", Types.LongType.get()));
    Schema now =
        new Schema(
            required(1, "id", Types.LongType.get()),
            Types.NestedField.optional("added")
                .withId(2)
                .ofType(Types.IntegerType.get())
                .withInitialDefault(Literal.of(42))
                .build());
    try (WriterFixture fixture = new WriterFixture(old)) {
      DataFile file = fixture.write(new RandomRecords(1, 1000).of(old, 10), 10).get(0).file();
      assertThat(read(fixture, file, now, position -> true).records())
          .hasSize(10)
          .allSatisfy(row -> assertThat(row.get(1)).isEqualTo(42));
    }
  }

  @Test
  void filesThatCannotBeReadAreNamed() {
    Schema schema = new Schema(required(1, "id", Types.LongType.get()));
    try (WriterFixture fixture = new WriterFixture(schema)) {
      DataFile file = fixture.write(new RandomRecords(1, 1000).of(schema, 30), 30).get(0).file();
      fixture.io().deleteFile(file.location());
      assertThatThrownBy(() -> read(fixture, file, schema, position -> true))
          .hasMessageStartingWith(
              "Cannot read data file %s from position 0 on: ".formatted(file.location()))
          .hasMessageEndingWith("Try again when the lake's storage works")
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_UNAVAILABLE));

      ((InMemoryFileIO) fixture.io()).addFile(file.location(), new byte[200]);
      assertThatThrownBy(() -> read(fixture, file, schema, position -> true))
          .hasMessageContaining(file.location() + " from position 0 on: it is ")
          .hasMessageEndingWith("or roll the table back to a snapshot without it")
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_DIVERGED));
    }
  }

  private Rows read(WriterFixture fixture, DataFile file, Schema columns, LongPredicate isWanted) {
    DataFileReader reader = new DataFileReader(columns, fixture.io(), allocator, 300);
    List<Record> records = new ArrayList<>();
    List<Long> positions = new ArrayList<>();
    int count = 0;
    try (DataFileBatches batches = reader.open(file, PartitionSpec.unpartitioned(), isWanted)) {
      while (batches.next()) {
        count++;
        records.addAll(new ArrowRows(columns, batches.batch()).copyAll());
        assertThat(batches.positions()).hasSize(batches.batch().getRowCount()).isNotEmpty();
        LongStream.of(batches.positions()).forEach(positions::add);
      }
    }
    return new Rows(records, positions, count);
  }
}
