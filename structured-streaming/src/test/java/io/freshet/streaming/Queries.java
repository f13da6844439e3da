/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;

/** What tests do with streams again and again. */
final class Queries {
  private Queries() {}

  /**
   * A stream of a table by its name.
   *
   * @param table of the catalog {@code freshet}, as are all tables here; or a name with its catalog
   */
  static Dataset<Row> stream(SparkSession spark, Object table, Map<String, String> options) {
    return spark.readStream().options(options).table(name(table));
  }

  /** A stream of a table by the data source, which has options for columns. */
  static Dataset<Row> source(SparkSession spark, Object table, Map<String, String> options) {
    return spark.readStream().format("freshet").options(options).load(name(table));
  }

  /** Writes what there is into a table and ends; gives the progress of its batches with rows. */
  static List<StreamingQueryProgress> copy(Dataset<Row> rows, Object target, Path checkpoint) {
    StreamingQuery query = start(rows, target, checkpoint, Trigger.AvailableNow());
    return awaitEnd(query);
  }

  static StreamingQuery start(Dataset<Row> rows, Object target, Path checkpoint, Trigger trigger) {
    try {
      return rows.writeStream()
          .outputMode("update")
          .trigger(trigger)
          .option("checkpointLocation", checkpoint.toUri().toString())
          .toTable(name(target));
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<StreamingQueryProgress> awaitEnd(StreamingQuery query) {
    try {
      query.awaitTermination();
    } catch (StreamingQueryException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    return List.of(query.recentProgress()).stream()
        .filter(progress -> progress.numInputRows() > 0)
        .toList();
  }

  private static String name(Object table) {
    return table instanceof TableName ? "freshet." + table : table.toString();
  }

  /** Sorted rows as text. */
  static List<String> rows(SparkSession spark, String query) {
    return spark.sql(query).collectAsList().stream().map(Row::toString).sorted().toList();
  }
}
