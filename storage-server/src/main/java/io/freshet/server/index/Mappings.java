/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The mappings that some layer has not gone through yet, in the order in which they came. The n-th
 * mapping that an index ever got leads from generation n to n + 1.
 */
final class Mappings {
  private final List<Pending> pending = new ArrayList<>();
  private final long[] scratch = new long[EntrySource.GROUP];
  private long firstGeneration;

  private record Pending(LocationMapping mapping, CompletableFuture<Void> done) {}

  /** The generation of what is stored from now on. */
  long generation() {
    return firstGeneration + pending.size();
  }

  /** Completes when all layers have gone through the mapping. */
  CompletableFuture<Void> add(LocationMapping mapping) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    pending.add(new Pending(mapping, done));
    return done;
  }

  /** The mapping that leads from a generation to the next one. */
  LocationMapping from(long generation) {
    return pending.get((int) (generation - firstGeneration)).mapping();
  }

  /** The mappings from one generation to another one. */
  List<LocationMapping> between(long generation, long target) {
    return pending
        .subList((int) (generation - firstGeneration), (int) (target - firstGeneration))
        .stream()
        .map(Pending::mapping)
        .toList();
  }

  /**
   * Brings locations up to date that were found in a layer.
   *
   * @param rows int[>= to] into {@code locations}
   */
  void apply(long generation, int[] rows, int from, int to, long[] locations) {
    for (long step = generation; step < generation(); step++) {
      int count = 0;
      for (int i = from; i < to; i++) {
        if (locations[rows[i]] != Location.ABSENT) {
          scratch[count++] = locations[rows[i]];
        }
      }
      from(step).map(scratch, count);
      count = 0;
      for (int i = from; i < to; i++) {
        if (locations[rows[i]] != Location.ABSENT) {
          locations[rows[i]] = scratch[count++];
        }
      }
    }
  }

  /** Forgets the mappings that every layer has gone through. */
  void release(long oldestGeneration) {
    while (firstGeneration < oldestGeneration) {
      firstGeneration++;
      pending.remove(0).done().complete(null);
    }
  }
}
