/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static java.util.Objects.requireNonNull;

import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes in a bucket's log. Owns a reference to the batch's buffers, which {@link
 * #close} releases.
 *
 * @param startOffset offset of the first row; the entry holds [startOffset, endOffset())
 * @param commitTimestampMicros when the server took the batch in, microseconds since 1970 UTC;
 *     never falls within a bucket
 * @param schemaId the table schema that the columns of {@code batch} follow
 * @param writer who sent it, or null if the writer gave no identity
 */
public record LogEntry(
    long startOffset,
    long commitTimestampMicros,
    int schemaId,
    @Nullable WriterSequence writer,
    ArrowRecordBatch batch)
    implements AutoCloseable {
  public LogEntry {
    requireNonNull(batch, "batch");
  }

  public int rows() {
    return batch.getLength();
  }

  public long endOffset() {
    return startOffset + rows();
  }

  @Override
  public void close() {
    batch.close();
  }
}
