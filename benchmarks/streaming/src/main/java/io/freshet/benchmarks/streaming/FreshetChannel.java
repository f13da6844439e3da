/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks.streaming;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.client.ChangeStream;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.CreateTable;
import io.freshet.table.ColumnText;
import io.freshet.table.TableName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.jspecify.annotations.Nullable;

/** From one log table to another, each of one bucket. */
final class FreshetChannel implements Channel {
  private static final byte[] PAYLOAD = "x".repeat(100).getBytes(StandardCharsets.UTF_8);

  private final SparkSession spark;
  private final FreshetClient client;
  private final TableName source;
  private final TableName target;
  private final TableWriter writer;
  private final VectorSchemaRoot rows;
  private int waiting;
  private @Nullable ChangeStream changes;
  private @Nullable Thread receiver;

  FreshetChannel(SparkSession spark, FreshetClient client, BufferAllocator allocator) {
    this.spark = spark;
    this.client = client;
    String run = UUID.randomUUID().toString().substring(0, 8);
    this.source = create(client, "bench.source_" + run, 1);
    this.target = create(client, "bench.target_" + run, 1);
    this.writer = client.newWriter(source);
    this.rows =
        VectorSchemaRoot.create(
            ArrowSchemas.toArrow(client.describeTable(source).schema()), allocator);
  }

  static TableName create(FreshetClient client, String name, int buckets) {
    TableName table = TableName.parse(name);
    client.createTable(
        new CreateTable(
            table,
            ColumnText.parse("sent long, payload string"),
            null,
            null,
            buckets,
            null,
            Map.of("freshet.freshness", "1h")));
    return table;
  }

  @Override
  public String name() {
    return "Freshet";
  }

  @Override
  public void send(long sentNanos) {
    ((BigIntVector) rows.getVector("sent")).setSafe(waiting, sentNanos);
    ((VarCharVector) rows.getVector("payload")).setSafe(waiting, PAYLOAD);
    waiting++;
  }

  @Override
  public void flush() {
    if (waiting > 0) {
      rows.setRowCount(waiting);
      waiting = 0;
      var unused = writer.append(rows);
    }
  }

  @Override
  public void receive(Arrivals arrivals) {
    ChangeStream stream =
        client.readChanges(new ChangesTicket(target, null, 0, 0, null, List.of("sent"), null));
    changes = stream;
    receiver =
        new Thread(() -> {
          while (stream.next()) {
            BigIntVector sent = (BigIntVector) stream.batch().getVector("sent");
            for (int i = 0; i < sent.getValueCount(); i++) {
              arrivals.arrived(sent.get(i));
            }
          }
        });
    receiver.setDaemon(true);
    receiver.start();
  }

  @Override
  public Dataset<Row> source(boolean isRealTime) {
    return spark.readStream().option("start", "latest").table("freshet." + source);
  }

  @Override
  public StreamingQuery start(DataStreamWriter<Row> query, boolean isRealTime) throws Exception {
    return query
        .option("delivery", isRealTime ? "immediate" : "exactly-once")
        .toTable("freshet." + target);
  }

  @Override
  public void close() {
    try {
      if (changes != null && receiver != null) {
        changes.cancel();
        receiver.join();
        changes.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writer.close();
    rows.close();
    client.purgeTable(source);
    client.purgeTable(target);
  }
}
