/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.write;

import io.airlift.slice.Slice;
import io.freshet.trino.error.FreshetErrors;
import io.trino.spi.Page;
import io.trino.spi.connector.ConnectorPageSink;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A sink that keeps none of the engine's threads waiting for the server. The engine may finish
 * while its last page is still under way; so one thing is done after the other.
 */
final class FreshetPageSink implements ConnectorPageSink {
  private final RowWriter rows;
  private final Executor waiting;
  private CompletableFuture<?> last = NOT_BLOCKED;

  /** Takes ownership of {@code rows}. */
  FreshetPageSink(RowWriter rows, Executor waiting) {
    this.rows = rows;
    this.waiting = waiting;
  }

  @Override
  public CompletableFuture<?> appendPage(Page page) {
    return afterLast(() -> rows.append(page));
  }

  @Override
  public CompletableFuture<Collection<Slice>> finish() {
    return afterLast(rows::finish).thenApply(unused -> List.of());
  }

  @Override
  public void abort() {
    last = last.handleAsync((unused, failure) -> null, waiting).thenRun(rows::abort);
  }

  @Override
  public long getCompletedBytes() {
    return rows.sentBytes();
  }

  @Override
  public long getMemoryUsage() {
    return rows.retainedBytes();
  }

  /** Runs a task unless something before it failed. */
  private CompletableFuture<Void> afterLast(Runnable task) {
    CompletableFuture<Void> done = last.thenRunAsync(() -> FreshetErrors.run(task), waiting);
    last = done;
    return done;
  }
}
