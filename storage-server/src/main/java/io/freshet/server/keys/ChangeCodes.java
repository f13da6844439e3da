/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.table.ChangeType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * The change types of a batch in a log's schema, whose last column they are. Shape: {@code values:
 * int[rows]}, each a {@link ChangeType#code}.
 */
public record ChangeCodes(ArrowBuf values) {
  private static final long WIDTH = Integer.BYTES;

  /** The last column of a batch, which keeps owning it. */
  public static ChangeCodes of(ArrowRecordBatch batch) {
    List<ArrowBuf> buffers = batch.getBuffers();
    return new ChangeCodes(buffers.get(buffers.size() - 1));
  }

  /**
   * A batch with the same buffers but for a copy of the change types, which may be written to. The
   * caller closes both.
   */
  public static ArrowRecordBatch copyIn(ArrowRecordBatch batch, BufferAllocator allocator) {
    List<ArrowBuf> buffers = new ArrayList<>(batch.getBuffers());
    ArrowBuf shared = buffers.get(buffers.size() - 1);
    try (ArrowBuf copy = allocator.buffer(batch.getLength() * WIDTH)) {
      copy.setBytes(0, shared, 0, batch.getLength() * WIDTH);
      copy.writerIndex(batch.getLength() * WIDTH);
      buffers.set(buffers.size() - 1, copy);
      return new ArrowRecordBatch(batch.getLength(), batch.getNodes(), buffers);
    }
  }

  public boolean isDelete(int row) {
    return values.getInt(row * WIDTH) == ChangeType.DELETE.code();
  }

  void setUpsert(int row, boolean isInsert) {
    ChangeType type = isInsert ? ChangeType.INSERT : ChangeType.UPDATE_AFTER;
    values.setInt(row * WIDTH, type.code());
  }
}
