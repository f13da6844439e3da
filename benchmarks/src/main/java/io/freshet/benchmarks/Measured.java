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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured of several cases, in their order. */
public record Measured(Map<String, Series> cases) {
  /** The values of one case. */
  public record Series(Unit unit, Samples samples) {}

  public Measured {
    cases = Collections.unmodifiableMap(new LinkedHashMap<>(cases));
  }

  Samples of(String name) {
    return series(name).samples();
  }

  /** The median of each case. */
  List<Result> medians(String benchmark) {
    List<Result> results = new ArrayList<>();
    cases.keySet().forEach(name -> results.add(median(benchmark, name)));
    return results;
  }

  /** The median of one case. */
  public Result median(String benchmark, String name) {
    return Result.median(benchmark, name, series(name).unit(), of(name));
  }

  /** How the medians of two cases relate; the range is that of all pairs of their values. */
  public Result ratio(String benchmark, String what, String dividend, String divisor) {
    Samples above = of(dividend);
    Samples below = of(divisor);
    return new Result(
        benchmark,
        what,
        Unit.RATIO,
        above.median() / below.median(),
        above.min() / below.max(),
        above.max() / below.min(),
        above.count(),
        null);
  }

  private Series series(String name) {
    Series series = cases.get(name);
    if (series == null) {
      throw new IllegalArgumentException("There is no case " + name + " in " + cases.keySet());
    }
    return series;
  }
}
