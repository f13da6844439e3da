/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.example;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.window;

import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;

/**
 * Flights stream into a table of each airport's delays on each day, which can be asked at any time,
 * from Spark and Trino alike. Run it on the flights of {@code freshet quickstart --keep}:
 *
 * <pre>
 * spark-submit --class io.freshet.streaming.example.AirportDelays --jars iceberg-spark-runtime-….jar \
 *   --conf spark.sql.catalog.freshet=io.freshet.spark.FreshetCatalog \
 *   --conf spark.sql.catalog.freshet.uri=grpc://127.0.0.1:9090 freshet-spark-runtime-….jar checkpoint
 * </pre>
 */
public final class AirportDelays {
  private static final long TURN_MILLIS = 5000;

  private AirportDelays() {}

  /**
   * Starts the stream, and shows the worst days every few seconds until it is stopped.
   *
   * @param arguments the checkpoint's location
   */
  public static void main(String... arguments) throws Exception {
    SparkSession spark = SparkSession.builder().appName("airport delays").getOrCreate();
    StreamingQuery query =
        start(spark, "freshet.demo.flights", "freshet.demo.airport_delays", arguments[0]);
    while (!query.awaitTermination(TURN_MILLIS)) {
      spark
          .table("freshet.demo.airport_delays")
          .where(col("flights").gt(100))
          .orderBy(col("delay").desc())
          .show(10);
    }
  }

  /**
   * Makes the table of delays unless it is there, and starts the stream.
   *
   * @param flights a table with the columns {@code origin}, {@code date} and {@code delay}
   */
  public static StreamingQuery start(
      SparkSession spark, String flights, String delays, String checkpoint)
      throws TimeoutException, StreamingQueryException {
    spark.sql(
        "CREATE TABLE IF NOT EXISTS "
            + delays
            + " (airport STRING NOT NULL, day TIMESTAMP NOT NULL, flights BIGINT, delay DOUBLE,"
            + " PRIMARY KEY (airport, day))");
    return spark
        .readStream()
        .option("maxRowsPerTrigger", 200_000)
        .table(flights)
        .withColumn("at", col("date").cast("timestamp"))
        .groupBy(col("origin"), window(col("at"), "1 day"))
        .agg(count(lit(1)).as("flights"), avg("delay").as("delay"))
        .select(
            col("origin").as("airport"),
            col("window.start").as("day"),
            col("flights"),
            col("delay"))
        .writeStream()
        .outputMode("update")
        .option("checkpointLocation", checkpoint)
        .toTable(delays);
  }
}
