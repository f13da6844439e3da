/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.bucket.BucketRouter;
import io.freshet.error.FreshetException;
import io.freshet.server.index.KeyEncoder;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.schema.RowSchema;
import io.freshet.table.TableDefinition;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/** The keys of batches that are written to a primary-key table. For one thread. */
public final class BatchKeys {
  private final TableDefinition definition;
  private final TableKeys keys;
  private final KeyEncoder encoder;
  private final RowSchema logSchema;
  private final @Nullable BucketRouter router;

  public BatchKeys(TableDefinition definition, TableKeys keys) {
    this.definition = definition;
    this.keys = keys;
    this.encoder = keys.newEncoder();
    this.logSchema = RowSchema.of(definition.logSchema());
    this.router =
        definition.buckets() == 1
            ? null
            : new BucketRouter(definition.bucketKey(), definition.buckets());
  }

  /** The keys of a batch in the log's columns, which stays its owner's. */
  public KeyHashes encode(ArrowRecordBatch batch, BufferAllocator allocator) {
    return encode(logSchema, batch, allocator);
  }

  /**
   * The keys of a batch, which stays its owner's.
   *
   * @param written the columns that it was written with
   */
  public KeyHashes encode(RowSchema written, ArrowRecordBatch batch, BufferAllocator allocator) {
    try (VectorSchemaRoot rows = written.load(batch, logSchema, allocator)) {
      return keys.encode(encoder, rows);
    }
  }

  /** Refuses rows that belong elsewhere: a key whose changes are in two buckets has two rows. */
  public void checkBucket(VectorSchemaRoot rows, int bucket) {
    if (router == null) {
      return;
    }
    int[] buckets = router.route(rows);
    for (int row = 0; row < buckets.length; row++) {
      if (buckets[row] != bucket) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Row %d of the batch for bucket %d of table %s belongs to bucket %d: split rows by the bucket key"
                + " %s, or leave it to the server and give no bucket",
            row,
            bucket,
            definition.name(),
            buckets[row],
            definition.bucketKey());
      }
    }
  }
}
