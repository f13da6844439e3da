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
 * Whatever fails, and whenever: a log table gives the rows that were acknowledged, once, in order.
 */
final class LogTableSimulationTest {
  private static final SimulationRun RUN = new SimulationRun(LogTableSimulation::of, 200, 3000);

  @Test
  void tableIsAListOfWhatWasAcknowledged() {
    RUN.runAll();
  }

  @ParameterizedTest
  @ValueSource(longs = {29})
  void seedsThatHaveFailed(long seed) {
    RUN.run(seed);
  }
}
