/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread or process does, for a bounded time. */
public final class Await {
  private static final long POLL_NANOS = 5_000_000;

  private Await() {}

  /** Returns once {@code condition} holds; fails, saying what was awaited, if it takes too long. */
  public static void until(String what, Duration atMost, BooleanSupplier condition) {
    if (!holdsWithin(atMost, condition)) {
      throw new AssertionError("Not within " + atMost + ": " + what);
    }
  }

  public static boolean holdsWithin(Duration atMost, BooleanSupplier condition) {
    long endNanos = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - endNanos > 0) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  public static void pause(Duration pause) {
    boolean unused = holdsWithin(pause, () -> false);
  }
}
