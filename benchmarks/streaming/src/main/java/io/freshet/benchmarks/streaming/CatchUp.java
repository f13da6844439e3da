/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import static java.util.Objects.requireNonNull;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * New queries read what a table has: one half is in the lake, the other in the log.
 *
 * @param rows of the table
 */
record CatchUp(SparkSession spark, FreshetClient client, long rows, Path checkpoints) {
  /** Runs it, and gives lines of the report. */
  List<String> run() throws Exception {
    TableName table = FreshetChannel.create(client, "bench.history", 2);
    TableName target = FreshetChannel.create(client, "bench.copy", 2);
    fill(table);
    var unused = client.tier(table);
    fill(table);
    long base = requireNonNull(client.describeTable(table).baseSnapshotId());
    String log = "snapshot:" + base;
    seconds(into(stream(table, log), "noop-warm", null));
    List<String> lines =
        List.of(
            line("lake and log, dropped", rows, seconds(into(stream(table, "full"), "full", null))),
            line("log, dropped", rows / 2, seconds(into(stream(table, log), "log", null))),
            line(
                "log, into a table, exactly once",
                rows / 2,
                seconds(into(stream(table, log), "sink", target))));
    long copied = spark.sql("SELECT count(*) FROM freshet." + target).head().getLong(0);
    if (copied != rows / 2) {
      throw new IllegalStateException(copied + " of " + rows / 2 + " rows were copied");
    }
    client.purgeTable(table);
    client.purgeTable(target);
    return lines;
  }

  private static String line(String what, long rows, double seconds) {
    return String.format("| %s | %,d | %.1f | %.2f |", what, rows, seconds, rows / seconds / 1e6);
  }

  private static double seconds(StreamingQuery query) throws Exception {
    long start = System.nanoTime();
    query.awaitTermination();
    return (System.nanoTime() - start) / 1e9;
  }

  private DataStreamWriter<Row> stream(TableName table, String start) {
    return spark
        .readStream()
        .option("start", start)
        .table("freshet." + table)
        .writeStream()
        .trigger(Trigger.AvailableNow());
  }

  /** Starts a query; into nothing if there is no target. */
  private StreamingQuery into(DataStreamWriter<Row> writer, String name, @Nullable TableName target)
      throws Exception {
    DataStreamWriter<Row> checked =
        writer.option("checkpointLocation", checkpoints.resolve(name).toUri().toString());
    return target == null ? checked.format("noop").start() : checked.toTable("freshet." + target);
  }

  private void fill(TableName table) {
    spark.sql(
        String.format(
            "INSERT INTO freshet.%s SELECT id, repeat('x', 20) FROM range(0, %d, 1, 2)",
            table, rows / 2));
  }
}
