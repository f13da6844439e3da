/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much is measured.
 *
 * @param rows of the flights table that a round appends, reads or tiers
 * @param rounds that count
 * @param warmUps rounds before them that do not
 * @param steady how long the steady load of {@code visibility} takes
 * @param flights a Parquet file with the columns date, delay, distance, origin and destination;
 *     null for the one that the server ships for its quickstart
 */
public record Settings(int rows, int rounds, int warmUps, Duration steady, @Nullable Path flights) {
  static final int DEFAULT_ROWS = 3_000_000;
  static final int QUICK_ROWS = 200_000;

  public Settings {
    if (rows < 1_000 || rounds < 1 || warmUps < 0 || steady.isNegative()) {
      throw new IllegalArgumentException(
          "Benchmarks need 1000 rows or more and a round: " + rows + " rows, " + rounds);
    }
  }
}
