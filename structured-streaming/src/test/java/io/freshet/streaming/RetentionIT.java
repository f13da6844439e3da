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
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Streams that were away while the log was trimmed behind a tiering. */
@ExtendWith(SparkExtension.class)
final class RetentionIT {
  private static final Map<String, String> SLOWLY = Map.of("maxFilesPerTrigger", "1");

  private final SparkSession spark;
  private OwnServer server;
  private FreshetClient client;
  private StreamFixture fixture;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  RetentionIT(SparkSession spark) {
    this.spark = spark;
  }

  @BeforeEach
  void start() {
    server = new OwnServer(spark, folder, "1B");
    client = server.client();
    fixture = server.tables();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void streamThatWasInTheLakeGoesOnThereWhenTheLogIsTrimmed() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    for (int i = 0; i < 5; i++) {
      fixture.append(source, i * 10L, i * 10L + 10);
      client.tier(source);
    }
    fixture.append(source, 50, 70);
    readOneFile(source, target);
    assertThat(fixture.ids(target)).hasSizeBetween(1, 69);

    for (int i = 7; i < 10; i++) {
      trim(source);
      fixture.append(source, i * 10L, i * 10L + 10);
    }
    client.compact(source);
    copy(source, target, SLOWLY);

    assertThat(fixture.ids(target)).isEqualTo(range(0, 100));
  }

  @Test
  void keyedStreamThatWasInTheLakeSaysWhatItHasLostBeforeItReadsOn() throws Exception {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    for (int i = 0; i < 5; i++) {
      fixture.append(source, i * 10L, i * 10L + 10);
      client.tier(source);
    }
    readOneFile(source, target);
    List<Long> read = fixture.ids(target);
    assertThat(read).hasSizeBetween(1, 49);
    fixture.append(source, 0, 10, "newer");
    fixture.append(source, 0, 10, "newest");
    trim(source);

    assertThatThrownBy(() -> copy(source, target, SLOWLY))
        .hasMessageMatching(
            "(?s).*The stream of table "
                + server.name(source)
                + " has lost the changes \\[\\d+, \\d+\\) of bucket \\d.*: they were trimmed from the log"
                + " after they went into the lake, which has rows and no changes\\. Start a query with"
                + " a new checkpoint, which reads the whole table; or set the option failOnDataLoss to"
                + " false to go on without them\\. To keep more, raise the table's"
                + " freshet\\.log\\.retention\\.time and freshet\\.log\\.retention\\.size\\..*");
    assertThat(fixture.ids(target)).isEqualTo(read);

    copy(source, target, Map.of("failOnDataLoss", "false"));
    assertThat(fixture.ids(target)).isEqualTo(range(0, 50));
  }

  @Test
  void changesThatWereTrimmedAreSaidToBeLost() {
    TableName source = fixture.create(KEYED);
    TableName target = fixture.create(KEYED);
    fixture.append(source, 0, 10);
    copy(source, target, Map.of());
    fixture.append(source, 10, 20);
    fixture.append(source, 20, 30);
    trim(source);

    assertThatThrownBy(() -> copy(source, target, Map.of()))
        .hasMessageContaining(
            "The stream of table " + server.name(source) + " has lost the changes [")
        .hasMessageContaining("set the option failOnDataLoss to false");
    assertThat(fixture.ids(target)).isEqualTo(range(0, 10));

    copy(source, target, Map.of("failOnDataLoss", "false"));
    assertThat(fixture.ids(target)).containsAll(range(20, 30)).hasSizeBetween(20, 29);
  }

  /** Begins to read, and stops after a batch. */
  private void readOneFile(TableName source, TableName target) throws Exception {
    StreamingQuery query =
        Queries.start(
            Queries.stream(spark, server.name(source), SLOWLY),
            server.name(target),
            checkpoint(),
            Trigger.ProcessingTime("1 day"));
    while (query.lastProgress() == null || query.lastProgress().batchId() < 0) {
      query.awaitTermination(20);
    }
    query.stop();
  }

  private Path checkpoint() {
    return folder.resolve("checkpoint");
  }

  /** Tiers, and has the server forget changes that are there, but for the last segment. */
  private void trim(TableName table) {
    long before = client.offsets(table).offsets().get(0).startOffset();
    client.alterProperties(
        table,
        Map.of("freshet.log.retention.time", "0s", "freshet.log.retention.size", "0"),
        List.of());
    client.tier(table);
    long end = System.nanoTime() + 30_000_000_000L;
    while (client.offsets(table).offsets().get(0).startOffset() == before) {
      assertThat(System.nanoTime()).as("the log is trimmed").isLessThan(end);
    }
  }

  private void copy(TableName source, TableName target, Map<String, String> options) {
    var unused =
        Queries.copy(
            Queries.stream(spark, server.name(source), options), server.name(target), checkpoint());
  }
}
