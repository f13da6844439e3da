/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Messages at a steady rate through a channel.
 *
 * @param warmUp how long messages do not count at first
 */
record LatencyRun(
    Channel channel, boolean isRealTime, int rate, Duration warmUp, Duration measured) {
  /** In milliseconds. */
  record Percentiles(double p50, double p95, double p99) {}

  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final Duration LAST_ARRIVALS = Duration.ofSeconds(20);

  /** Runs it; fails if a message does not arrive. */
  Percentiles run(Path checkpoint) throws Exception {
    DataStreamWriter<Row> writer =
        channel
            .source(isRealTime)
            .writeStream()
            .outputMode("update")
            .option("checkpointLocation", checkpoint.toUri().toString())
            .trigger(isRealTime ? Trigger.RealTime("10 minutes") : Trigger.ProcessingTime(0));
    StreamingQuery query = channel.start(writer, isRealTime);
    long start = System.nanoTime();
    Latencies latencies = new Latencies(start + warmUp.toNanos());
    channel.receive(latencies::add);
    long sent = send(start);
    long end = System.nanoTime() + LAST_ARRIVALS.toNanos();
    while (latencies.count() < sent && System.nanoTime() < end && query.isActive()) {
      LockSupport.parkNanos(TURN_NANOS);
    }
    if (!query.isActive()) {
      query.awaitTermination(1); // Says why.
    }
    long arrived = latencies.count();
    query.stop();
    if (arrived < sent) {
      throw new IllegalStateException(
          String.format("%d of %d messages arrived through %s", arrived, sent, channel.name()));
    }
    return new Percentiles(
        latencies.percentile(0.5), latencies.percentile(0.95), latencies.percentile(0.99));
  }

  /** How many of the messages that were sent count. */
  private long send(long start) {
    long end = start + warmUp.plus(measured).toNanos();
    long counting = start + warmUp.toNanos();
    long sent = 0;
    long counted = 0;
    for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
      long due = (now - start) * rate / TimeUnit.SECONDS.toNanos(1);
      for (; sent < due; sent++) {
        channel.send(now);
        counted += now >= counting ? 1 : 0;
      }
      channel.flush();
      LockSupport.parkNanos(TURN_NANOS);
    }
    return counted;
  }
}
