/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.arrow.ArrowRows;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RandomRows;
import io.freshet.arrow.RecordBatches;
import io.freshet.table.ColumnText;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketSplitterTest {
  private static final int BUCKETS = 7;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int",
        "long",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "timestamp_ns",
        "decimal(9,2)",
        "decimal(38,10)",
        "string",
        "binary",
        "fixed[5]",
        "uuid"
      })
  void rowsGoWhereIcebergsBucketTransformPutsThem(String type) {
    Schema schema = ColumnText.parse("k " + type + ", id int not null");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot batch = rows(schema, allocator)) {
      int[] buckets = new BucketRouter(List.of("k"), BUCKETS).route(batch);
      InternalRecordWrapper internal = new InternalRecordWrapper(schema.asStruct());
      List<Record> rows = new ArrowRows(schema, batch).copyAll();
      Type keyType = schema.findType("k");
      for (int row = 0; row < rows.size(); row++) {
        Object key = internal.wrap(rows.get(row)).get(0, Object.class);
        Integer expected = Transforms.bucket(BUCKETS).bind(keyType).apply(key);
        assertThat(buckets[row]).as("%s", key).isEqualTo(expected == null ? 0 : expected);
      }
    }
  }

  @Test
  void partsHoldEveryRowOnceInItsOrder() {
    Schema schema = ColumnText.parse("k string, id int not null");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot batch = rows(schema, allocator)) {
      int[] buckets = new BucketRouter(List.of("k", "id"), BUCKETS).route(batch);
      List<Record> expected = new ArrowRows(schema, batch).copyAll();
      List<List<Record>> found = new ArrayList<>();
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        found.add(new ArrayList<>());
      }
      for (BucketSplitter.Part part :
          new BucketSplitter(List.of("k", "id"), BUCKETS).split(batch, 3, allocator)) {
        try (VectorSchemaRoot rows =
            RecordBatches.load(ArrowSchemas.toArrow(schema), part.batch(), allocator)) {
          found.get(part.bucket()).addAll(new ArrowRows(schema, rows).copyAll());
        } finally {
          part.batch().close();
        }
      }
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        List<Record> wanted = new ArrayList<>();
        for (int row = 0; row < buckets.length; row++) {
          if (buckets[row] == bucket) {
            wanted.add(expected.get(row));
          }
        }
        assertThat(found.get(bucket)).isEqualTo(wanted);
      }
    }
  }

  @Test
  void withoutAKeyBatchesTakeTurns() {
    Schema schema = ColumnText.parse("k string, id int not null");
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot batch = rows(schema, allocator)) {
      BucketSplitter splitter = new BucketSplitter(List.of(), 3);
      for (long sequence = 0; sequence < 6; sequence++) {
        List<BucketSplitter.Part> parts = splitter.split(batch, sequence, allocator);
        assertThat(parts).hasSize(1);
        assertThat(parts.get(0).bucket()).isEqualTo((int) (sequence % 3));
        assertThat(parts.get(0).batch().getLength()).isEqualTo(batch.getRowCount());
        parts.get(0).batch().close();
      }
    }
  }

  private static VectorSchemaRoot rows(Schema schema, BufferAllocator allocator) {
    RandomRows random = new RandomRows(new Random(17));
    return RandomRows.batch(schema, random.rows(schema, 300), allocator);
  }
}
