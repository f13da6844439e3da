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
import io.freshet.server.log.LogEntry;
import io.freshet.server.log.RecoveredWriters.WrittenBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commit timestamp that all changes of a transaction get, so that no moment is between two of
 * them: that of its commit, or the last one of its buckets if that is later. A transaction that a
 * crash has cut short keeps the one that it has in the logs already.
 *
 * @param buckets that it has changes for
 */
record CommitTimestamp(TransactionRecord record, List<Bucket> buckets) {
  /**
   * Microseconds since 1970 UTC; the buckets' clocks stand still from then on.
   *
   * @param calls runs what may block
   */
  CompletableFuture<Long> find(Executor calls) {
    return CompletableFuture.supplyAsync(this::hold, calls).thenCompose(found -> found);
  }

  /** Has the buckets' clocks stand still. Blocking. */
  CompletableFuture<Long> hold() {
    Long logged = logged();
    List<CompletableFuture<Long>> held =
        buckets.stream().map(bucket -> bucket.holdClock(logged)).toList();
    return CompletableFuture.allOf(held.toArray(CompletableFuture[]::new))
        .thenApply(unused -> {
          long latest = held.stream().mapToLong(CompletableFuture::join).max().orElse(0);
          return logged != null
              ? logged
              : Math.max(latest, TimeUnit.MILLISECONDS.toMicros(record.atMillis()));
        });
  }

  /** That of the changes that were in a bucket's log when it was opened; null if there are none. */
  private @Nullable Long logged() {
    for (Bucket bucket : buckets) {
      List<WrittenBatch> written =
          bucket.log().recoveredWriters().batches().getOrDefault(record.staging(), List.of());
      if (!written.isEmpty() && written.get(0).startOffset() >= bucket.log().startOffset()) {
        List<LogEntry> entries = bucket.log().read(written.get(0).startOffset(), 1);
        try {
          return entries.get(0).commitTimestampMicros();
        } finally {
          entries.forEach(LogEntry::close);
        }
      }
    }
    return null;
  }
}
