/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.table.TableName;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the rows of one task as they come. Not safe for use by several threads. */
public final class RowSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RowSender.class);

  private final TableName table;
  private final BufferAllocator allocator;
  private final TableWriter writer;
  private final ChangeBatch batch;
  private long rows;
  private boolean isClosed;

  /**
   * @param transaction in which the rows are staged; null to make them visible as they come
   * @param id of the writer
   * @param row columns of rows
   * @param key columns of the keys of deleted rows; null if none will be deleted
   */
  public RowSender(
      String address,
      TableName table,
      @Nullable String transaction,
      UUID id,
      StructType row,
      @Nullable StructType key) {
    this.table = table;
    this.allocator = Connections.newAllocator("write to " + table);
    FreshetClient client = Connections.to(address);
    this.writer =
        TaskFailures.travelling(
            "write to table " + table,
            () ->
                transaction == null
                    ? client.newWriter(table, id)
                    : client.newWriter(table, transaction, id));
    this.batch = new ChangeBatch(writer.schema(), row, key, allocator);
  }

  public void upsert(InternalRow row) {
    batch.upsert(row);
    added();
  }

  public void delete(InternalRow key) {
    batch.delete(key);
    added();
  }

  /** How many rows and keys it was given. */
  public long rows() {
    return rows;
  }

  /**
   * Sends what it has, without waiting for an answer; {@link #flush} says what failed.
   *
   * @return completes when there is an answer
   */
  public CompletableFuture<?> send() {
    return batch.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : TaskFailures.travelling("write to table " + table, () -> writer.append(batch.finish()));
  }

  /** Sends what it has, and waits until all rows are acknowledged. */
  public void flush() {
    CompletableFuture<?> last = send();
    var unused =
        TaskFailures.travelling(
            "write to table " + table,
            () -> {
              writer.flush();
              return last;
            });
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      try (allocator;
          batch) {
        closeWriter();
      }
    }
  }

  private void closeWriter() {
    try {
      writer.close();
    } catch (FreshetException e) {
      LOG.debug("The writer of table {} had failed before", table, e); // Said by flush().
    }
  }

  private void added() {
    rows++;
    if (batch.isFull()) {
      var unused = send();
    }
  }
}
