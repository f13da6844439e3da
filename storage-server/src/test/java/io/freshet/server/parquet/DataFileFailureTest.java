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

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataFileFailureTest {
  private static final Schema SCHEMA = TestSchemas.nested();

  /** In the magic bytes, in the pages, in the footer. */
  @ParameterizedTest
  @ValueSource(longs = {0, 2, 2000, 14_000})
  void aFailureDeletesAllFilesOfTheCallAndClosesThem(long goodBytes) {
    FaultyFileIO io = new FaultyFileIO(2, goodBytes);
    PartitionSpec spec = PartitionSpec.builderFor(SCHEMA).bucket("id", 4).build();
    List<Record> records = new RandomRecords(29, 500).of(SCHEMA, 2000);
    try (WriterFixture fixture = new WriterFixture(SCHEMA).partitionedBy(spec).on(io)) {
      assertThatThrownBy(() -> fixture.write(records, 1000, 1000))
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_UNAVAILABLE))
          .hasMessageContaining("table test.rows")
          .hasMessageContaining("f-00002.parquet")
          .hasMessageContaining("no space left");
      assertThat(io.created()).hasSize(3);
      assertThat(io.created()).noneMatch(io::exists);
      assertThat(io.openStreams()).isZero();
    }
  }

  @Test
  void aFileOfSomebodyElseIsNeitherOverwrittenNorDeleted() {
    List<Record> records = new RandomRecords(31, 500).of(SCHEMA, 100);
    try (WriterFixture fixture = new WriterFixture(SCHEMA)) {
      WrittenFile first = fixture.write(records, 100).get(0);

      assertThatThrownBy(() -> fixture.write(records, 100))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining("f-00000.parquet");
      assertThat(fixture.read(first)).hasSize(100);
    }
  }

  @Test
  void aRefusedBatchLeavesNoFile() {
    Schema required = new Schema(Types.NestedField.required(1, "n", Types.IntegerType.get()));
    Schema optional = new Schema(Types.NestedField.optional(1, "n", Types.IntegerType.get()));
    List<Record> records = List.of(GenericRecord.create(optional));
    FaultyFileIO io = new FaultyFileIO(-1, 0);
    try (WriterFixture fixture = new WriterFixture(required).on(io)) {
      assertThatThrownBy(() -> fixture.write(records, 1))
          .hasMessageContaining("Required field n has nulls");
      assertThat(io.created()).noneMatch(io::exists);
      assertThat(io.openStreams()).isZero();
    }
  }

  @Test
  void aWriterNumbersTheFilesOfAllItsCalls() {
    List<Record> records = new RandomRecords(37, 5).of(SCHEMA, 10);
    try (WriterFixture fixture = new WriterFixture(SCHEMA).with(Map.of())) {
      DataFileWriter writer = fixture.writer();
      assertThat(fixture.write(writer, records, 10).get(0).file().location())
          .endsWith("/data/f-00000.parquet");
      assertThat(fixture.write(writer, records, 10).get(0).file().location())
          .endsWith("/data/f-00001.parquet");
    }
  }
}
