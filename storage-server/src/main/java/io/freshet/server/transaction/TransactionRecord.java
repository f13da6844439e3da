/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known for ever of a transaction, or until so many others have followed that it is
 * forgotten.
 *
 * @param id as its client named it
 * @param staging names the logs of its staged batches
 * @param atMillis when it came into this state, since 1970 UTC
 * @param timeoutMillis how long it may be open without a word of its client
 * @param writers whose batches its commit shows; all if null
 * @param firstWriters whose batches come before all others; none if null
 */
public record TransactionRecord(
    String id,
    UUID staging,
    State state,
    long atMillis,
    long timeoutMillis,
    @Nullable List<UUID> writers,
    @Nullable List<UUID> firstWriters) {
  /** Where a transaction is in its life. */
  public enum State {
    OPEN,
    /** It was decided that its batches become visible: a restart goes on with it. */
    COMMITTING,
    /** Its batches are visible. */
    COMMITTED,
    /** Its batches are gone. */
    ABORTED
  }

  TransactionRecord with(State newState, long newAtMillis) {
    return new TransactionRecord(
        id, staging, newState, newAtMillis, timeoutMillis, writers, firstWriters);
  }

  /** With the writers whose batches count, all if null, and those that come first. */
  TransactionRecord withWriters(
      @Nullable List<UUID> newWriters, @Nullable List<UUID> newFirstWriters) {
    return new TransactionRecord(
        id, staging, state, atMillis, timeoutMillis, newWriters, newFirstWriters);
  }
}
