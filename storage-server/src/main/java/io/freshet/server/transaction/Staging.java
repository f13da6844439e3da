/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import io.freshet.server.bucket.Bucket;
import io.freshet.server.fresh.FreshMemory;
import io.freshet.server.fresh.FreshRows;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.Log;
import io.freshet.server.schema.LogSchemas;
import io.freshet.table.TableDefinition;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Where the batches of transactions wait: in logs of their own, one for each bucket that a
 * transaction writes to. Blocking.
 *
 * @param schemas of the table's log and of what is staged
 * @param buckets of the table; a staged bucket uses the event loop of its bucket
 * @param epoch of this server
 */
public record Staging(
    Log log,
    TableDefinition definition,
    LogSchemas schemas,
    List<Bucket> buckets,
    Clock clock,
    long epoch,
    BufferAllocator allocator) {
  /** A log that takes batches for a bucket; the caller closes its log. */
  Bucket open(UUID staging, int bucket) {
    BucketId id = new BucketId(staging, bucket);
    BucketLog opened = log.open(id, epoch);
    // Nothing is read from memory: delivery has to see the same entries after a restart.
    FreshRows rows = new FreshRows(opened, new FreshMemory(0), schemas, allocator);
    return new Bucket(id, buckets.get(bucket).loop(), opened, rows, null, clock);
  }

  void delete(UUID staging) {
    log.delete(staging);
  }
}
