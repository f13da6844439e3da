/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.write;

import io.freshet.spark.write.RowSender;
import io.freshet.table.TableName;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Sends the rows of one task as they come, visible at once. A row waits for others for a moment, so
 * that many rows make few batches.
 */
final class ImmediateWriter implements DataWriter<InternalRow> {
  private static final long LINGER_MILLIS = 1;
  private static final ScheduledExecutorService LINGERS =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "freshet-immediate-writes");
        thread.setDaemon(true);
        return thread;
      });

  private final RowSender rows;

  // Guarded by this.
  private @Nullable ScheduledFuture<?> sending;
  private @Nullable RuntimeException failure;

  ImmediateWriter(String address, TableName table, StructType row) {
    this.rows = new RowSender(address, table, null, UUID.randomUUID(), row, null);
  }

  @Override
  public synchronized void write(InternalRow record) {
    if (failure != null) {
      throw failure;
    }
    rows.upsert(record);
    if (sending == null) {
      sending = LINGERS.schedule(this::send, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public synchronized WriterCommitMessage commit() {
    if (failure != null) {
      throw failure;
    }
    rows.flush();
    return new EpochWriter.Nothing();
  }

  @Override
  public void abort() {}

  @Override
  public synchronized void close() {
    if (sending != null) {
      sending.cancel(false);
    }
    rows.close();
  }

  private synchronized void send() {
    sending = null;
    try {
      rows.send();
    } catch (RuntimeException e) {
      failure = e; // The next row, or the commit, says so.
    }
  }
}
