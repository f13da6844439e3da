/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.write;

import io.freshet.client.FreshetClient;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.connector.write.streaming.StreamingDataWriterFactory;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.apache.spark.sql.types.StructType;

/**
 * The epochs of one query. Each is a transaction, whose id is the query's and the epoch's: an epoch
 * that was committed is never written again, whoever tries.
 */
public final class EpochWrite implements StreamingWrite {
  /** An epoch that nobody goes on with is dropped after so long; a restarted query goes on. */
  static final Duration TIMEOUT = Duration.ofDays(1);

  private final FreshetClient client;
  private final TableName table;
  private final String query;
  private final StructType row;
  private final Delivery delivery;

  private EpochWrite(
      FreshetClient client, TableName table, String query, StructType row, Delivery delivery) {
    this.client = client;
    this.table = table;
    this.query = query;
    this.row = row;
    this.delivery = delivery;
  }

  /**
   * A write of a query's rows, whose columns are checked.
   *
   * @throws io.freshet.error.FreshetException SCHEMA_MISMATCH if they are not the table's
   */
  public static EpochWrite of(StreamedTable table, LogicalWriteInfo info) {
    return new EpochWrite(
        table.client(),
        table.description().table(),
        info.queryId(),
        WrittenColumns.of(table, info.schema(), info.options()),
        Delivery.parse(info.options()));
  }

  @Override
  public StreamingDataWriterFactory createStreamingWriterFactory(PhysicalWriteInfo info) {
    return new EpochWriterFactory(client.address(), table.toString(), query, row, delivery);
  }

  /** Makes the rows of all tasks visible at once; does nothing if that was done before. */
  @Override
  public void commit(long epoch, WriterCommitMessage[] messages) {
    // A task may have run twice; only the writers of those that Spark has chosen count.
    List<UUID> writers =
        Arrays.stream(messages)
            .filter(EpochWriter.Staged.class::isInstance)
            .map(message -> ((EpochWriter.Staged) message).writer())
            .toList();
    if (!writers.isEmpty()) {
      var unused = client.commitTransaction(table, transaction(query, epoch), writers);
    }
  }

  /**
   * Leaves the transaction open: the same epoch is tried again in it, and names its own writers. To
   * abort it could take away what a query that has taken over is writing now.
   */
  @Override
  public void abort(long epoch, WriterCommitMessage[] messages) {}

  @Override
  public String toString() {
    return "FreshetSink(table=" + table + ", delivery=" + delivery + ")";
  }

  static String transaction(String query, long epoch) {
    return query + ":" + epoch;
  }
}
