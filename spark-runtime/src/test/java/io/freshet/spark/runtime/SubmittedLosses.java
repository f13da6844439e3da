/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.runtime;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;

/**
 * What {@link LostExecutorIT} submits: a stream from a table to another, of which one task kills
 * its executor and one fails, each after it has sent rows.
 */
public final class SubmittedLosses {
  /** A file that is there once an executor was killed. */
  static final String KILLED = "killed";

  /** A file that is there once a task has failed. */
  static final String FAILED = "failed";

  /** More than a writer keeps before it sends them. */
  private static final int ROWS_BEFORE = 70_000;

  private static final Map<Long, Integer> ROWS_OF_TASKS = new ConcurrentHashMap<>();

  private SubmittedLosses() {}

  public static void main(String[] arguments) throws Exception {
    String folder = arguments[1];
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      spark.sql("CREATE NAMESPACE freshet.submitted");
      spark.sql("CREATE TABLE freshet.submitted.source (id BIGINT)");
      spark.sql("CREATE TABLE freshet.submitted.target (id BIGINT)");
      spark.sql("INSERT INTO freshet.submitted.source SELECT id FROM range(0, 400000, 1, 2)");
      spark
          .udf()
          .register(
              "survive", (UDF1<Long, Long>) id -> survive(Path.of(folder), id), DataTypes.LongType);
      spark
          .readStream()
          .table("freshet.submitted.source")
          .selectExpr("survive(id) AS id")
          .writeStream()
          .trigger(Trigger.AvailableNow())
          .option("checkpointLocation", arguments[0])
          .toTable("freshet.submitted.target")
          .awaitTermination();
      System.out.println(
          "ANSWER "
              + spark
                  .sql("SELECT count(*), count(DISTINCT id), sum(id) FROM freshet.submitted.target")
                  .first());
    }
  }

  private static Long survive(Path folder, Long id) throws IOException {
    int rows = ROWS_OF_TASKS.merge(TaskContext.get().taskAttemptId(), 1, Integer::sum);
    if (rows == ROWS_BEFORE) {
      if (isFirst(folder.resolve(KILLED))) {
        Runtime.getRuntime().halt(1);
      }
      if (isFirst(folder.resolve(FAILED))) {
        throw new IllegalStateException("This task fails once");
      }
    }
    return id;
  }

  private static boolean isFirst(Path file) throws IOException {
    try {
      Files.createFile(file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
