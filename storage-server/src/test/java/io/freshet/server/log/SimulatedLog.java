/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.error.FreshetErrorCode.FENCED;

import io.freshet.error.FreshetException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A log in memory with the contract of {@link Log} and no files. Entries become durable when the
 * executor gets to it; {@link #crash} loses all others. All of it runs on one thread.
 */
public final class SimulatedLog implements Log {
  private final Executor executor;
  private final BufferAllocator allocator;
  private final InstantSource clock;
  private final Map<BucketId, SimulatedBucketLog.Stored> stored = new HashMap<>();
  private final Map<BucketId, SimulatedBucketLog> openLogs = new HashMap<>();
  private int failingWrites;

  /**
   * @param executor runs the writes; what it has not run yet is not durable
   * @param allocator for entries that are read
   */
  public SimulatedLog(Executor executor, BufferAllocator allocator, InstantSource clock) {
    this.executor = executor;
    this.allocator = allocator;
    this.clock = clock;
  }

  /** Loses what is not durable. Logs that are open fail from now on; futures never complete. */
  public void crash() {
    openLogs.values().forEach(SimulatedBucketLog::die);
    openLogs.clear();
  }

  /** Another owner takes all logs that are open, and closes them: what waits is never written. */
  public void fenceAll(long epoch) {
    for (BucketId bucket : List.copyOf(openLogs.keySet())) {
      open(bucket, epoch).close();
    }
  }

  /** The next writes, of any bucket, fail with LOG_WRITE_FAILED. */
  public void failWrites(int count) {
    failingWrites = count;
  }

  @Override
  public BucketLog open(BucketId bucket, long epoch) {
    SimulatedBucketLog.Stored rows =
        stored.computeIfAbsent(bucket, id -> new SimulatedBucketLog.Stored());
    SimulatedBucketLog owned = openLogs.get(bucket);
    if (epoch < rows.epoch || (owned != null && epoch == rows.epoch)) {
      throw FreshetException.of(
          FENCED,
          "Cannot open the log of bucket %s with epoch %d: an owner with epoch %d has it.",
          bucket,
          epoch,
          rows.epoch);
    }
    if (owned != null) {
      owned.fence(epoch);
    }
    rows.epoch = epoch;
    SimulatedBucketLog opened =
        new SimulatedBucketLog(
            bucket,
            rows,
            executor,
            allocator,
            clock,
            this::nextWriteFails,
            closed -> openLogs.remove(bucket, closed));
    openLogs.put(bucket, opened);
    return opened;
  }

  @Override
  public void delete(UUID tableId) {
    stored.keySet().removeIf(bucket -> bucket.tableId().equals(tableId));
    openLogs
        .entrySet()
        .removeIf(open -> {
          if (!open.getKey().tableId().equals(tableId)) {
            return false;
          }
          open.getValue().die();
          return true;
        });
  }

  private boolean nextWriteFails() {
    if (failingWrites == 0) {
      return false;
    }
    failingWrites--;
    return true;
  }
}
