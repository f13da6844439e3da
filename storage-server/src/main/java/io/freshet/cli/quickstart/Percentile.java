/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import java.util.List;
import java.util.function.ToLongFunction;

/** Which of the sorted values. */
enum Percentile {
  MEDIAN(50),
  P95(95);

  private final int percent;

  Percentile(int percent) {
    this.percent = percent;
  }

  /** The value of that rank; 0 if there are none. */
  <T> long of(List<T> items, ToLongFunction<T> value) {
    long[] sorted = items.stream().mapToLong(value).sorted().toArray();
    return sorted.length == 0
        ? 0
        : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
