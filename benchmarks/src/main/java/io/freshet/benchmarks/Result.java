/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One line of the report.
 *
 * @param benchmark whose it is
 * @param what was measured
 * @param value the one that is compared with the aim: the median of the rounds, or a percentile
 * @param samples how many values it stands for
 */
record Result(
    String benchmark,
    String what,
    Unit unit,
    double value,
    double min,
    double max,
    int samples,
    @Nullable Aim aim) {
  enum Unit {
    ROWS_PER_SECOND("rows/s"),
    ROWS_PER_CPU_SECOND("rows per CPU second"),
    MEGABYTES_PER_SECOND("MB/s"),
    MILLISECONDS("ms"),
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

  Result withAim(Aim newAim) {
    return new Result(benchmark, what, unit, value, min, max, samples, newAim);
  }
}
