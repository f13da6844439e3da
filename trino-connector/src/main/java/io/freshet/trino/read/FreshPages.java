/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.client.BatchStream;
import io.freshet.trino.server.QueryMemory;
import io.trino.spi.Page;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a stream, read by a thread of its own, which waits for the server so that the engine's
 * threads need not. A few pages may wait; while there are so many, the stream is held back.
 */
final class FreshPages implements AutoCloseable {
  private static final int MAX_WAITING = 2;

  private final Queue<Page> waiting = new ArrayDeque<>();
  private final QueryMemory.Share memory;
  private CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
  private @Nullable BatchStream stream;
  private @Nullable Throwable failure;
  private boolean hasEnded;
  private boolean isClosed;

  private FreshPages(QueryMemory.Share memory) {
    this.memory = memory;
  }

  /**
   * Starts to read.
   *
   * @param memory for batches; becomes the pages' own
   * @param open makes the stream, on the thread that reads it
   * @param toPage copies a batch
   */
  static FreshPages read(
      QueryMemory.Share memory,
      Function<BufferAllocator, BatchStream> open,
      Function<VectorSchemaRoot, Page> toPage,
      Executor executor) {
    FreshPages pages = new FreshPages(memory);
    try {
      executor.execute(() -> pages.readAll(open, toPage));
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
    return pages;
  }

  /** Completes when {@link #poll} has a page or the end to tell. */
  synchronized CompletableFuture<?> ready() {
    return ready;
  }

  /** The next page; null if there is none now. Throws what went wrong. */
  synchronized @Nullable Page poll() {
    Page page = waiting.poll();
    if (page != null) {
      if (waiting.isEmpty() && !hasEnded) {
        ready = new CompletableFuture<>();
      }
      notifyAll();
      return page;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return null;
  }

  /** Whether {@link #poll} will never have a page again. */
  synchronized boolean hasEnded() {
    return hasEnded && waiting.isEmpty() && failure == null;
  }

  /** The memory of the pages that wait, and of batches that are to become pages. */
  synchronized long retainedBytes() {
    return waiting.stream().mapToLong(Page::getRetainedSizeInBytes).sum() + memory.usedBytes();
  }

  /** Ends the stream; its thread ends soon after. */
  @Override
  public void close() {
    BatchStream cancelled;
    synchronized (this) {
      isClosed = true;
      waiting.clear();
      cancelled = stream;
      notifyAll();
    }
    if (cancelled != null) {
      cancelled.cancel();
    }
  }

  private void readAll(
      Function<BufferAllocator, BatchStream> open, Function<VectorSchemaRoot, Page> toPage) {
    Throwable reason = null;
    try (memory;
        BatchStream opened = open.apply(memory.allocator())) {
      if (start(opened)) {
        while (opened.next()) {
          if (opened.batch().getRowCount() > 0 && !put(toPage.apply(opened.batch()))) {
            break;
          }
        }
      }
    } catch (RuntimeException | Error e) {
      reason = e;
    }
    end(reason);
  }

  private synchronized boolean start(BatchStream opened) {
    stream = opened;
    return !isClosed;
  }

  /** False if nobody wants pages any more. */
  private synchronized boolean put(Page page) {
    while (waiting.size() >= MAX_WAITING && !isClosed) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    if (isClosed) {
      return false;
    }
    waiting.add(page);
    ready.complete(null);
    return true;
  }

  private synchronized void end(@Nullable Throwable reason) {
    stream = null;
    failure = isClosed ? null : reason; // A cancelled stream fails; nobody wants to know.
    hasEnded = true;
    ready.complete(null);
  }
}
