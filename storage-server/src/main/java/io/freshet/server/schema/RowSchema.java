/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.schema;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RecordBatches;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/** Columns of rows as Iceberg and as Arrow know them. */
public record RowSchema(org.apache.iceberg.Schema iceberg, Schema arrow) {
  public static RowSchema of(org.apache.iceberg.Schema schema) {
    return new RowSchema(schema, ArrowSchemas.toArrow(schema));
  }

  /**
   * Rows [fromRow, toRow) of a batch that was written with these columns, in the columns of a later
   * schema of the same table.
   *
   * @param batch borrowed; the returned rows have references of their own, and are the caller's
   */
  public VectorSchemaRoot load(
      ArrowRecordBatch batch, int fromRow, int toRow, RowSchema wanted, BufferAllocator allocator) {
    VectorSchemaRoot rows = RecordBatches.load(arrow, batch, fromRow, toRow, allocator);
    if (iceberg.schemaId() == wanted.iceberg.schemaId()) {
      return rows;
    }
    try (rows) {
      return new BatchEvolution(this, wanted, allocator).evolve(rows);
    }
  }

  /** All rows of a batch that was written with these columns, as {@link #load}. */
  public VectorSchemaRoot load(
      ArrowRecordBatch batch, RowSchema wanted, BufferAllocator allocator) {
    return load(batch, 0, batch.getLength(), wanted, allocator);
  }
}
