/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.benchmarks.Result.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Measures several cases in turns, so that what else the machine does meets all of them alike: one
 * round runs each case once, and the first rounds are not counted.
 */
public final class Interleaved {
  /** What the name of a series of processor times ends with. */
  public static final String CPU = ", " + Unit.CPU_MILLISECONDS.text;

  /** One measurement of a case; returns its value. */
  interface Measurement {
    double run() throws Exception;
  }

  /** Work that is timed. */
  public interface Work {
    void run() throws Exception;
  }

  private record Case(Unit unit, Measurement measurement) {}

  private record Values(Unit unit, List<Double> list) {}

  private final Map<String, Case> cases = new LinkedHashMap<>();
  private final Map<String, Values> values = new LinkedHashMap<>();
  private final Progress progress;
  private boolean isCounting;

  public Interleaved(Progress progress) {
    this.progress = progress;
  }

  Interleaved add(String name, Unit unit, Measurement measurement) {
    if (cases.put(name, new Case(unit, measurement)) != null) {
      throw new IllegalArgumentException("Case " + name + " is there twice");
    }
    return this;
  }

  /** A case that processes rows; what it costs in processor time is a series of its own. */
  Interleaved addRate(String name, long rows, List<ServerProcess> servers, TimedWork work) {
    return add(
        name,
        Unit.ROWS_PER_SECOND,
        () -> {
          work.prepare();
          Stopwatch time = Stopwatch.start(servers);
          work.run();
          double seconds = time.seconds();
          note(name, Unit.ROWS_PER_CPU_SECOND, rows / time.cpuSeconds());
          work.cleanUp();
          return rows / seconds;
        });
  }

  /**
   * A case whose time counts; its processor time is a series with {@link #CPU} behind its name.
   *
   * @param cpuSeconds that all processes have spent so far
   */
  public Interleaved addTime(String name, DoubleSupplier cpuSeconds, Work work) {
    return add(
        name,
        Unit.MILLISECONDS,
        () -> {
          double cpuBefore = cpuSeconds.getAsDouble();
          long start = System.nanoTime();
          work.run();
          double millis = (System.nanoTime() - start) / 1e6;
          double cpuMillis = (cpuSeconds.getAsDouble() - cpuBefore) * 1e3;
          note(name, Unit.CPU_MILLISECONDS, Math.max(Stopwatch.TICK_SECONDS * 1e3, cpuMillis));
          return millis;
        });
  }

  /** The values of each case by its name, without those of the warm-up. */
  public Measured run(int warmUps, int rounds) throws Exception {
    for (int round = -warmUps; round < rounds; round++) {
      isCounting = round >= 0;
      for (Map.Entry<String, Case> each : cases.entrySet()) {
        String name = each.getKey();
        double value = each.getValue().measurement().run();
        progress.measured(
            round < 0 ? "warm-up" : "round " + (round + 1) + "/" + rounds, name, value);
        count(name, each.getValue().unit(), value);
      }
    }
    Map<String, Measured.Series> series = new LinkedHashMap<>();
    values.forEach(
        (name, all) -> series.put(name, new Measured.Series(all.unit(), Samples.of(all.list()))));
    return new Measured(series);
  }

  /** Notes another value of the running case, which gets a series of its own. */
  private void note(String name, Unit unit, double value) {
    count(name + ", " + unit.text, unit, value);
  }

  private void count(String name, Unit unit, double value) {
    if (isCounting) {
      values.computeIfAbsent(name, unused -> new Values(unit, new ArrayList<>())).list().add(value);
    }
  }
}
