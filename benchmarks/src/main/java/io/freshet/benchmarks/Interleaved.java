/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures several cases in turns, so that what else the machine does meets all of them alike: one
 * round runs each case once, and the first rounds are not counted.
 */
final class Interleaved {
  /** One measurement of a case; returns its value. */
  interface Measurement {
    double run() throws Exception;
  }

  private final Map<String, Measurement> cases = new LinkedHashMap<>();
  private final Progress progress;

  Interleaved(Progress progress) {
    this.progress = progress;
  }

  Interleaved add(String name, Measurement measurement) {
    if (cases.put(name, measurement) != null) {
      throw new IllegalArgumentException("Case " + name + " is there twice");
    }
    return this;
  }

  /** The values of each case by its name, without those of the warm-up. */
  Measured run(int warmUps, int rounds) throws Exception {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (int round = -warmUps; round < rounds; round++) {
      for (Map.Entry<String, Measurement> each : cases.entrySet()) {
        double value = each.getValue().run();
        progress.measured(
            round < 0 ? "warm-up" : "round " + (round + 1) + "/" + rounds, each.getKey(), value);
        if (round >= 0) {
          values.computeIfAbsent(each.getKey(), unused -> new ArrayList<>()).add(value);
        }
      }
    }
    Map<String, Samples> samples = new LinkedHashMap<>();
    values.forEach((name, list) -> samples.put(name, Samples.of(list)));
    return new Measured(samples);
  }
}
