/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.util.List;
import java.util.Optional;

/**
 * Which runs to merge: neighbours of similar size, so that a run is rewritten a logarithmic number
 * of times, and as many as it takes to keep to the limit of runs.
 */
final class MergePolicy {
  /** Fewer runs of similar size are not worth a merge. */
  private static final int MIN_RUNS = 4;

  /** A run is similar to those that are newer if it is at most this many times as large as all. */
  private static final int SIMILAR = 2;

  private final int maxRuns;

  MergePolicy(int maxRuns) {
    this.maxRuns = maxRuns;
  }

  /** Runs from {@code from}, inclusive, to {@code to}, exclusive; the newest is 0. */
  record Range(int from, int to) {}

  /**
   * Chooses runs to merge, if there are enough.
   *
   * @param sizes of the runs, the newest first
   * @param boundary runs before it must not be merged with runs from it on
   */
  Optional<Range> choose(List<Long> sizes, int boundary) {
    Range longest = new Range(0, 0);
    for (int from = 0; from < sizes.size(); from++) {
      int to = similarEnd(sizes, from, from < boundary ? boundary : sizes.size());
      if (to - from >= MIN_RUNS) {
        return Optional.of(new Range(from, to));
      }
      if (to - from > longest.to() - longest.from()) {
        longest = new Range(from, to);
      }
    }
    if (sizes.size() <= maxRuns) {
      return Optional.empty();
    }
    return longest.to() - longest.from() >= 2
        ? Optional.of(longest)
        : cheapestNeighbours(sizes, boundary);
  }

  private static int similarEnd(List<Long> sizes, int from, int end) {
    long sum = sizes.get(from);
    int to = from + 1;
    while (to < end && sizes.get(to) <= SIMILAR * sum) {
      sum += sizes.get(to++);
    }
    return to;
  }

  private static Optional<Range> cheapestNeighbours(List<Long> sizes, int boundary) {
    Optional<Range> cheapest = Optional.empty();
    long least = Long.MAX_VALUE;
    for (int from = 0; from + 1 < sizes.size(); from++) {
      long sum = sizes.get(from) + sizes.get(from + 1);
      if (from + 1 != boundary && sum < least) {
        least = sum;
        cheapest = Optional.of(new Range(from, from + 2));
      }
    }
    return cheapest;
  }
}
