/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;

/** A source, a Spark query that copies it, and its target. */
interface Channel extends AutoCloseable {
  String name();

  /** Sends a message now; may wait for others to be sent with it. */
  void send(long sentNanos);

  /** Sends what waits. */
  void flush();

  /** Tells of each message that has arrived, from threads of its own. */
  void receive(Arrivals arrivals);

  /** A stream of the source that starts now. */
  Dataset<Row> source(boolean isRealTime);

  StreamingQuery start(DataStreamWriter<Row> writer, boolean isRealTime) throws Exception;

  @Override
  void close();

  /** Who is told of messages. */
  interface Arrivals {
    void arrived(long sentNanos);
  }
}
