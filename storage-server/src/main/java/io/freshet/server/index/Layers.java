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

/** What is below the active table: frozen tables, then runs. Touched by the index's loop only. */
final class Layers {
  /** The newest first. */
  private final List<Layer<KeyTable>> frozen = new ArrayList<>();

  /** The newest first; all are older than the frozen tables. */
  private final List<Layer<Run>> runs;

  private final Mappings mappings = new Mappings();
  private long era;
  private long frozenEntries;

  /**
   * @param runs the newest first
   */
  Layers(List<Run> runs) {
    this.runs = new ArrayList<>();
    for (Run run : runs) {
      this.runs.add(new Layer<>(run, 0, 0));
    }
  }

  List<Layer<KeyTable>> frozen() {
    return frozen;
  }

  List<Layer<Run>> runs() {
    return runs;
  }

  Mappings mappings() {
    return mappings;
  }

  /** Entries of all frozen tables. */
  long frozenEntries() {
    return frozenEntries;
  }

  /** Takes ownership of a table that has entries and won't change any more. */
  void freeze(KeyTable table) {
    frozen.add(0, new Layer<>(table, mappings.generation(), era));
    frozenEntries += table.entries();
  }

  /** Begins a new era; what was frozen until now is of the era that is returned, or older. */
  long endEra() {
    return era++;
  }

  /** Puts a run in place of the oldest frozen table, unless it has no entries. */
  void replaceOldestFrozen(Run run, long generation) {
    Layer<KeyTable> table = frozen.remove(frozen.size() - 1);
    frozenEntries -= table.source().entries();
    table.source().close();
    if (run.entryCount() > 0) {
      runs.add(0, new Layer<>(run, generation, table.era()));
    }
  }

  /**
   * Puts a run in place of neighbouring ones, unless it has no entries.
   *
   * @param generation of the run; if all the others have passed mappings since that don't touch
   *     them, so has the run
   */
  void replace(List<Run> inputs, Run run, long generation) {
    int at = 0;
    while (runs.get(at).source() != inputs.get(0)) {
      at++;
    }
    long newestEra = runs.get(at).era();
    List<Layer<Run>> replaced = runs.subList(at, at + inputs.size());
    long passed = replaced.stream().mapToLong(Layer::generation).min().orElse(generation);
    replaced.clear();
    if (run.entryCount() > 0) {
      runs.add(at, new Layer<>(run, Math.max(generation, passed), newestEra));
    }
  }

  /**
   * Finds the locations of keys, ABSENT for those that no layer has.
   *
   * @param rows int[>= count] into {@code keys} and {@code locations}; count is at most
   *     EntrySource.GROUP; they are reordered
   */
  void find(KeyHashes keys, int[] rows, int count, long[] locations) {
    int left = count;
    for (int i = 0; i < frozen.size() && left > 0; i++) {
      left = find(frozen.get(i), keys, rows, left, locations);
    }
    for (int i = 0; i < runs.size() && left > 0; i++) {
      left = find(runs.get(i), keys, rows, left, locations);
    }
    for (int i = 0; i < left; i++) {
      locations[rows[i]] = Location.ABSENT;
    }
  }

  /** Forgets the mappings that all layers have gone through. */
  void releaseMappings() {
    long oldest = mappings.generation();
    for (Layer<KeyTable> layer : frozen) {
      oldest = Math.min(oldest, layer.generation());
    }
    for (Layer<Run> layer : runs) {
      oldest = Math.min(oldest, layer.generation());
    }
    mappings.release(oldest);
  }

  void closeTables() {
    frozen.forEach(layer -> layer.source().close());
    frozen.clear();
    frozenEntries = 0;
  }

  private int find(Layer<?> layer, KeyHashes keys, int[] rows, int count, long[] locations) {
    int left = layer.source().find(keys, rows, count, locations);
    if (layer.generation() < mappings.generation()) {
      mappings.apply(layer.generation(), rows, left, count, locations);
    }
    return left;
  }
}
