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
import static io.freshet.streaming.StreamFixture.range;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.CreateTable;
import io.freshet.spark.SampleRows;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Streams of tables without a primary key: where they start, what a batch has, where they end. */
@ExtendWith(SparkExtension.class)
final class LogTableStreamIT {
  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;
  private final StreamFixture fixture;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  LogTableStreamIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
    this.fixture = new StreamFixture(spark, client, tables);
  }

  @Test
  void readsTheLakeThenTheLogAndGoesOnAfterARestart() {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 100);
    client.tier(source);
    fixture.append(source, 100, 150);

    copy(source, target, Map.of());
    assertThat(fixture.ids(target)).isEqualTo(range(0, 150));

    fixture.append(source, 150, 160);
    client.tier(source);
    fixture.append(source, 160, 170);
    copy(source, target, Map.of());
    assertThat(fixture.ids(target)).isEqualTo(range(0, 170));
    assertThat(copy(source, target, Map.of())).isEmpty();
    assertThat(fixture.ids(target)).isEqualTo(range(0, 170));
  }

  @Test
  void runningStreamSeesRowsAndPartitionsAsTheyCome() throws Exception {
    TableName source = tables.create(COLUMNS, "name");
    TableName target = fixture.create(COLUMNS);
    StreamingQuery query =
        Queries.start(
            Queries.stream(spark, source, Map.of()), target, folder, Trigger.ProcessingTime(0));
    for (int i = 0; i < 5; i++) {
      fixture.append(source, i * 10L, i * 10L + 10, "partition " + i);
      client.tier(source);
      query.processAllAvailable();
      assertThat(fixture.ids(target)).isEqualTo(range(0, i * 10L + 10));
    }
    query.stop();
  }

  @Test
  void limitsHoldForFilesAndRows() {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    for (int i = 0; i < 4; i++) {
      fixture.append(source, i * 10L, i * 10L + 10);
      client.tier(source);
    }
    fixture.append(source, 40, 75);

    List<StreamingQueryProgress> batches =
        copy(source, target, Map.of("maxFilesPerTrigger", "1", "maxRowsPerTrigger", "12"));

    assertThat(batches)
        .extracting(StreamingQueryProgress::numInputRows)
        .containsExactly(10L, 10L, 10L, 10L, 12L, 12L, 11L);
    assertThat(fixture.ids(target)).isEqualTo(range(0, 75));
    assertThat(batches.get(1).sources()[0].metrics())
        .containsEntry("lagRows", "35")
        .containsEntry("lagFiles", "2");
    Map<String, String> lag = batches.get(4).sources()[0].metrics();
    assertThat(lag).containsEntry("lagRows", "23").containsEntry("lagFiles", "0");
    assertThat(
            Long.parseLong(lag.getOrDefault("lagRows.bucket-0", ""))
                + Long.parseLong(lag.getOrDefault("lagRows.bucket-1", "")))
        .isEqualTo(23);
  }

  @Test
  void limitOfBytesHoldsForFilesAndRows() {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    client.tier(source);
    fixture.append(source, 10, 20);
    client.tier(source);
    fixture.append(source, 20, 23);

    assertThat(copy(source, target, Map.of("maxBytesPerTrigger", "1")))
        .extracting(StreamingQueryProgress::numInputRows)
        .containsExactly(10L, 10L, 1L, 1L, 1L);
    assertThat(fixture.ids(target)).isEqualTo(range(0, 23));
  }

  @Test
  void startsWhereItIsTold() {
    TableName source = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    client.tier(source);
    long snapshot = requireNonNull(client.describeTable(source).baseSnapshotId());
    fixture.append(source, 10, 20);
    client.tier(source);
    Instant moment = Instant.now();
    fixture.append(source, 20, 30);

    assertThat(startedAt(source, "full")).isEqualTo(range(0, 30));
    assertThat(startedAt(source, "earliest")).isEqualTo(range(0, 30));
    assertThat(startedAt(source, "latest")).isEmpty();
    assertThat(startedAt(source, "timestamp:" + moment)).isEqualTo(range(20, 30));
    assertThat(startedAt(source, "snapshot:" + snapshot)).isEqualTo(range(10, 30));
    List<Long> ends =
        client.offsets(source).offsets().stream().map(BucketOffsets::endOffset).toList();
    assertThat(startedAt(source, "offsets:0=" + ends.get(0) + ",1=0"))
        .hasSize(ends.get(1).intValue());
  }

  @Test
  void latestSkipsWhatIsThereAndReadsWhatComes() throws Exception {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    copy(source, target, Map.of("start", "latest"));
    fixture.append(source, 10, 20);

    copy(source, target, Map.of("start", "latest"));

    assertThat(fixture.ids(target)).isEqualTo(range(10, 20));
  }

  @Test
  void projectsAndFiltersLakeAndLogAlike() {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create("name string");
    fixture.append(source, 0, 10, "a");
    fixture.append(source, 10, 20, "b");
    client.tier(source);
    fixture.append(source, 20, 30, "a");
    fixture.append(source, 30, 40, "b");

    Queries.copy(
        Queries.source(spark, source, Map.of("columns", "name", "filter", "name = 'b'")),
        target,
        folder.resolve("names"));
    assertThat(fixture.rows(target)).hasSize(20).containsOnly("[b]");

    TableName filtered = fixture.create(COLUMNS);
    copy(source, filtered, Map.of("filter", "id >= 5 and id < 35 and name like 'a%'"));
    assertThat(fixture.ids(filtered))
        .isEqualTo(
            LongStream.concat(LongStream.range(5, 10), LongStream.range(20, 30)).boxed().toList());
  }

  @Test
  void everyTypeGoesThrough() {
    TableName source = tables.create(SampleRows.NESTED);
    TableName target = tables.create(SampleRows.NESTED);
    tables.appendToLake(source, new SampleRows(7).rows(client.describeTable(source).schema(), 50));
    tables.append(source, new SampleRows(8).rows(client.describeTable(source).schema(), 50));

    copy(source, target, Map.of());

    String query = "SELECT to_json(struct(*)) FROM freshet.";
    assertThat(Queries.rows(spark, query + target))
        .hasSize(100)
        .isEqualTo(Queries.rows(spark, query + source));
  }

  @Test
  void badOptionsAreRefusedByName() {
    TableName source = fixture.create(COLUMNS);

    refused(source, Map.of("start", "yesterday"), "A stream can't start at 'yesterday': use full,");
    refused(source, Map.of("start", "timestamp:noon"), "A stream can't start at 'timestamp:noon'");
    refused(source, Map.of("start", "snapshot:first"), "A stream can't start at 'snapshot:first'");
    refused(
        source,
        Map.of("start", "offsets:0=1"),
        "Option start has offsets of buckets [0], and table "
            + source
            + " has the buckets [0, 1]: give one of each");
    refused(
        source,
        Map.of("start", "offsets:0=0,1=7"),
        "A stream of table freshet."
            + source
            + " can't start at offset 7 of bucket 1, whose log has [0, 0)");
    refused(
        source,
        Map.of("start", "snapshot:17"),
        "Cannot read lake snapshot 17 of table freshet." + source);
    refused(
        source,
        Map.of("maxRowsPerTrigger", "0"),
        "Option maxRowsPerTrigger is a number from 1 on, not '0'");
    refused(
        source,
        Map.of("maxFilesPerTrigger", "few"),
        "Option maxFilesPerTrigger is a number from 1 on, not 'few'");
    refused(
        source,
        Map.of("maxBytesPerTrigger", "-1"),
        "Option maxBytesPerTrigger is a number from 1 on, not '-1'");
    refused(
        source,
        Map.of("realTimeTasks", "0"),
        "Option realTimeTasks is a number from 1 on, not '0'");
    refused(source, Map.of("skipDeletes", "yes"), "Option skipDeletes is true or false, not 'yes'");
    refused(
        source, Map.of("readChangeFeed", "1"), "Option readChangeFeed is true or false, not '1'");
    refused(
        source,
        Map.of("failOnDataLoss", "maybe"),
        "Option failOnDataLoss is true or false, not 'maybe'");
    refused(
        source,
        Map.of("readChangeFeed", "true"),
        "the option readChangeFeed would change them. Use .format(\"freshet\")");
    refused(source, Map.of("filter", "price > 1"), "price");
    assertThatThrownBy(() -> Queries.source(spark, source, Map.of("columns", "id, price")))
        .hasMessageContaining(
            "Option columns names [price], which table " + source + " does not have");
    assertThatThrownBy(
            () -> Queries.source(spark, source, Map.of("columns", "id", "filter", "name = 'a'")))
        .hasMessageContaining("Option filter asks for name, which option columns leaves out");
    assertThatThrownBy(() -> spark.readStream().format("freshet").load("nowhere.a.b"))
        .hasMessageContaining("'nowhere.a.b' is not a table of a Freshet catalog");
    assertThatThrownBy(() -> spark.readStream().format("freshet").load())
        .hasMessageContaining("Which table is it?");
    assertThatThrownBy(() -> spark.readStream().format("freshet").load("freshet.a.missing"))
        .hasMessageContaining("There is no table freshet.a.missing to stream from");
  }

  @Test
  void checkpointOfATableThatWasDroppedIsRefused() {
    TableName source = fixture.create(COLUMNS);
    TableName target = fixture.create(COLUMNS);
    fixture.append(source, 0, 10);
    copy(source, target, Map.of());
    CreateTable same =
        new CreateTable(
            source, client.describeTable(source).schema(), null, null, 2, null, Map.of());
    client.purgeTable(source);
    client.createTable(same);

    refused(
        source,
        Map.of(),
        "The checkpoint is of another table freshet." + source + ", which was dropped");
  }

  @Test
  void checkpointOfAnotherSourceIsRefused() throws Exception {
    TableName source = fixture.create(COLUMNS);
    Path start = folder.resolve("sources/0/start.json");
    Files.createDirectories(start.getParent());
    Files.writeString(start, "{\"topic\":{\"0\":17}}");

    refused(
        source, Map.of(), "The checkpoint was not written by a stream from a Freshet table, or by");
  }

  private void refused(TableName source, Map<String, String> options, String message) {
    TableName target = fixture.create(COLUMNS);
    assertThatThrownBy(() -> copy(source, target, options)).hasMessageContaining(message);
    assertThat(fixture.ids(target)).isEmpty();
  }

  private List<Long> startedAt(TableName source, String start) {
    TableName target = fixture.create(COLUMNS);
    Queries.copy(
        Queries.stream(spark, source, Map.of("start", start)),
        target,
        folder.resolve(target.name()));
    return fixture.ids(target);
  }

  private List<StreamingQueryProgress> copy(
      TableName source, TableName target, Map<String, String> options) {
    return Queries.copy(Queries.stream(spark, source, options), target, folder);
  }
}
