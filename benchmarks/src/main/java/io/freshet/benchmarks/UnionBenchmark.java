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

/** One table, of which more and more rows are updated and stay fresh, in a query engine. */
final class UnionBenchmark {
  private static final int ROWS_PER_INSERT = 1_000_000;
  private static final List<Integer> FRESH_PERCENTS = List.of(0, 1, 5, 10);
  private static final int AIMED_PERCENT = 5;
  private static final double AIMED_RATIO = 1.10;
  private static final double AIMED_LIMIT_MILLIS = 300;
  private static final String LIMIT = "LIMIT 10";

  private final String name;
  private final SqlEngine engine;
  private final Settings settings;
  private final Progress progress;
  private final Map<String, String> queries;

  UnionBenchmark(String name, SqlEngine engine, Settings settings, Progress progress) {
    this.name = name;
    this.engine = engine;
    this.settings = settings;
    this.progress = progress;
    this.queries = queries(settings.rows());
  }

  private static Map<String, String> queries(long rows) {
    Map<String, String> queries = new LinkedHashMap<>();
    queries.put("count(*)", "SELECT count(*) FROM %s");
    queries.put("sum of two columns", "SELECT sum(clicks), sum(weight) FROM %s");
    queries.put(
        "aggregate of all columns",
        "SELECT sum(id), sum(customer), sum(clicks), sum(visits), sum(score), sum(weight), sum(amount),"
            + " max(at), max(region), max(note) FROM %s");
    queries.put(
        "group by", "SELECT region, count(*), sum(clicks), avg(score) FROM %s GROUP BY region");
    queries.put(
        "range of 1 %",
        "SELECT sum(clicks), max(note) FROM %s WHERE id BETWEEN "
            + rows / 2
            + " AND "
            + (rows / 2 + rows / 100));
    queries.put(LIMIT, "SELECT * FROM %s LIMIT 10");
    return queries;
  }

  List<Result> run() throws Exception {
    fill();
    List<Result> results = new ArrayList<>();
    int before = 0;
    for (int percent : FRESH_PERCENTS) {
      if (percent > before) {
        progress.say("Updating rows, until " + percent + " % are fresh");
        engine.write(percent, 0, settings.rows(), before, percent);
      }
      before = percent;
      progress.say("Writing a compacted copy");
      engine.writeCopy();
      results.addAll(measure(percent));
    }
    return results;
  }

  private void fill() {
    engine.createUnion();
    for (long from = 0; from < settings.rows(); from += ROWS_PER_INSERT) {
      long to = Math.min(settings.rows(), from + ROWS_PER_INSERT);
      progress.say("Writing rows " + from + " to " + to);
      engine.write(0, from, to, 0, 100);
    }
    progress.say("Moving them into the lake");
    engine.tier();
  }

  private List<Result> measure(int percent) throws Exception {
    checkSame();
    Interleaved cases = new Interleaved(progress);
    queries.forEach((what, query) -> {
      for (String table : List.of(engine.union(), engine.base(), engine.copy())) {
        cases.addTime(
            what + ", " + table,
            engine::cpuSeconds,
            () -> {
              String unused = engine.query(String.format(query, table));
            });
      }
    });
    // The first share pays for the compilation of all of it.
    int warmUps = percent == 0 ? settings.warmUps() * 3 : settings.warmUps();
    Measured measured = cases.run(warmUps, settings.rounds());
    String fresh = percent + " % fresh: ";
    List<Result> results = new ArrayList<>();
    addRatios(results, measured, fresh, engine.base(), "base", false);
    addRatios(results, measured, fresh, engine.copy(), "compacted", percent == AIMED_PERCENT);
    queries
        .keySet()
        .forEach(what -> {
          Result millis = measured.median(name, what + ", " + engine.union()).named(fresh + what);
          results.add(what.equals(LIMIT) ? millis.withAim(Aim.atMost(AIMED_LIMIT_MILLIS)) : millis);
        });
    return results;
  }

  /** Of wall and of processor time: each query's, and their geometric mean. */
  private void addRatios(
      List<Result> results,
      Measured measured,
      String fresh,
      String table,
      String called,
      boolean isAimed) {
    for (String unit : List.of("", Interleaved.CPU)) {
      List<Result> ratios = new ArrayList<>();
      for (String what : queries.keySet()) {
        ratios.add(
            measured.ratio(
                name,
                fresh + what + ", union ÷ " + called + unit,
                what + ", " + engine.union() + unit,
                what + ", " + table + unit));
      }
      results.addAll(ratios);
      Result mean = Result.geometricMean(name, fresh + "all, union ÷ " + called + unit, ratios);
      results.add(isAimed ? mean.withAim(Aim.atMost(AIMED_RATIO)) : mean);
    }
  }

  private void checkSame() {
    String count = engine.query("SELECT count(*) FROM " + engine.union());
    if (!count.equals("[" + settings.rows() + "]")) {
      throw new IllegalStateException(
          "The union has " + count + " rows, and " + settings.rows() + " were written");
    }
    String query =
        "SELECT count(*), sum(clicks), max(note), min(note), " + engine.fingerprint() + " FROM ";
    String union = engine.query(query + engine.union());
    String copy = engine.query(query + engine.copy());
    if (!union.equals(copy)) {
      throw new IllegalStateException("The union has " + union + " and its copy " + copy);
    }
  }
}
