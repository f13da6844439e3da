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
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.slf4j.LoggerFactory;

/**
 * Runs simulations of many seeds, or of the one that {@code -Dfreshet.simulation.seed=n} asks for;
 * {@code -Dfreshet.simulation.seeds=n} for more than usual.
 */
record SimulationRun(LongFunction<TableSimulation> simulations, int seeds, int events) {
  void runAll() {
    Long seed = Long.getLong("freshet.simulation.seed");
    LongStream all =
        seed == null
            ? LongStream.range(0, Long.getLong("freshet.simulation.seeds", seeds))
            : LongStream.of(seed);
    all.forEach(this::run);
  }

  void run(long seed) {
    Logger logger = (Logger) LoggerFactory.getLogger("io.freshet");
    Level logged = logger.getLevel();
    logger.setLevel(Level.OFF); // Failures are expected.
    TableSimulation simulation = simulations.apply(seed);
    try (simulation) {
      simulation.run(events);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          String.format(
              "Seed %d (run it again with -Dfreshet.simulation.seed=%d) failed after %s: %s",
              seed, seed, simulation.summary(), e.getMessage()),
          e);
    } finally {
      logger.setLevel(logged);
    }
  }
}
