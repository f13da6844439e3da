/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all fresh batches of a server may use together. When it is exceeded the oldest
 * batches are evicted, which costs nothing, since the log has them.
 */
public final class FreshMemory {
  private final long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final ConcurrentLinkedQueue<FreshBatch> inMemory = new ConcurrentLinkedQueue<>();

  public FreshMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  public long limitBytes() {
    return limitBytes;
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  void add(FreshBatch batch) {
    inMemory.add(batch);
    usedBytes.addAndGet(batch.bytes());
    while (usedBytes.get() > limitBytes) {
      FreshBatch oldest = inMemory.poll();
      if (oldest == null) {
        return;
      }
      release(oldest);
    }
  }

  /**
   * Evicts a batch that is no longer needed; its place in the queue goes when it comes to the
   * front.
   */
  void release(FreshBatch batch) {
    if (batch.evict()) {
      usedBytes.addAndGet(-batch.bytes());
    }
    FreshBatch oldest = inMemory.peek();
    while (oldest != null && !oldest.isInMemory() && inMemory.remove(oldest)) {
      oldest = inMemory.peek();
    }
  }
}
