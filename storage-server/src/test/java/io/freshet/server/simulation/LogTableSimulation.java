/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;

/** The simulation of a log table. */
final class LogTableSimulation {
  private LogTableSimulation() {}

  static TableSimulation of(long seed) {
    Random random = new Random(seed);
    SimulationSettings settings = SimulationSettings.random(random);
    return new TableSimulation(
        random,
        settings,
        new LogRows(settings, random),
        Oracle.ofLogTable(settings.buckets()),
        new RootAllocator(),
        LogTableSimulation::users);
  }

  private static List<Actor> users(TableSimulation simulation) {
    List<Actor> users = new ArrayList<>();
    int number = 0;
    for (; number < simulation.settings().writers(); number++) {
      users.add(new SimulatedWriter(simulation, number));
    }
    if (simulation.random().nextBoolean()) {
      users.add(new AnonymousWriter(simulation, number));
    }
    return users;
  }
}
