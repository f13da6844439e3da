/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.runtime;

import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/** What {@link SparkSubmitIT} submits: writes and reads of both halves of a table, and a stream. */
public final class SubmittedQueries {
  private SubmittedQueries() {}

  public static void main(String[] arguments) throws Exception {
    try (SparkSession spark = SparkSession.builder().getOrCreate()) {
      spark.sql("CREATE NAMESPACE freshet.submitted");
      spark.sql(
          "CREATE TABLE freshet.submitted.t (id BIGINT NOT NULL, s STRING, l ARRAY<INT>,"
              + " PRIMARY KEY (id))");
      spark.sql("INSERT INTO freshet.submitted.t VALUES (1, 'a', array(1)), (2, 'b', null)");
      spark.sql("CALL freshet.system.tier('submitted.t')");
      spark.sql("INSERT INTO freshet.submitted.t VALUES (3, 'c', array(2, 3))");
      answer(spark, "SELECT count(id), sum(id), min(s), max(s) FROM freshet.submitted.t");
      spark.sql("UPDATE freshet.submitted.t SET s = 'x' WHERE id = 1");
      spark.sql("DELETE FROM freshet.submitted.t WHERE s = 'x'");
      answer(spark, "SELECT count(l), sum(id) FROM freshet.submitted.t WHERE id >= 1");
      copy(spark, arguments[0]);
      answer(spark, "SELECT 'copied', id, s FROM freshet.submitted.copy ORDER BY id LIMIT 1");
    }
  }

  /** By a stream, whose source is found by its short name. */
  private static void copy(SparkSession spark, String checkpoint) throws Exception {
    spark.sql(
        "CREATE TABLE freshet.submitted.copy (id BIGINT NOT NULL, s STRING, PRIMARY KEY (id))");
    spark
        .readStream()
        .format("freshet")
        .option("readChangeFeed", true)
        .option("columns", "id, s")
        .load("freshet.submitted.t")
        .drop("_bucket", "_offset", "_commit_timestamp")
        .writeStream()
        .trigger(Trigger.AvailableNow())
        .option("checkpointLocation", checkpoint)
        .toTable("freshet.submitted.copy")
        .awaitTermination();
  }

  private static void answer(SparkSession spark, String query) {
    System.out.println("ANSWER " + spark.sql(query).first());
  }
}
