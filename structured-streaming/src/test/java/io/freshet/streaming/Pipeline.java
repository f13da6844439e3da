/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * A query that is started and stopped again and again, and what its target has to be at the end.
 */
final class Pipeline {
  private final Supplier<Dataset<Row>> rows;
  private final String target;
  private final String expected;
  private final Path checkpoint;
  private @Nullable StreamingQuery query;

  /**
   * @param target a table's name in Spark
   * @param expected a query whose rows the target has when nothing is left to do
   */
  Pipeline(Supplier<Dataset<Row>> rows, String target, String expected, Path checkpoint) {
    this.rows = rows;
    this.target = target;
    this.expected = expected;
    this.checkpoint = checkpoint;
  }

  /** Starts the query unless it runs. */
  void start() {
    if (query == null || !query.isActive()) {
      query = Queries.start(rows.get(), target, checkpoint, Trigger.ProcessingTime(0));
    }
  }

  /** Stops the query wherever it is. */
  void stop() {
    try {
      if (query != null) {
        query.stop();
      }
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Goes on from the checkpoint to the end of what there is, and compares. */
  void finish(SparkSession spark) {
    stop();
    var unused = Queries.copy(rows.get(), target, checkpoint);
    assertThat(Queries.rows(spark, "SELECT * FROM " + target))
        .isEqualTo(Queries.rows(spark, expected));
  }
}
