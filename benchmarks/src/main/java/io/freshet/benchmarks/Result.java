/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the report.
 *
 * @param benchmark whose it is
 * @param what was measured
 * @param value the one that is compared with the aim: the median of the rounds, or a percentile
 * @param samples how many values it stands for
 */
public record Result(
    String benchmark,
    String what,
    Unit unit,
    double value,
    double min,
    double max,
    int samples,
    @Nullable Aim aim) {
  /** What a value counts. */
  public enum Unit {
    ROWS_PER_SECOND("rows/s"),
    ROWS_PER_CPU_SECOND("rows per CPU second"),
    MEGABYTES_PER_SECOND("MB/s"),
    MILLISECONDS("ms"),
    CPU_MILLISECONDS("CPU ms"),
    RATIO("×"),
    BYTES("bytes"),
    FILES("files"),
    ROWS("rows");

    final String text;

    Unit(String text) {
      this.text = text;
    }
  }

  /** The median of several rounds. */
  static Result median(String benchmark, String what, Unit unit, Samples samples) {
    return new Result(
        benchmark,
        what,
        unit,
        samples.median(),
        samples.min(),
        samples.max(),
        samples.count(),
        null);
  }

  static Result percentile(
      String benchmark, String what, Unit unit, Samples samples, double percent) {
    return new Result(
        benchmark,
        what,
        unit,
        samples.percentile(percent),
        samples.min(),
        samples.max(),
        samples.count(),
        null);
  }

  /** A value that was taken once. */
  static Result single(String benchmark, String what, Unit unit, double value) {
    return new Result(benchmark, what, unit, value, value, value, 1, null);
  }

  /**
   * The geometric mean of some ratios, in a range from the smallest to the largest of them.
   *
   * @param ratios at least one
   */
  public static Result geometricMean(String benchmark, String what, List<Result> ratios) {
    Samples logarithms = Samples.of(ratios.stream().map(ratio -> Math.log(ratio.value)).toList());
    double mean =
        ratios.stream().mapToDouble(ratio -> Math.log(ratio.value)).average().orElseThrow();
    return new Result(
        benchmark,
        what,
        Unit.RATIO,
        Math.exp(mean),
        Math.exp(logarithms.min()),
        Math.exp(logarithms.max()),
        ratios.size(),
        null);
  }

  /** The same, under another name. */
  public Result named(String newWhat) {
    return new Result(benchmark, newWhat, unit, value, min, max, samples, aim);
  }

  public Result withAim(Aim newAim) {
    return new Result(benchmark, what, unit, value, min, max, samples, newAim);
  }
}
