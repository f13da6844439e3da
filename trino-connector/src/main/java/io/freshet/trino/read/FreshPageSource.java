/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.error.FreshetException;
import io.freshet.trino.error.FreshetErrors;
import io.trino.spi.Page;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.MemoryContext;
import io.trino.spi.connector.SourcePage;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Fresh rows as the engine takes them: it is never kept waiting, and is told of the memory. */
final class FreshPageSource implements ConnectorPageSource {
  private final FreshPages pages;
  private final MemoryContext memory;
  private long completedBytes;
  private long completedRows;

  /** Takes ownership of {@code pages}. */
  FreshPageSource(FreshPages pages, MemoryContext memory) {
    this.pages = pages;
    this.memory = memory;
  }

  @Override
  public @Nullable SourcePage getNextSourcePage() {
    Page page;
    try {
      page = pages.poll();
    } catch (FreshetException e) {
      throw FreshetErrors.toTrino(e);
    }
    memory.setBytes(pages.retainedBytes());
    if (page == null) {
      return null;
    }
    completedBytes += page.getSizeInBytes();
    completedRows += page.getPositionCount();
    return SourcePage.create(page);
  }

  @Override
  public CompletableFuture<?> isBlocked() {
    return pages.ready();
  }

  @Override
  public boolean isFinished() {
    return pages.hasEnded();
  }

  @Override
  public long getCompletedBytes() {
    return completedBytes;
  }

  @Override
  public OptionalLong getCompletedPositions() {
    return OptionalLong.of(completedRows);
  }

  @Override
  public long getReadTimeNanos() {
    return 0;
  }

  @Override
  public void close() {
    pages.close();
    memory.setBytes(0);
  }
}
