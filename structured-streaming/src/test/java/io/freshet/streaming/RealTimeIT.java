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
import static io.freshet.streaming.StreamFixture.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real-time mode: batches that last, whose rows are there before their end. */
@ExtendWith(SparkExtension.class)
final class RealTimeIT {
  private static final String ALLOW_LIST = "spark.sql.streaming.realTimeMode.allowlistCheck";
  private static final String SHORTEST = "spark.sql.streaming.realTimeMode.minBatchDuration";

  private final SparkSession spark;
  private final FreshetClient client;
  private final StreamFixture fixture;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  RealTimeIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.fixture = new StreamFixture(spark, client, tables);
  }

  @BeforeEach
  void allowOurSink() {
    spark.conf().set(ALLOW_LIST, false);
    spark.conf().set(SHORTEST, 1000);
  }

  @AfterEach
  void allowNoMore() {
    spark.conf().unset(ALLOW_LIST);
    spark.conf().unset(SHORTEST);
  }

  @Test
  void rowsArriveLongBeforeTheBatchEnds() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(KEYED);
    StreamingQuery query = start(source, target, "1 hour");

    for (int i = 0; i < 5; i++) {
      fixture.append(source, i * 10L, i * 10L + 10);
      awaitRows(query, target, i * 10L + 10);
    }

    assertThat(query.lastProgress() == null || query.lastProgress().batchId() == 0).isTrue();
    query.stop();
  }

  @Test
  void batchesFollowEachOtherWithoutLoss() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(KEYED);
    StreamingQuery query = start(source, target, "1 second");
    for (int i = 0; i < 20; i++) {
      fixture.append(source, i * 10L, i * 10L + 10);
      var unused = query.awaitTermination(150);
    }
    awaitRows(query, target, 200);
    query.stop();
    fixture.append(source, 200, 220);

    StreamingQuery again = start(source, target, "1 second");
    awaitRows(again, target, 220);
    again.stop();
    assertThat(fixture.ids(target)).isEqualTo(range(0, 220));
  }

  @Test
  void readsTheLakeThenFollowsTheLog() throws Exception {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 50, "old");
    client.tier(source);
    fixture.append(source, 40, 60, "new");

    StreamingQuery query = start(source, target, "1 hour");
    awaitRows(query, target, 60);
    fixture.append(source, 60, 70, "newer");
    awaitRows(query, target, 70);
    query.stop();
    assertThat(fixture.rows(target)).isEqualTo(fixture.rows(source));

    client.tier(source);
    fixture.append(source, 70, 80);
    StreamingQuery again = start(source, target, "1 hour");
    awaitRows(again, target, 80);
    again.stop();
  }

  @Test
  void lakeThatIsNotReadWithinABatchIsAnError() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 50);
    client.tier(source);
    spark.conf().set(SHORTEST, 1);

    StreamingQuery tooShort = start(source, target, "1 millisecond");
    assertThatThrownBy(tooShort::awaitTermination)
        .hasMessageContaining(
            "The lake files of table freshet."
                + source
                + " were not read within one batch of real-time mode. Make batches longer");

    var unused = Queries.copy(Queries.stream(spark, source, Map.of()), target, folder);
    fixture.append(source, 50, 60);
    StreamingQuery query = start(source, target, "1 hour");
    awaitRows(query, target, 60);
    query.stop();
  }

  private StreamingQuery start(TableName source, TableName target, String batch) throws Exception {
    // The other core is for what the test asks.
    Dataset<Row> rows = Queries.stream(spark, source, Map.of("realTimeTasks", "1"));
    return rows.writeStream()
        .outputMode("update")
        .trigger(Trigger.RealTime(batch))
        .option("checkpointLocation", folder.toUri().toString())
        .option("delivery", "immediate")
        .toTable("freshet." + target);
  }

  private void awaitRows(StreamingQuery query, TableName target, long rows) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    List<Long> ids = fixture.ids(target);
    while (ids.size() < rows) {
      assertThat(System.nanoTime()).as("%s of %d rows", ids.size(), rows).isLessThan(end);
      var unused = query.awaitTermination(20); // Throws if it has failed.
      ids = fixture.ids(target);
    }
    assertThat(ids).isEqualTo(range(0, rows));
  }
}
