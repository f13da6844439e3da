/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RecordBatches;
import io.freshet.server.schema.LogSchemas;
import io.freshet.server.schema.RowSchema;
import io.freshet.table.ColumnText;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;

/** Batches of one column of longs. */
public final class LongBatches {
  public static final org.apache.iceberg.Schema TABLE = ColumnText.parse("id long");
  public static final Schema SCHEMA = ArrowSchemas.toArrow(TABLE);

  private LongBatches() {}

  /** A batch with the numbers [from, from + rows). */
  /** Of a log that has had no other columns. */
  public static LogSchemas schemas() {
    TableDefinition definition =
        new TableDefinition(
            TableName.parse("test.longs"),
            TABLE,
            PartitionSpec.unpartitioned(),
            SortOrder.unsorted(),
            1,
            List.of(),
            Map.of());
    return new LogSchemas(definition, Map.of(TABLE.schemaId(), TABLE));
  }

  public static ArrowRecordBatch batch(BufferAllocator allocator, long from, int rows) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
      BigIntVector ids = (BigIntVector) root.getVector(0);
      ids.allocateNew(rows);
      for (int row = 0; row < rows; row++) {
        ids.set(row, from + row);
      }
      root.setRowCount(rows);
      return RecordBatches.of(root);
    }
  }

  /** The numbers of fresh rows [startOffset, endOffset). */
  public static List<Long> read(
      FreshRows rows, long startOffset, long endOffset, BufferAllocator allocator) {
    List<Long> ids = new ArrayList<>();
    try (FreshCursor cursor = rows.read(startOffset, endOffset)) {
      for (FreshSlice slice = cursor.next(); slice != null; slice = cursor.next()) {
        try (FreshSlice opened = slice;
            VectorSchemaRoot root = opened.load(RowSchema.of(TABLE), allocator)) {
          BigIntVector vector = (BigIntVector) root.getVector(0);
          for (int row = 0; row < root.getRowCount(); row++) {
            ids.add(vector.get(row));
          }
        }
      }
    }
    return ids;
  }
}
