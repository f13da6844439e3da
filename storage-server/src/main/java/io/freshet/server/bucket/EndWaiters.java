/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;

import io.freshet.error.FreshetException;
import io.freshet.server.log.BucketId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Who waits for a bucket's high watermark to move. Belongs to the bucket's event loop. */
final class EndWaiters {
  static final int MAX_WAITERS = 10_000;

  /** Beyond which offset each wants it to be. */
  private final Map<CompletableFuture<Long>, Long> offsets = new LinkedHashMap<>();

  void add(BucketId bucket, long offset, CompletableFuture<Long> waiter) {
    if (offsets.size() >= MAX_WAITERS) {
      waiter.completeExceptionally(
          FreshetException.of(
              LIMIT_EXCEEDED,
              "%d readers wait for changes of bucket %s already: have fewer of them, or let them read up"
                  + " to an end offset",
              MAX_WAITERS,
              bucket));
    } else if (!waiter.isDone()) {
      offsets.put(waiter, offset);
    }
  }

  void remove(CompletableFuture<Long> waiter) {
    offsets.remove(waiter);
  }

  void signal(long endOffset) {
    if (offsets.isEmpty()) {
      return;
    }
    List<CompletableFuture<Long>> reached = new ArrayList<>();
    offsets.forEach((waiter, offset) -> {
      if (endOffset > offset) {
        reached.add(waiter);
      }
    });
    reached.forEach(offsets::remove);
    reached.forEach(waiter -> waiter.complete(endOffset));
  }

  void fail(FreshetException reason) {
    List<CompletableFuture<Long>> failed = List.copyOf(offsets.keySet());
    offsets.clear();
    failed.forEach(waiter -> waiter.completeExceptionally(reason));
  }
}
