/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.write;

import io.freshet.protocol.TransactionState;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.spark.write.RowSender;
import io.freshet.table.TableName;
import java.util.UUID;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Stages the rows of one task in the epoch's transaction. Rows of an epoch that was committed in an
 * earlier run of the query are left out: they are visible.
 */
final class EpochWriter implements DataWriter<InternalRow> {
  private final String address;
  private final TableName table;
  private final String transaction;
  private final StructType row;
  private final UUID id = UUID.randomUUID();
  private boolean hasBegun;
  private @Nullable RowSender rows;

  /** What a task has staged, and as which writer. */
  record Staged(long rows, UUID writer) implements WriterCommitMessage {}

  /** That a task has nothing to commit. */
  record Nothing() implements WriterCommitMessage {}

  EpochWriter(String address, TableName table, String transaction, StructType row) {
    this.address = address;
    this.table = table;
    this.transaction = transaction;
    this.row = row;
  }

  @Override
  public void write(InternalRow record) {
    if (!hasBegun) {
      begin();
    }
    if (rows != null) {
      rows.upsert(record);
    }
  }

  @Override
  public WriterCommitMessage commit() {
    if (rows == null) {
      return new Nothing();
    }
    rows.flush();
    return new Staged(rows.rows(), id);
  }

  /** What was sent stays in the transaction, whose commit leaves it out. */
  @Override
  public void abort() {}

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
    }
  }

  private void begin() {
    hasBegun = true;
    TransactionState state =
        TaskFailures.travelling(
            "write to table " + table,
            () -> Connections.to(address).beginTransaction(table, transaction, EpochWrite.TIMEOUT));
    if (state.state() == TransactionState.State.OPEN) {
      rows = new RowSender(address, table, transaction, id, row, null);
    }
  }
}
