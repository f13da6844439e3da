/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import java.util.Arrays;

/** Times from sending to arrival. Safe for use by many threads. */
final class Latencies {
  private final long ignoredUntilNanos;
  private long[] nanos = new long[1 << 16];
  private int count;

  /**
   * @param ignoredUntilNanos messages that were sent before, by {@link System#nanoTime}, do not
   *     count
   */
  Latencies(long ignoredUntilNanos) {
    this.ignoredUntilNanos = ignoredUntilNanos;
  }

  synchronized void add(long sentNanos) {
    if (sentNanos < ignoredUntilNanos) {
      return;
    }
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = System.nanoTime() - sentNanos;
  }

  synchronized int count() {
    return count;
  }

  /** In milliseconds, for a part of 0 to 1. */
  synchronized double percentile(double part) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return count == 0 ? Double.NaN : sorted[(int) Math.min(count - 1, part * count)] / 1e6;
  }
}
