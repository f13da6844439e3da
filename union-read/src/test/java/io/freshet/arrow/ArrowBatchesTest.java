/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrowBatchesTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final BufferAllocator child = allocator.newChildAllocator("child", 0, Long.MAX_VALUE);

  @AfterEach
  void closesEmpty() {
    child.close();
    allocator.close();
  }

  @Test
  void gatheredRowsAreTheChosenOnesAndSurviveTheBatch() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      RandomRows values = new RandomRows(random);
      Schema schema = values.schema(3);
      List<Record> rows = values.rows(schema, random.nextInt(200));
      int[] chosen =
          random.ints(0, Math.max(1, rows.size())).limit(rows.isEmpty() ? 0 : seed).toArray();
      List<Record> expected = new ArrayList<>();
      for (int row : chosen) {
        expected.add(rows.get(row));
      }
      VectorSchemaRoot batch = RandomRows.batch(schema, rows, allocator);
      VectorSchemaRoot gathered;
      try (batch) {
        gathered = ArrowBatches.gather(batch, chosen, child);
      }
      try (gathered) {
        RecordAssertions.assertSame(
            "seed " + seed, new ArrowRows(schema, gathered).copyAll(), expected);
        assertSurvivesTheWire(seed, schema, gathered, expected);
      }
    }
  }

  @Test
  void slicesAndSharesHoldTheSameRowsAndSurviveTheBatch() throws IOException {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      RandomRows values = new RandomRows(random);
      Schema schema = values.schema(3);
      List<Record> rows = values.rows(schema, random.nextInt(200));
      int start = random.nextInt(rows.size() + 1);
      int count = random.nextInt(rows.size() - start + 1);
      VectorSchemaRoot slice;
      VectorSchemaRoot share;
      try (VectorSchemaRoot batch = RandomRows.batch(schema, rows, allocator)) {
        slice = ArrowBatches.slice(batch, start, count, child);
        share = ArrowBatches.share(batch, child);
      }
      try (slice;
          share) {
        List<Record> expected = rows.subList(start, start + count);
        RecordAssertions.assertSame("seed " + seed, new ArrowRows(schema, share).copyAll(), rows);
        RecordAssertions.assertSame(
            "seed " + seed, new ArrowRows(schema, slice).copyAll(), expected);
        assertSurvivesTheWire(seed, schema, slice, expected);
        try (VectorSchemaRoot gathered = ArrowBatches.gather(slice, new int[0], child)) {
          assertThat(gathered.getRowCount()).isZero();
        }
      }
    }
  }

  @Test
  void aProjectionKeepsOrderAndPrunesStructs() {
    Schema schema =
        new Schema(
            required(1, "id", Types.LongType.get()),
            optional(
                2,
                "place",
                Types.StructType.of(
                    optional(3, "city", Types.StringType.get()),
                    optional(4, "zip", Types.IntegerType.get()))),
            optional(5, "note", Types.StringType.get()));
    Schema projection = schema.select("note", "place.zip");
    GenericRecord row = GenericRecord.create(schema);
    GenericRecord place = GenericRecord.create(schema.findType("place").asStructType());
    place.set(0, "Leiden");
    place.set(1, 2311);
    row.set(0, 7L);
    row.set(1, place);
    row.set(2, "hello");
    try (VectorSchemaRoot batch = RandomRows.batch(schema, List.of(row), allocator);
        VectorSchemaRoot projected = ArrowBatches.project(batch, projection, child);
        VectorSchemaRoot named = ArrowBatches.project(batch, List.of("note", "id"), child)) {
      assertThat(projected.getSchema()).isEqualTo(ArrowSchemas.toArrow(projection));
      Record copy = new ArrowRows(projection, projected).copy(0);
      assertThat(copy.get(0)).hasToString("Record(2311)");
      assertThat(copy.get(1)).isEqualTo("hello");
      assertThat(named.contentToTSVString()).isEqualTo("note\tid\nhello\t7\n");
      assertThatThrownBy(() -> ArrowBatches.project(batch, List.of("color"), child))
          .isInstanceOf(FreshetException.class)
          .hasMessage("Column color does not exist. The columns are [id, place, note]");
    }
  }

  private void assertSurvivesTheWire(
      int seed, Schema schema, VectorSchemaRoot batch, List<Record> expected) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArrowStreamWriter writer = new ArrowStreamWriter(batch, null, bytes)) {
      writer.writeBatch();
    }
    try (ArrowStreamReader reader =
        new ArrowStreamReader(new ByteArrayInputStream(bytes.toByteArray()), allocator)) {
      assertThat(reader.loadNextBatch()).isTrue();
      RecordAssertions.assertSame(
          "wire, seed " + seed,
          new ArrowRows(schema, reader.getVectorSchemaRoot()).copyAll(),
          expected);
    }
  }
}
