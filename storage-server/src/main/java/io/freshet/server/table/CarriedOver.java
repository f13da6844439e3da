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
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a table that is opened again takes over from before.
 *
 * @param tierRequests of callers who wait for a tiering
 */
record CarriedOver(Leases leases, List<CompletableFuture<TierResult>> tierRequests) {
  /** Nobody takes over. */
  void fail(FreshetException reason) {
    tierRequests.forEach(request -> request.completeExceptionally(reason));
  }
}
