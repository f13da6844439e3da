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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class DataFileWriterTest {
  static Stream<Arguments> schemasAndSettings() {
    List<Schema> schemas =
        List.of(TestSchemas.allTypes(), TestSchemas.nested(), TestSchemas.deep());
    List<Map<String, String>> settings =
        List.of(
            Map.of(),
            Map.of("write.parquet.page-version", "v2", "write.parquet.compression-codec", "gzip"),
            Map.of("write.parquet.page-row-limit", "77", "write.parquet.dict-size-bytes", "300"),
            Map.of(
                "write.parquet.page-size-bytes",
                "500",
                "parquet.enable.dictionary",
                "false",
                "write.parquet.compression-codec",
                "uncompressed"));
    List<Arguments> arguments = new ArrayList<>();
    for (Schema schema : schemas) {
      for (Map<String, String> properties : settings) {
        for (int distinct : new int[] {2, 30, 100_000}) {
          arguments.add(Arguments.of(schema, properties, distinct));
        }
      }
    }
    return arguments.stream();
  }

  @ParameterizedTest
  @MethodSource("schemasAndSettings")
  void icebergReadsWhatWasWritten(Schema schema, Map<String, String> properties, int distinct) {
    List<Record> records = new RandomRecords(distinct, distinct).of(schema, 2500);
    try (WriterFixture fixture = new WriterFixture(schema).with(properties)) {
      List<WrittenFile> files = fixture.write(records, 1000, 0, 7, 493, 1000);

      assertThat(files).hasSize(1);
      assertThat(plain(fixture.read(files.get(0)))).isEqualTo(plain(records));
      assertThat(files.get(0).file().recordCount()).isEqualTo(2500);
      assertThat(files.get(0).origins().size()).isEqualTo(2500);
      assertThat(files.get(0).origins().batch(1000)).isEqualTo(2);
      assertThat(files.get(0).origins().row(1006)).isEqualTo(6);
      assertThat(files.get(0).origins().batch(1007)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("schemasAndSettings")
  void metricsAreThoseOfIcebergsWriter(
      Schema schema, Map<String, String> properties, int distinct) {
    List<Record> records = new RandomRecords(distinct, distinct).of(schema, 2500);
    try (WriterFixture fixture = new WriterFixture(schema).with(properties)) {
      DataFile file = fixture.write(records, 2500).get(0).file();
      DataFile expected = fixture.writtenByIceberg(records);

      assertThat(file.valueCounts()).isEqualTo(expected.valueCounts());
      assertThat(file.nullValueCounts()).isEqualTo(expected.nullValueCounts());
      assertThat(file.nanValueCounts()).isEqualTo(expected.nanValueCounts());
      assertThat(file.lowerBounds()).isEqualTo(expected.lowerBounds());
      assertThat(file.upperBounds()).isEqualTo(expected.upperBounds());
      assertThat(file.columnSizes().keySet()).isEqualTo(expected.columnSizes().keySet());
      assertThat(file.format()).isEqualTo(FileFormat.PARQUET);
      assertThat(file.splitOffsets()).isEqualTo(expected.splitOffsets());
      assertThat(file.sortOrderId()).isZero();
    }
  }

  @Test
  void metricsModesAreHonoured() {
    Schema schema = TestSchemas.nested();
    Map<String, String> properties =
        Map.of(
            "write.metadata.metrics.default", "counts",
            "write.metadata.metrics.column.id", "full",
            "write.metadata.metrics.column.point.label", "truncate(3)",
            "write.metadata.metrics.column.point.x", "none");
    List<Record> records = new RandomRecords(1, 1000).of(schema, 500);
    try (WriterFixture fixture = new WriterFixture(schema).with(properties)) {
      DataFile file = fixture.write(records, 500).get(0).file();
      DataFile expected = fixture.writtenByIceberg(records);

      assertThat(file.lowerBounds().keySet()).containsExactlyInAnyOrder(1, 22);
      assertThat(file.lowerBounds()).isEqualTo(expected.lowerBounds());
      assertThat(file.upperBounds()).isEqualTo(expected.upperBounds());
      assertThat(file.columnSizes()).isEqualTo(expected.columnSizes());
    }
  }

  @Test
  void aColumnFullOfNullsHasCountsAndNoBounds() {
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "text", Types.StringType.get()),
            Types.NestedField.optional(2, "number", Types.DoubleType.get()));
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      records.add(org.apache.iceberg.data.GenericRecord.create(schema));
    }
    try (WriterFixture fixture = new WriterFixture(schema)) {
      WrittenFile file = fixture.write(records, 10).get(0);

      assertThat(file.file().nullValueCounts()).containsEntry(1, 10L).containsEntry(2, 10L);
      assertThat(file.file().lowerBounds()).isNullOrEmpty();
      assertThat(plain(fixture.read(file))).isEqualTo(plain(records));
    }
  }

  @Test
  void noRowsMakeNoFile() {
    try (WriterFixture fixture = new WriterFixture(TestSchemas.nested())) {
      assertThat(fixture.write(List.of())).isEmpty();
      assertThat(fixture.write(List.of(), 0, 0)).isEmpty();
    }
  }

  @Test
  void rowGroupsAndFilesEndAtTheirSizes() {
    Schema schema = TestSchemas.allTypes();
    Map<String, String> properties =
        Map.of(
            "write.parquet.row-group-size-bytes", "200000",
            "write.target-file-size-bytes", "700000",
            "write.parquet.row-group-check-max-record-count", "500");
    List<Record> records = new RandomRecords(3, 1_000_000).of(schema, 12_000);
    try (WriterFixture fixture = new WriterFixture(schema).with(properties)) {
      List<WrittenFile> files = fixture.write(records, 5000, 7000);

      assertThat(files).hasSizeGreaterThan(2);
      List<Record> read = new ArrayList<>();
      long row = 0;
      for (WrittenFile file : files) {
        read.addAll(fixture.read(file));
        assertThat(file.origins().size()).isEqualTo(file.file().recordCount());
        assertThat(file.origins().batch(0)).isEqualTo(row < 5000 ? 0 : 1);
        assertThat(file.origins().row(0)).isEqualTo((int) (row < 5000 ? row : row - 5000));
        row += file.origins().size();
        assertThat(file.file().fileSizeInBytes()).isBetween(1L, 1_000_000L);
        assertThat(fixture.io().newInputFile(file.file().location()).getLength())
            .isEqualTo(file.file().fileSizeInBytes());
      }
      assertThat(files.get(0).file().splitOffsets()).hasSizeGreaterThan(2);
      assertThat(plain(read)).isEqualTo(plain(records));
    }
  }

  @Test
  void rowGroupsOfAFileHaveAboutTheSameSize() {
    Schema schema = TestSchemas.allTypes();
    Map<String, String> properties =
        Map.of(
            "write.parquet.row-group-size-bytes", "1000000",
            "write.parquet.row-group-check-max-record-count", "100",
            "write.parquet.compression-codec", "uncompressed",
            "parquet.enable.dictionary", "false");
    List<Record> records = new RandomRecords(3, 1_000_000).of(schema, 5000);
    try (WriterFixture fixture = new WriterFixture(schema).with(properties)) {
      DataFile file = fixture.write(records, 5000).get(0).file();

      List<Long> starts = new ArrayList<>(file.splitOffsets());
      starts.add(file.fileSizeInBytes());
      assertThat(starts).hasSizeGreaterThan(2);
      long expected = file.fileSizeInBytes() / (starts.size() - 1);
      for (int group = 1; group < starts.size(); group++) {
        assertThat(starts.get(group) - starts.get(group - 1))
            .isBetween(expected * 8 / 10, expected * 12 / 10);
      }
    }
  }

  @Test
  void bloomFiltersHoldAllValuesOfTheChunk() {
    Schema schema =
        new Schema(
            Types.NestedField.optional(1, "text", Types.StringType.get()),
            Types.NestedField.required(2, "number", Types.LongType.get()),
            Types.NestedField.required(3, "plain", Types.DoubleType.get()));
    Map<String, String> properties =
        Map.of(
            "write.parquet.bloom-filter-enabled.column.text", "true",
            "write.parquet.bloom-filter-enabled.column.number", "true",
            "write.parquet.bloom-filter-enabled.column.no-such-column", "true",
            "write.parquet.bloom-filter-fpp.column.number", "0.05",
            "write.parquet.bloom-filter-ndv.column.number", "5000",
            "write.parquet.dict-size-bytes", "4000");
    List<Record> records = new RandomRecords(5, 3000).of(schema, 4000);
    try (WriterFixture fixture = new WriterFixture(schema).with(properties)) {
      WrittenFile file = fixture.write(records, 4000).get(0);

      BloomFilters filters = BloomFilters.read(fixture.io().newInputFile(file.file().location()));
      assertThat(filters.columns()).containsExactly("text", "number");
      for (Record record : records) {
        assertThat(filters.mayContain("number", record.get(1))).isTrue();
        assertThat(record.get(0) == null || filters.mayContain("text", record.get(0))).isTrue();
      }
      assertThat(filters.mayContain("number", 42L)).isFalse();
    }
  }

  @Test
  void nullInARequiredColumnIsRefused() {
    Schema optional = new Schema(Types.NestedField.optional(1, "n", Types.IntegerType.get()));
    Schema required = new Schema(Types.NestedField.required(1, "n", Types.IntegerType.get()));
    List<Record> records = List.of(org.apache.iceberg.data.GenericRecord.create(optional));
    try (WriterFixture fixture = new WriterFixture(required)) {
      assertThatThrownBy(() -> fixture.write(records, 1))
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.NULL_IN_REQUIRED_COLUMN))
          .hasMessageContaining("Required field n has nulls");
    }
  }

  @Test
  void unreadablePropertiesAreRefusedByName() {
    Schema schema = TestSchemas.nested();
    List<Record> records = new RandomRecords(1, 3).of(schema, 1);
    Map<String, String> wrong =
        Map.of(
            "write.parquet.compression-codec", "zipp",
            "write.parquet.page-version", "v9",
            "write.target-file-size-bytes", "much",
            "write.parquet.page-row-limit", "0",
            "write.parquet.bloom-filter-fpp.column.id", "7");
    wrong.forEach((name, value) -> {
      try (WriterFixture fixture = new WriterFixture(schema).with(Map.of(name, value))) {
        assertThatThrownBy(() -> fixture.write(records, 1))
            .isInstanceOfSatisfying(
                FreshetException.class,
                e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.INVALID_CONFIGURATION))
            .hasMessageContaining("test.rows has property " + name + " = " + value);
      }
    });
  }
}
