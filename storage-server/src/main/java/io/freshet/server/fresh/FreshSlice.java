/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import io.freshet.server.schema.RowSchema;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * Rows [fromRow, toRow) of a batch that was found for a fresh read. Owns its reference to the
 * buffers.
 *
 * @param startOffset of row {@code fromRow}
 * @param schema the columns that the batch was written with
 */
public record FreshSlice(
    long startOffset, RowSchema schema, ArrowRecordBatch batch, int fromRow, int toRow)
    implements AutoCloseable {
  public int rows() {
    return toRow - fromRow;
  }

  public long endOffset() {
    return startOffset + rows();
  }

  /** The slice's rows in some columns, with references of their own; the caller closes both. */
  public VectorSchemaRoot load(RowSchema wanted, BufferAllocator allocator) {
    return schema.load(batch, fromRow, toRow, wanted, allocator);
  }

  @Override
  public void close() {
    batch.close();
  }
}
