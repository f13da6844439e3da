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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the rows of one task as they come, visible at once. A thread of its own sends what there
 * is, so that the rows which come meanwhile make the next batch; while many batches are on their
 * way, rows wait for others for a moment.
 */
final class ImmediateWriter implements DataWriter<InternalRow> {
  private static final Logger LOG = LoggerFactory.getLogger(ImmediateWriter.class);
  private static final int MANY_BATCHES = 4;
  private static final long LINGER_MILLIS = 1;

  /** Of batches that may be on their way before rows wait; acknowledgements give permits back. */
  private final Semaphore room = new Semaphore(MANY_BATCHES);

  // Guarded by this, which acknowledgements must not wait for: commit() holds it and awaits them.
  private final RowSender rows;
  private boolean hasRows;
  private boolean isClosed;
  private @Nullable RuntimeException failure;

  ImmediateWriter(String address, TableName table, StructType row) {
    this.rows = new RowSender(address, table, null, UUID.randomUUID(), row, null);
    Thread sender = new Thread(this::sendAll, "freshet-immediate-writes-" + table);
    sender.setDaemon(true);
    sender.start();
  }

  @Override
  public synchronized void write(InternalRow record) {
    checkSent();
    rows.upsert(record);
    if (!hasRows) {
      hasRows = true;
      notifyAll();
    }
  }

  @Override
  public synchronized WriterCommitMessage commit() {
    checkSent();
    rows.flush();
    hasRows = false;
    return new EpochWriter.Nothing();
  }

  @Override
  public void abort() {}

  @Override
  public synchronized void close() {
    isClosed = true;
    notifyAll();
    rows.close();
  }

  private void checkSent() {
    if (failure != null) {
      throw failure;
    }
  }

  private void sendAll() {
    try {
      while (awaitRows()) {
        send(room.tryAcquire(LINGER_MILLIS, TimeUnit.MILLISECONDS));
      }
    } catch (InterruptedException e) {
      LOG.debug("Sending rows was interrupted", e);
      Thread.currentThread().interrupt();
    }
  }

  /** False if there will be no more. */
  private synchronized boolean awaitRows() throws InterruptedException {
    while (!hasRows && !isClosed) {
      wait();
    }
    return !isClosed && failure == null;
  }

  private synchronized void send(boolean hasRoom) {
    if (isClosed) {
      return;
    }
    hasRows = false;
    try {
      rows.send()
          .whenComplete((acknowledged, error) -> {
            if (hasRoom) {
              room.release();
            }
          });
    } catch (RuntimeException e) {
      failure = e; // The next row, or the commit, says so.
    }
  }
}
