/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.error.FreshetException;
import io.freshet.protocol.TierResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Callers who wait for a tiering that has not started. Belongs to the table's event loop. */
final class TierRequests {
  private List<CompletableFuture<TierResult>> waiting = new ArrayList<>();
  private @Nullable FreshetException closedReason;

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Has callers wait for the next run, if there will be one. */
  void add(List<CompletableFuture<TierResult>> requests) {
    FreshetException reason = closedReason;
    if (reason == null) {
      waiting.addAll(requests);
    } else {
      requests.forEach(request -> request.completeExceptionally(reason));
    }
  }

  /** All who wait; they are the caller's now. */
  List<CompletableFuture<TierResult>> take() {
    List<CompletableFuture<TierResult>> taken = waiting;
    waiting = new ArrayList<>();
    return taken;
  }

  /** Fails all who wait, and whoever comes later. */
  void close(FreshetException reason) {
    closedReason = reason;
    take().forEach(request -> request.completeExceptionally(reason));
  }
}
