/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.spark;

import com.sun.management.OperatingSystemMXBean;
import io.freshet.benchmarks.Aim;
import io.freshet.benchmarks.Interleaved;
import io.freshet.benchmarks.Measured;
import io.freshet.benchmarks.Progress;
import io.freshet.benchmarks.Result;
import io.freshet.benchmarks.Settings;
import io.freshet.testing.ServerProcess;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One table, of which more and more rows are updated and stay fresh. */
final class SparkUnionBenchmark {
  private static final String NAME = "spark-union";
  private static final String UNION = "freshet.bench.events";
  private static final String BASE = "plain.bench.events";
  private static final String COPY = "plain.bench.copy";
  private static final int ROWS_PER_INSERT = 1_000_000;
  private static final List<Integer> FRESH_PERCENTS = List.of(0, 1, 5, 10);
  private static final int AIMED_PERCENT = 5;
  private static final double AIMED_RATIO = 1.10;
  private static final double AIMED_LIMIT_MILLIS = 300;
  private static final String LIMIT = "LIMIT 10";

  /** Columns of a row by its id and the number of its update. */
  private static final String ROW =
      "id, CAST(id %% 1000 AS INT) AS customer, id * 31 + %1$d AS clicks, id %% 7919 AS visits, id /"
          + " 7 + %1$d AS score, sqrt(id) AS weight, CAST(id %% 100000 AS DECIMAL(15, 2)) AS amount,"
          + " timestamp_seconds(1700000000 + id) AS at, CONCAT('region ', id %% 20) AS region,"
          + " CONCAT('a note of row ', id, ' and ', %1$d) AS note";

  private final SparkSession spark;
  private final ServerProcess server;
  private final Settings settings;
  private final Progress progress;
  private final Map<String, String> queries;

  SparkUnionBenchmark(
      SparkSession spark, ServerProcess server, Settings settings, Progress progress) {
    this.spark = spark;
    this.server = server;
    this.settings = settings;
    this.progress = progress;
    long start = settings.rows() / 2;
    this.queries = new LinkedHashMap<>();
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
            + start
            + " AND "
            + (start + settings.rows() / 100));
    queries.put(LIMIT, "SELECT * FROM %s LIMIT 10");
  }

  List<Result> run() throws Exception {
    fill();
    List<Result> results = new ArrayList<>();
    int before = 0;
    for (int percent : FRESH_PERCENTS) {
      if (percent > before) {
        update(before, percent);
      }
      before = percent;
      copy();
      results.addAll(measure(percent));
    }
    return results;
  }

  private void fill() {
    spark.sql("CREATE NAMESPACE freshet.bench");
    spark.sql(
        "CREATE TABLE "
            + UNION
            + " (id BIGINT NOT NULL, customer INT, clicks BIGINT, visits BIGINT, score DOUBLE, weight"
            + " DOUBLE, amount DECIMAL(15, 2), at TIMESTAMP, region STRING, note STRING, PRIMARY KEY"
            + " (id)) TBLPROPERTIES ('freshet.freshness' = '7d', 'freshet.tiering.size' = '1TB')");
    for (long from = 0; from < settings.rows(); from += ROWS_PER_INSERT) {
      long to = Math.min(settings.rows(), from + ROWS_PER_INSERT);
      progress.say("Writing rows " + from + " to " + to);
      insert("SELECT %s FROM range(%d, %d)", 0, from, to);
    }
    progress.say("Moving them into the lake");
    spark.sql("CALL freshet.system.tier('bench.events')");
  }

  /** Updates those rows of each hundred that earlier shares have left. */
  private void update(int fromPercent, int toPercent) {
    progress.say("Updating rows, until " + toPercent + " % are fresh");
    insert(
        "SELECT %s FROM range(%d) WHERE id %% 100 >= "
            + fromPercent
            + " AND id %% 100 < "
            + toPercent,
        toPercent,
        settings.rows());
  }

  private void insert(String query, int update, Object... range) {
    List<Object> arguments = new ArrayList<>();
    arguments.add(String.format(ROW, update));
    arguments.addAll(List.of(range));
    spark.sql("INSERT INTO " + UNION + " " + String.format(query, arguments.toArray()));
  }

  /** What the table would be in a lake that has no fresh rows and was just compacted. */
  private void copy() {
    progress.say("Writing a compacted copy");
    spark.sql("DROP TABLE IF EXISTS " + COPY + " PURGE");
    spark.sql(
        "CREATE TABLE "
            + COPY
            + " TBLPROPERTIES ('format-version' = '3') AS SELECT * FROM "
            + UNION
            + " ORDER BY id");
  }

  private List<Result> measure(int percent) throws Exception {
    checkSame();
    Interleaved cases = new Interleaved(progress);
    queries.forEach((what, query) -> {
      for (String table : List.of(UNION, BASE, COPY)) {
        cases.addTime(
            what + ", " + table,
            this::cpuSeconds,
            () -> {
              List<Row> unused = spark.sql(String.format(query, table)).collectAsList();
            });
      }
    });
    // The first share pays for the compilation of all of it.
    int warmUps = percent == 0 ? settings.warmUps() * 3 : settings.warmUps();
    Measured measured = cases.run(warmUps, settings.rounds());
    String fresh = percent + " % fresh: ";
    List<Result> results = new ArrayList<>();
    addRatios(results, measured, fresh, BASE, "base", percent);
    addRatios(results, measured, fresh, COPY, "compacted", percent);
    queries
        .keySet()
        .forEach(what -> {
          Result millis = measured.median(NAME, what + ", " + UNION).named(fresh + what);
          results.add(what.equals(LIMIT) ? millis.withAim(Aim.atMost(AIMED_LIMIT_MILLIS)) : millis);
        });
    return results;
  }

  /** Of wall and of processor time: each query's, and their geometric mean. */
  private void addRatios(
      List<Result> results,
      Measured measured,
      String fresh,
      String plain,
      String name,
      int percent) {
    for (String unit : List.of("", Interleaved.CPU)) {
      List<Result> ratios = new ArrayList<>();
      for (String what : queries.keySet()) {
        ratios.add(
            measured.ratio(
                NAME,
                fresh + what + ", union ÷ " + name + unit,
                what + ", " + UNION + unit,
                what + ", " + plain + unit));
      }
      results.addAll(ratios);
      Result mean = Result.geometricMean(NAME, fresh + "all, union ÷ " + name + unit, ratios);
      boolean isAimed = percent == AIMED_PERCENT && plain.equals(COPY);
      results.add(isAimed ? mean.withAim(Aim.atMost(AIMED_RATIO)) : mean);
    }
  }

  private void checkSame() {
    String query = "SELECT count(*), sum(clicks), sum(hash(note)) FROM ";
    Row union = spark.sql(query + UNION).first();
    Row copy = spark.sql(query + COPY).first();
    if (!union.equals(copy) || union.getLong(0) != settings.rows()) {
      throw new IllegalStateException("The union has " + union + " and its copy " + copy);
    }
  }

  private double cpuSeconds() {
    OperatingSystemMXBean own =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return own.getProcessCpuTime() / 1e9 + server.cpuSeconds();
  }
}
