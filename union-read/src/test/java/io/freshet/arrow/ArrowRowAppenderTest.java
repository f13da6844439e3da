/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrowRowAppenderTest {
  private static final Schema ID_AND_NAME =
      new Schema(
          required(1, "id", Types.LongType.get()), optional(2, "name", Types.StringType.get()));

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void closesEmpty() {
    allocator.close();
  }

  @Test
  void rowsOfRandomSchemasComeBackAsTheyWere() {
    for (int seed = 0; seed < 300; seed++) {
      RandomRows random = new RandomRows(new Random(seed));
      Schema schema = random.schema(3);
      List<Record> rows = random.rows(schema, seed % 60);
      try (VectorSchemaRoot batch = RandomRows.batch(schema, rows, allocator)) {
        ArrowRows read = new ArrowRows(schema, batch);
        assertThat(read.rows()).isEqualTo(rows.size());
        RecordAssertions.assertSame("seed " + seed, read.copyAll(), rows);
      }
    }
  }

  @Test
  void aResetAppenderTakesOtherRows() {
    for (int seed = 0; seed < 60; seed++) {
      RandomRows random = new RandomRows(new Random(seed));
      Schema schema = random.schema(3);
      try (VectorSchemaRoot batch =
          VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator)) {
        ArrowRowAppender appender = new ArrowRowAppender(schema, batch);
        for (int round = 0; round < 4; round++) {
          List<Record> rows = random.rows(schema, 40 - 11 * round);
          rows.forEach(appender::append);
          assertThat(appender.rows()).isEqualTo(rows.size());
          appender.finish();
          RecordAssertions.assertSame("seed " + seed, new ArrowRows(schema, batch).copyAll(), rows);
          appender.reset();
          assertThat(batch.getRowCount()).isZero();
        }
      }
    }
  }

  @Test
  void aBatchGrowsBeyondItsFirstBuffers() {
    try (VectorSchemaRoot batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(ID_AND_NAME), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(ID_AND_NAME, batch);
      for (long id = 0; id < 20_000; id++) {
        appender.append(row(id, id % 3 == 0 ? null : "name " + id));
      }
      appender.finish();
      ArrowRows rows = new ArrowRows(ID_AND_NAME, batch);
      assertThat(rows.value(19_999, 0)).isEqualTo(19_999L);
      assertThat(rows.row(19_999).get(1, String.class)).isEqualTo("name 19999");
      assertThat(rows.value(19_998, 1)).isNull();
    }
  }

  @Test
  void nullInARequiredColumnIsRefusedByName() {
    try (VectorSchemaRoot batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(ID_AND_NAME), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(ID_AND_NAME, batch);
      assertThatThrownBy(() -> appender.append(row(null, "a")))
          .isInstanceOf(FreshetException.class)
          .hasMessage("Column id is required, and value 0 of it is null")
          .extracting("code")
          .isEqualTo(NULL_IN_REQUIRED_COLUMN);
    }
  }

  @Test
  void aValueOfAnotherTypeIsRefusedWithColumnAndValue() {
    try (VectorSchemaRoot batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(ID_AND_NAME), allocator)) {
      ArrowRowAppender appender = new ArrowRowAppender(ID_AND_NAME, batch);
      assertThatThrownBy(() -> appender.append(row("seven", "a")))
          .isInstanceOf(FreshetException.class)
          .hasMessageStartingWith("Column id of type long can't hold the value seven")
          .extracting("code")
          .isEqualTo(SCHEMA_MISMATCH);
    }
  }

  private static Record row(@Nullable Object id, @Nullable Object name) {
    GenericRecord record = GenericRecord.create(ID_AND_NAME);
    record.set(0, id);
    record.set(1, name);
    return record;
  }
}
