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

import io.freshet.client.FreshetClient;
import io.freshet.spark.SparkExtension;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
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
  private static final String COLUMNS = "id long not null, name string";

  private final SparkSession spark;
  private final FreshetClient client;
  private final TestTables tables;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  LogTableStreamIT(SparkSession spark, FreshetClient client, TestTables tables) {
    this.spark = spark;
    this.client = client;
    this.tables = tables;
  }

  @Test
  void readsTheLakeThenTheLogAndGoesOnAfterARestart() {
    TableName source = tables.create(COLUMNS);
    TableName target = tables.create(COLUMNS);
    append(source, 0, 100);
    client.tier(source);
    append(source, 100, 150);

    copy(source, target, Map.of());
    assertThat(ids(target)).isEqualTo(range(0, 150));

    append(source, 150, 160);
    client.tier(source);
    append(source, 160, 170);
    copy(source, target, Map.of());
    assertThat(ids(target)).isEqualTo(range(0, 170));
    assertThat(copy(source, target, Map.of())).isEmpty();
    assertThat(ids(target)).isEqualTo(range(0, 170));
  }

  @Test
  void runningStreamSeesRowsAsTheyCome() throws Exception {
    TableName source = tables.create(COLUMNS, "truncate(1, name)");
    TableName target = tables.create(COLUMNS);
    StreamingQuery query =
        Queries.start(
            Queries.stream(spark, source, Map.of()), target, folder, Trigger.ProcessingTime(0));
    for (int i = 0; i < 5; i++) {
      append(source, i * 10L, i * 10L + 10);
      client.tier(source);
      query.processAllAvailable();
      assertThat(ids(target)).isEqualTo(range(0, i * 10L + 10));
    }
    query.stop();
  }

  @Test
  void limitsHoldForFilesAndRows() {
    TableName source = tables.create(COLUMNS);
    TableName target = tables.create(COLUMNS);
    for (int i = 0; i < 4; i++) {
      append(source, i * 10L, i * 10L + 10);
      client.tier(source);
    }
    append(source, 40, 75);

    List<StreamingQueryProgress> batches =
        copy(source, target, Map.of("maxFilesPerTrigger", "1", "maxRowsPerTrigger", "12"));

    assertThat(batches)
        .extracting(StreamingQueryProgress::numInputRows)
        .containsExactly(10L, 10L, 10L, 10L, 12L, 12L, 11L);
    assertThat(ids(target)).isEqualTo(range(0, 75));
    assertThat(batches.get(4).sources()[0].metrics())
        .containsEntry("lagRows", "23")
        .containsEntry("lagFiles", "0");
  }

  private List<StreamingQueryProgress> copy(
      TableName source, TableName target, Map<String, String> options) {
    return Queries.copy(Queries.stream(spark, source, options), target, folder);
  }

  private void append(TableName table, long from, long to) {
    Schema schema = client.describeTable(table).schema();
    List<Record> rows = new ArrayList<>();
    for (long id = from; id < to; id++) {
      Record row = GenericRecord.create(schema);
      row.setField("id", id);
      row.setField("name", "n" + id);
      rows.add(row);
    }
    tables.append(table, rows);
  }

  private List<Long> ids(TableName table) {
    return spark.sql("SELECT id FROM freshet." + table + " ORDER BY id").collectAsList().stream()
        .map(row -> row.getLong(0))
        .toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
