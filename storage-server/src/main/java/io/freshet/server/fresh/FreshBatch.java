/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import io.freshet.arrow.RecordBatches;
import io.freshet.filter.RowFilter;
import io.freshet.filter.ZoneMap;
import io.freshet.server.schema.RowSchema;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Rows [startOffset, endOffset) of a bucket. Its buffers are in memory until it is evicted; from
 * then on the rows are read from the log. Safe for use by many threads.
 */
final class FreshBatch {
  private final long startOffset;
  private final long endOffset;
  private final long firstCommitTimestampMicros;
  private final long lastCommitTimestampMicros;
  private final int schemaId;
  private final long bytes;
  private final long bytesBefore;
  private @Nullable ArrowRecordBatch buffers;
  private @Nullable VectorSchemaRoot zoneRows;
  private @Nullable ZoneMap zones;

  /**
   * Takes ownership of {@code buffers}.
   *
   * @param bytesBefore of all earlier batches of the bucket since the server started
   */
  FreshBatch(
      long startOffset,
      long firstCommitTimestampMicros,
      long lastCommitTimestampMicros,
      int schemaId,
      long bytesBefore,
      ArrowRecordBatch buffers) {
    this.startOffset = startOffset;
    this.endOffset = startOffset + buffers.getLength();
    this.firstCommitTimestampMicros = firstCommitTimestampMicros;
    this.lastCommitTimestampMicros = lastCommitTimestampMicros;
    this.schemaId = schemaId;
    this.bytesBefore = bytesBefore;
    this.bytes = buffers.computeBodyLength();
    this.buffers = buffers;
  }

  long startOffset() {
    return startOffset;
  }

  long endOffset() {
    return endOffset;
  }

  int rows() {
    return (int) (endOffset - startOffset);
  }

  long firstCommitTimestampMicros() {
    return firstCommitTimestampMicros;
  }

  long lastCommitTimestampMicros() {
    return lastCommitTimestampMicros;
  }

  /** Whether all rows were taken in at the same time. */
  boolean isOfOneMoment() {
    return firstCommitTimestampMicros == lastCommitTimestampMicros;
  }

  int schemaId() {
    return schemaId;
  }

  /** Of the batch's buffers, in memory or not. */
  long bytes() {
    return bytes;
  }

  /** Of all batches of the bucket from its start up to this offset of this batch, about. */
  long bytesUpTo(long offset) {
    return bytesBefore + (rows() == 0 ? 0 : bytes * (offset - startOffset) / rows());
  }

  long bytesBefore() {
    return bytesBefore;
  }

  /** The buffers with a reference of the caller's own, or null if they are no longer in memory. */
  synchronized @Nullable ArrowRecordBatch acquire() {
    return buffers == null ? null : RecordBatches.share(buffers);
  }

  /** Whether the zone map says that no row matches; false when the buffers are not in memory. */
  synchronized boolean isRuledOutBy(RowFilter filter, RowSchema schema, BufferAllocator allocator) {
    if (buffers == null) {
      return false;
    }
    if (zones == null) {
      zoneRows = RecordBatches.load(schema.arrow(), buffers, allocator);
      zones = new ZoneMap(schema.iceberg(), zoneRows);
    }
    return !filter.mayMatch(zones);
  }

  synchronized boolean isInMemory() {
    return buffers != null;
  }

  /** Gives the memory back; true if this call did it. */
  synchronized boolean evict() {
    if (buffers == null) {
      return false;
    }
    buffers.close();
    buffers = null;
    if (zoneRows != null) {
      zoneRows.close();
      zoneRows = null;
      zones = null;
    }
    return true;
  }
}
