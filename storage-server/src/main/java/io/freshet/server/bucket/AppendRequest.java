/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import io.freshet.server.index.KeyHashes;
import io.freshet.server.log.WriterSequence;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Rows to append to one bucket. Owns its reference to the buffers; the bucket closes it.
 *
 * @param schemaId the table schema that the columns follow
 * @param writer who sends it, or null if sending it again would be another batch
 * @param keys of the rows of a primary-key table, whose batch has the change types as its last
 *     column, without an owner elsewhere; null for a log table
 * @param previousSequence the writer's sequence before this one in this bucket on the same stream;
 *     null at a stream's start, when the writer sends again all that was not acknowledged
 */
public record AppendRequest(
    int schemaId,
    @Nullable WriterSequence writer,
    @Nullable Long previousSequence,
    @Nullable KeyHashes keys,
    ArrowRecordBatch batch)
    implements AutoCloseable {
  @Override
  public void close() {
    batch.close();
  }
}
