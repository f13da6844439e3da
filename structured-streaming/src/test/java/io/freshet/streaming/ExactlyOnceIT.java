/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import static io.freshet.streaming.StreamFixture.COLUMNS;
import static io.freshet.streaming.StreamFixture.KEYED;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.spark.SparkExtension;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each change of a source has its effect in a target once, whatever is stopped or killed. */
@ExtendWith(SparkExtension.class)
final class ExactlyOnceIT {
  private static final int ROUNDS = 10;
  private static final int KEYS = 300;

  private final SparkSession spark;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private OwnServer server;
  private StreamFixture tables;
  private volatile boolean isWriting;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  ExactlyOnceIT(SparkSession spark) {
    this.spark = spark;
  }

  @BeforeEach
  void start() {
    server = new OwnServer(spark, folder, "256MB");
    tables = server.tables();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void killedQueriesAndServersLoseAndDoubleNothing() throws Exception {
    TableName log = tables.create(COLUMNS);
    TableName keyed = tables.create(KEYED);
    List<Pipeline> pipelines = List.of(copyOf(log, COLUMNS), countsOf(log), replicaOf(keyed));
    CompletableFuture<Void> writing = write(log, keyed);
    for (int round = 0; round < ROUNDS; round++) {
      pipelines.forEach(Pipeline::start);
      waitFor(writing, 200 + random.nextInt(1500));
      switch (random.nextInt(4)) {
        case 0 -> server.killAndRestart();
        case 1 -> tier(log, keyed);
        default -> pipelines.get(random.nextInt(pipelines.size())).stop();
      }
    }
    isWriting = false;
    writing.get(2, TimeUnit.MINUTES);

    finish(pipelines);
  }

  @Test
  void fullStartsMeetWritersTieringAndCompaction() throws Exception {
    TableName log = tables.create(COLUMNS);
    TableName keyed = tables.create(KEYED);
    List<Pipeline> pipelines = new ArrayList<>();
    CompletableFuture<Void> writing = write(log, keyed);
    for (int round = 0; round < ROUNDS; round++) {
      if (round % 3 == 0) {
        pipelines.add(copyOf(log, COLUMNS));
        pipelines.add(replicaOf(keyed));
      }
      pipelines.subList(pipelines.size() - 2, pipelines.size()).forEach(Pipeline::start);
      waitFor(writing, random.nextInt(800));
      tier(log, keyed);
      if (round % 3 == 2) {
        server.client().compact(log);
        server.client().compact(keyed);
        pipelines.forEach(Pipeline::stop);
      }
    }
    isWriting = false;
    writing.get(2, TimeUnit.MINUTES);

    finish(pipelines);
  }

  private void finish(List<Pipeline> pipelines) {
    assertThat(pipelines).allSatisfy(pipeline -> pipeline.finish(spark));
  }

  /** A copy of a log table. */
  private Pipeline copyOf(TableName source, String columns) {
    return pipeline(
        () -> Queries.stream(spark, server.name(source), limits()),
        columns,
        "SELECT * FROM " + server.name(source));
  }

  /** A replica of a primary-key table, by its change feed. */
  private Pipeline replicaOf(TableName source) {
    return pipeline(
        () ->
            Queries.source(spark, server.name(source), Map.of("readChangeFeed", "true"))
                .drop("_offset", "_bucket", "_commit_timestamp"),
        KEYED,
        "SELECT * FROM " + server.name(source));
  }

  /** A stateful aggregation of a log table. */
  private Pipeline countsOf(TableName source) {
    String counts = "name, count(*) AS n, sum(id) AS total";
    return pipeline(
        () ->
            Queries.stream(spark, server.name(source), limits())
                .groupBy("name")
                .agg(expr("count(*) AS n"), expr("sum(id) AS total")),
        "name string not null, n long, total long, primary key (name)",
        "SELECT " + counts + " FROM " + server.name(source) + " GROUP BY name");
  }

  private Pipeline pipeline(Supplier<Dataset<Row>> rows, String columns, String expected) {
    TableName target = tables.create(columns);
    return new Pipeline(rows, server.name(target), expected, folder.resolve(target.name()));
  }

  private static Map<String, String> limits() {
    return Map.of("maxRowsPerTrigger", "500", "maxFilesPerTrigger", "2");
  }

  /** Appends, upserts and deletes until it is told to stop. */
  private CompletableFuture<Void> write(TableName log, TableName keyed) {
    isWriting = true;
    Random choices = new Random(seed + 1);
    return CompletableFuture.runAsync(() -> {
      for (long batch = 0; isWriting; batch++) {
        int from = choices.nextInt(KEYS);
        int to = Math.min(KEYS, from + 1 + choices.nextInt(40));
        String name = "n" + choices.nextInt(20);
        tables.append(log, batch * 100, batch * 100 + 1 + choices.nextInt(100), name);
        if (choices.nextInt(4) == 0) {
          tables.delete(keyed, from, to);
        } else {
          tables.append(keyed, from, to, name);
        }
      }
    });
  }

  private void tier(TableName log, TableName keyed) {
    server.client().tier(log);
    server.client().tier(keyed);
  }

  /** Lets the writer go on for a while; fails if it has. */
  private static void waitFor(CompletableFuture<Void> writing, int millis) throws Exception {
    try {
      writing.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return; // It writes on.
    }
  }
}
