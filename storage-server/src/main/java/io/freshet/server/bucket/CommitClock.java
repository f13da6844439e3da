/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives a bucket's entries their commit timestamps, in microseconds since 1970 UTC, which never go
 * back. It stands still while a transaction is on its way to the log, so that the transaction can
 * have one timestamp in all buckets. Belongs to the bucket's event loop.
 */
final class CommitClock {
  private final Clock clock;
  private long lastMicros;
  private boolean isHeld;

  CommitClock(Clock clock, long lastMicros) {
    this.clock = clock;
    this.lastMicros = lastMicros;
  }

  /**
   * The timestamp of the next entry.
   *
   * @param commitMicros of the transaction that it belongs to; null if it belongs to none
   */
  long next(@Nullable Long commitMicros) {
    if (commitMicros != null) {
      lastMicros = Math.max(lastMicros, commitMicros);
    } else if (!isHeld) {
      lastMicros = Math.max(lastMicros, nowMicros());
    }
    return lastMicros;
  }

  /**
   * Stands still until it is released, and tells the time.
   *
   * @param micros where, unless that would be to go back; null for here and now
   */
  long hold(@Nullable Long micros) {
    long held = next(micros);
    isHeld = true;
    return held;
  }

  void release() {
    isHeld = false;
  }

  private long nowMicros() {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
  }
}
