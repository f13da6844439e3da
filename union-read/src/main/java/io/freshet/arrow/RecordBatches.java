/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;

/**
 * Record batches, the form in which rows are logged and kept; their buffers are counted references.
 */
public final class RecordBatches {
  private RecordBatches() {}

  /** A second owner of the same buffers; both must close theirs. */
  public static ArrowRecordBatch share(ArrowRecordBatch batch) {
    return new ArrowRecordBatch(batch.getLength(), batch.getNodes(), batch.getBuffers());
  }

  /** The rows of {@code root} as a batch that owns references to the root's buffers. */
  public static ArrowRecordBatch of(VectorSchemaRoot root) {
    return new VectorUnloader(root, true, NoCompressionCodec.INSTANCE, true).getRecordBatch();
  }

  /** The rows of {@code batch} as a root with references of its own; the caller closes both. */
  public static VectorSchemaRoot load(
      Schema schema, ArrowRecordBatch batch, BufferAllocator allocator) {
    VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
    try {
      new VectorLoader(root).load(batch);
      return root;
    } catch (RuntimeException | Error e) {
      root.close();
      throw e;
    }
  }

  /** Rows [fromRow, toRow) of {@code batch} as a root with references of its own. */
  public static VectorSchemaRoot load(
      Schema schema, ArrowRecordBatch batch, int fromRow, int toRow, BufferAllocator allocator) {
    VectorSchemaRoot whole = load(schema, batch, allocator);
    if (fromRow == 0 && toRow == batch.getLength()) {
      return whole;
    }
    try (whole) {
      return ArrowBatches.slice(whole, fromRow, toRow - fromRow, allocator);
    }
  }

  /**
   * All rows of {@code batches}, in order, copied into one batch; the batches stay their owner's.
   */
  public static ArrowRecordBatch concatenate(
      Schema schema, List<ArrowRecordBatch> batches, BufferAllocator allocator) {
    try (VectorSchemaRoot all = VectorSchemaRoot.create(schema, allocator)) {
      all.allocateNew();
      all.setRowCount(0);
      for (ArrowRecordBatch batch : batches) {
        try (VectorSchemaRoot part = load(schema, batch, allocator)) {
          VectorSchemaRootAppender.append(false, all, part);
        }
      }
      return of(all);
    }
  }
}
