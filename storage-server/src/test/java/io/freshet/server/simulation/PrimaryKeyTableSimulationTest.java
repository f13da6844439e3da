/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever fails, and whenever: a table with a primary key gives the newest row of each key, and a
 * transaction whole or not at all.
 */
final class PrimaryKeyTableSimulationTest {
  private static final SimulationRun RUN =
      new SimulationRun(PrimaryKeyTableSimulation::of, 500, 600);

  @Test
  void tableIsAReplayOfItsChanges() {
    RUN.runAll();
  }

  @ParameterizedTest
  @ValueSource(longs = {2023, 2032, 2048})
  void seedsThatHaveFailed(long seed) {
    new SimulationRun(PrimaryKeyTableSimulation::of, 1, 3_000).run(seed);
  }
}
