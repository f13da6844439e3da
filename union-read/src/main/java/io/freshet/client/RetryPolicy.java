/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import java.time.Duration;

/**
 * How a client repeats what failed with the remedy RETRY: at most {@code attempts} times in all,
 * with pauses that double from {@code firstPause} up to {@code lastPause}.
 */
public record RetryPolicy(int attempts, Duration firstPause, Duration lastPause) {
  /** Rides out a restart of the server: about a minute. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(20, Duration.ofMillis(50), Duration.ofSeconds(4));

  /** Tells every failure at once. */
  public static final RetryPolicy NONE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

  public RetryPolicy {
    if (attempts < 1 || firstPause.isNegative() || lastPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "A retry policy needs 1 attempt or more and pauses that grow: "
              + attempts
              + ", "
              + firstPause
              + ", "
              + lastPause);
    }
  }

  /** How long to wait after {@code failures} failures in a row. */
  public Duration pause(int failures) {
    long millis = firstPause.toMillis() << Math.min(failures - 1, 20);
    return Duration.ofMillis(Math.min(Math.max(millis, 0), lastPause.toMillis()));
  }
}
