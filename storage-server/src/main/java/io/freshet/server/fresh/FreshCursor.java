/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Walks over fresh rows [startOffset, endOffset) of a bucket. For one thread. */
public final class FreshCursor implements AutoCloseable {
  private final FreshRows rows;
  private final long endOffset;
  private final FreshRows.@Nullable Pruning pruning;
  private final Deque<FreshSlice> found = new ArrayDeque<>();
  private long nextOffset;

  FreshCursor(
      FreshRows rows, long startOffset, long endOffset, FreshRows.@Nullable Pruning pruning) {
    this.pruning = pruning;
    this.rows = rows;
    this.nextOffset = startOffset;
    this.endOffset = endOffset;
  }

  /** The next rows, which the caller closes, or null at the end. */
  public @Nullable FreshSlice next() {
    while (found.isEmpty() && nextOffset < endOffset) {
      FreshRows.Found more = rows.find(nextOffset, endOffset, pruning);
      found.addAll(more.slices());
      nextOffset = more.endOffset();
    }
    return found.pollFirst();
  }

  @Override
  public void close() {
    found.forEach(FreshSlice::close);
    found.clear();
  }
}
