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
import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Logs in files of this machine, in the format of {@code SegmentFormatV1}. The caller sees to it
 * that no other process uses the same folder.
 */
public final class LocalLog implements Log {
  private final Disk disk;
  private final Executor executor;
  private final BufferAllocator allocator;
  private final InstantSource clock;
  private final LocalLogConfiguration configuration;
  private final Map<BucketId, LocalBucketLog> openLogs = new ConcurrentHashMap<>();

  /**
   * @param executor for blocking writes and deletions; not the thread of an event loop
   * @param allocator accounts for the entries that were read and are not yet closed
   */
  public LocalLog(
      Disk disk,
      Executor executor,
      BufferAllocator allocator,
      InstantSource clock,
      LocalLogConfiguration configuration) {
    this.disk = disk;
    this.executor = executor;
    this.allocator = allocator;
    this.clock = clock;
    this.configuration = configuration;
  }

  @Override
  public synchronized BucketLog open(BucketId bucket, long epoch) {
    LocalBucketLog owned = openLogs.get(bucket);
    if (owned != null) {
      if (owned.epoch() >= epoch) {
        throw FreshetException.of(
            FENCED,
            "Cannot open the log of bucket %s with epoch %d: an owner with epoch %d has it open."
                + " Close that one, or open it with a newer epoch.",
            bucket,
            epoch,
            owned.epoch());
      }
      owned.fence(epoch);
    }
    try {
      LocalBucketLog opened =
          new LocalBucketLog(
              bucket,
              epoch,
              BucketFiles.open(disk, configuration, bucket, epoch),
              new TrimmedFiles(disk, BucketFiles.folder(bucket)),
              executor,
              allocator,
              clock,
              configuration,
              closed -> openLogs.remove(bucket, closed));
      openLogs.put(bucket, opened);
      return opened;
    } catch (IOException e) {
      throw new FreshetException(
          LOG_WRITE_FAILED,
          String.format(
              "Cannot open the log of bucket %s in %s: %s. Free some space or check the disk, then"
                  + " open it again.",
              bucket, disk.locate(BucketFiles.folder(bucket)), e),
          e);
    }
  }

  @Override
  public synchronized void delete(UUID tableId) {
    openLogs.forEach((bucket, log) -> {
      if (bucket.tableId().equals(tableId)) {
        log.abandon(
            FreshetException.of(TABLE_NOT_FOUND, "The log of bucket %s was deleted.", bucket));
      }
    });
    String table = tableId.toString();
    try {
      if (!disk.list("").contains(table)) {
        return;
      }
      for (String bucket : disk.list(table)) {
        String folder = table + "/" + bucket;
        for (String file : disk.list(folder)) {
          disk.delete(folder + "/" + file);
        }
        disk.delete(folder);
      }
      disk.delete(table);
      disk.forceFolder("");
    } catch (IOException e) {
      throw new FreshetException(
          LOG_WRITE_FAILED,
          String.format(
              "Cannot delete the logs of table %s in %s: %s. Check the disk, then drop the table"
                  + " again.",
              tableId, disk.locate(table), e),
          e);
    }
  }
}
