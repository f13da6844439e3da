/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.error.FreshetException;
import io.freshet.server.keys.Decision;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.LogEntry;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An entry that was given to the log, and what the log has said of it so far. */
final class PendingEntry {
  private final LogEntry entry;
  private final CompletableFuture<AppendResult> result;
  private final long bytes;
  private final @Nullable Decision decision;
  private final @Nullable UUID heldBy;
  private boolean isAnswered;
  private @Nullable Throwable error;

  /**
   * @param decision null for a log table
   * @param heldBy the transaction that it belongs to; null if it belongs to none
   */
  PendingEntry(
      LogEntry entry,
      CompletableFuture<AppendResult> result,
      long bytes,
      @Nullable Decision decision,
      @Nullable UUID heldBy) {
    this.entry = entry;
    this.result = result;
    this.bytes = bytes;
    this.decision = decision;
    this.heldBy = heldBy;
  }

  LogEntry entry() {
    return entry;
  }

  CompletableFuture<AppendResult> result() {
    return result;
  }

  long bytes() {
    return bytes;
  }

  @Nullable Decision decision() {
    return decision;
  }

  @Nullable UUID heldBy() {
    return heldBy;
  }

  void answer(@Nullable Throwable newError) {
    isAnswered = true;
    error = newError;
  }

  boolean isAnswered() {
    return isAnswered;
  }

  /** Says that a bucket can't go on, since an entry of its log can't be applied. */
  static FreshetException cannotBeShown(BucketId bucket, LogEntry entry, Throwable cause) {
    return new FreshetException(
        INTERNAL,
        String.format(
            "Bucket %s has stopped: the rows at offsets %d to %d are in its log, but can't be shown: %s."
                + " Restart the server, with more memory if it ran out of it.",
            bucket, entry.startOffset(), entry.endOffset() - 1, cause),
        cause);
  }

  /** Why it is not in the log; null if it is there. */
  @Nullable Throwable error() {
    return error;
  }
}
