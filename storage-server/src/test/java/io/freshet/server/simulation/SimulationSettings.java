/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.log.Durability;
import io.freshet.server.log.LocalLogConfiguration;
import io.freshet.table.TableOptions;
import java.util.Map;
import java.util.Random;

/** What differs from seed to seed. */
record SimulationSettings(
    int buckets,
    int loops,
    int maxWaitingRequests,
    long freshMemoryBytes,
    int writers,
    int maxPipelined,
    int maxBatchRows,
    double faultRate,
    double lakeFaultRate,
    double actorRate) {
  static SimulationSettings random(Random random) {
    return new SimulationSettings(
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        random.nextInt(4) == 0 ? 4 : 1_000,
        random.nextInt(3) == 0 ? 1_000 : 20_000L << random.nextInt(6),
        1 + random.nextInt(4),
        1 + random.nextInt(24),
        random.nextInt(3) == 0 ? 300 : 1 + random.nextInt(20),
        random.nextInt(4) == 0 ? 0 : 0.01 * random.nextDouble(),
        random.nextInt(4) == 0 ? 0 : 0.2 * random.nextDouble(),
        0.15 + 0.4 * random.nextDouble());
  }

  /** Most seeds test the local log. */
  SimulatedStorage storage(Random random) {
    if (random.nextInt(5) == 0) {
      return new SimulatedStorage.InMemory();
    }
    return new SimulatedStorage.OnDisk(
        random.nextLong(),
        new LocalLogConfiguration(
            2_000L << random.nextInt(5),
            Durability.FSYNC,
            random.nextInt(4) == 0 ? 5_000 : 1 << 20));
  }

  static Map<String, String> properties(Random random) {
    return Map.of(
        TableOptions.FRESHNESS,
        random.nextInt(3) == 0 ? "1h" : 100 + random.nextInt(5_000) + "ms",
        TableOptions.TIERING_SIZE,
        random.nextInt(3) == 0 ? "1GB" : String.valueOf(1_000 << random.nextInt(8)),
        TableOptions.LOG_RETENTION_TIME,
        random.nextInt(2_000) + "ms",
        TableOptions.LOG_RETENTION_SIZE,
        String.valueOf(1_000 << random.nextInt(8)));
  }
}
