/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import io.freshet.error.FreshetException;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.log.BucketLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The staged batches of one transaction. Safe for use by many threads; blocking. */
final class StagedTransaction {
  private volatile TransactionRecord record;
  private final Staging staging;
  private final Map<Integer, Bucket> opened = new HashMap<>();
  private @Nullable FreshetException end;

  StagedTransaction(TransactionRecord record, Staging staging) {
    this.record = record;
    this.staging = staging;
  }

  TransactionRecord record() {
    return record;
  }

  /** Records that it is to be committed. */
  synchronized void decide(TransactionRecord decided, TransactionLog log) {
    log.put(decided);
    record = decided;
  }

  /** Where the batches for a bucket of the table go. */
  synchronized Bucket bucket(int number) {
    if (end != null) {
      throw end;
    }
    return open(number);
  }

  /**
   * Takes no further batches.
   *
   * @param reason what later ones are answered
   * @return by bucket, how many rows were acknowledged; buckets without rows are left out
   */
  synchronized CompletableFuture<Map<Integer, Long>> finish(FreshetException reason) {
    end = reason;
    List<CompletableFuture<Void>> counted = new ArrayList<>();
    Map<Integer, Long> rows = new TreeMap<>();
    for (int number = 0; number < staging.buckets().size(); number++) {
      Bucket bucket = open(number);
      int counting = number;
      // What is on its way is acknowledged yet, and found after a restart: so it belongs to it.
      counted.add(
          bucket
              .drain(reason)
              .thenAccept(endOffset -> {
                if (endOffset > 0) {
                  synchronized (rows) {
                    rows.put(counting, endOffset);
                  }
                }
              }));
    }
    return CompletableFuture.allOf(counted.toArray(CompletableFuture[]::new))
        .thenApply(unused -> rows);
  }

  /** The staged entries of a bucket. */
  synchronized BucketLog log(int number) {
    return open(number).log();
  }

  /** Closes the logs, and deletes them. */
  synchronized void delete(FreshetException reason) {
    close(reason);
    staging.delete(record.staging());
  }

  /**
   * Closes the logs; they stay.
   *
   * @param reason what later batches are answered
   */
  synchronized void close(FreshetException reason) {
    end = reason;
    opened
        .values()
        .forEach(bucket -> {
          bucket.log().close();
          bucket.loop().execute(bucket.fresh()::close);
        });
    opened.clear();
  }

  private Bucket open(int number) {
    return opened.computeIfAbsent(number, unused -> staging.open(record.staging(), number));
  }
}
