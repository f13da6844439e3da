/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.table.TableName;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the rows of one task as they come. */
final class ChangeWriter implements DeltaWriter<InternalRow> {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeWriter.class);

  private final TableName table;
  private final StructType row;
  private final @Nullable StructType key;
  private final BufferAllocator allocator;
  private final UUID id = UUID.randomUUID();
  private final TableWriter writer;
  private final ChangeBatch batch;
  private long rows;
  private boolean isClosed;

  /** What a task has written, and as which writer. */
  record Written(long rows, UUID writer) implements WriterCommitMessage {}

  ChangeWriter(
      String address,
      TableName table,
      String transaction,
      StructType row,
      @Nullable StructType key) {
    this.table = table;
    this.row = row;
    this.key = key;
    this.allocator = Connections.newAllocator("write to " + table);
    this.writer =
        TaskFailures.travelling(
            "write to table " + table,
            () -> Connections.to(address).newWriter(table, transaction, id));
    this.batch = new ChangeBatch(writer.schema(), row, key, allocator);
  }

  @Override
  public void insert(InternalRow newRow) {
    batch.upsert(newRow);
    added();
  }

  @Override
  public void update(InternalRow metadata, InternalRow id, InternalRow newRow) {
    checkKey(id, newRow);
    batch.upsert(newRow);
    added();
  }

  @Override
  public void delete(InternalRow metadata, InternalRow id) {
    batch.delete(id);
    added();
  }

  @Override
  public WriterCommitMessage commit() {
    return TaskFailures.travelling(
        "write to table " + table,
        () -> {
          boolean unused = send();
          writer.flush();
          return new Written(rows, id);
        });
  }

  /** What was sent stays in the transaction, whose commit leaves it out. */
  @Override
  public void abort() {}

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[0];
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
      LOG.debug("The writer of table {} had failed before", table, e); // Said by commit().
    }
  }

  private void added() {
    rows++;
    if (batch.isFull()) {
      boolean unused = TaskFailures.travelling("write to table " + table, this::send);
    }
  }

  /** Whether there was anything to send. */
  private boolean send() {
    if (batch.isEmpty()) {
      return false;
    }
    var unused = writer.append(batch.finish()); // A failure comes out of flush().
    return true;
  }

  /** Another key would be another row, and which one wins would depend on the order of tasks. */
  private void checkKey(InternalRow id, InternalRow newRow) {
    if (key == null) {
      throw new IllegalStateException("This write updates no rows");
    }
    List<String> columns = Arrays.asList(row.fieldNames());
    for (int i = 0; i < key.length(); i++) {
      String name = key.fields()[i].name();
      int ordinal = columns.indexOf(name);
      Object before = id.get(i, key.fields()[i].dataType());
      Object after = newRow.get(ordinal, row.fields()[ordinal].dataType());
      if (!Objects.deepEquals(before, after)) {
        throw FreshetException.of(
            UNSUPPORTED,
            "Cannot update column %s of table %s from %s to %s: it is in the primary key. Delete the"
                + " row, and insert it with its new key.",
            name,
            table,
            before,
            after);
      }
    }
  }
}
