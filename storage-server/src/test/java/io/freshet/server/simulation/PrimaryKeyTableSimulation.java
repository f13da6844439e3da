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
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** The simulation of a table with a primary key. */
final class PrimaryKeyTableSimulation {
  private PrimaryKeyTableSimulation() {}

  static TableSimulation of(long seed) {
    Random random = new Random(seed);
    SimulationSettings settings = SimulationSettings.random(random);
    ChangeRows rows = new ChangeRows(settings, random);
    BufferAllocator allocator = new RootAllocator();
    ChangeHistory history = new ChangeHistory(rows, settings.buckets(), allocator);
    return new TableSimulation(
        random,
        settings,
        rows,
        Oracle.ofPrimaryKeyTable(history),
        allocator,
        simulation -> users(simulation, history));
  }

  private static List<Actor> users(TableSimulation simulation, ChangeHistory history) {
    List<Actor> users = new ArrayList<>();
    int number = 0;
    for (; number < simulation.settings().writers(); number++) {
      users.add(new SimulatedWriter(simulation, number));
    }
    for (int left = simulation.random().nextInt(3); left > 0; left--) {
      users.add(new TransactionWriter(simulation, history, number));
      number += TransactionWriter.WRITERS;
    }
    if (simulation.random().nextBoolean()) {
      users.add(new AnonymousWriter(simulation, number));
    }
    return users;
  }
}
