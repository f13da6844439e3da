/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever fails, and whenever: a log table gives the rows that were acknowledged, once, in order.
 * {@code -Dfreshet.simulation.seed=n} runs one seed again, {@code -Dfreshet.simulation.seeds=n}
 * more of them than usual.
 */
final class LogTableSimulationTest {
  private static final int SEEDS = 200;
  private static final int EVENTS = 3_000;

  private static Level logged;

  @BeforeAll
  static void expectedFailuresAreNotLogged() {
    logged = logger().getLevel();
    logger().setLevel(Level.OFF);
  }

  @AfterAll
  static void logAgain() {
    logger().setLevel(logged);
  }

  @Test
  void tableIsAListOfWhatWasAcknowledged() {
    Long seed = Long.getLong("freshet.simulation.seed");
    LongStream seeds =
        seed == null
            ? LongStream.range(0, Long.getLong("freshet.simulation.seeds", SEEDS))
            : LongStream.of(seed);
    seeds.forEach(LogTableSimulationTest::simulate);
  }

  @ParameterizedTest
  @ValueSource(longs = {29})
  void seedsThatHaveFailed(long seed) {
    simulate(seed);
  }

  private static void simulate(long seed) {
    LogTableSimulation simulation = new LogTableSimulation(seed);
    try (simulation) {
      simulation.run(EVENTS);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          String.format(
              "Seed %d (run it again with -Dfreshet.simulation.seed=%d) failed after %s: %s",
              seed, seed, simulation.summary(), e.getMessage()),
          e);
    }
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.freshet");
  }
}
