/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.client.ChangeStream;
import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.spark.read.FreshVectors;
import io.freshet.table.ChangeColumns;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams changes of one bucket; the Arrow batches of the server are Spark's batches. After a
 * restart of the server it goes on after the last change that came.
 */
final class LogBatchReader implements PartitionReader<ColumnarBatch> {
  private static final Logger LOG = LoggerFactory.getLogger(LogBatchReader.class);
  private static final int ATTEMPTS = 20;
  private static final int DELETE_LENGTH = ChangeType.DELETE.text().length();
  private static final byte DELETE_START = (byte) ChangeType.DELETE.text().charAt(0);

  private final LogPartition partition;
  private final String table;
  private final StreamColumns columns;
  private final FreshetClient client;
  private long nextOffset;
  private int failures;
  private boolean hasCheckedTypes;
  private volatile @Nullable ChangeStream stream;
  private volatile boolean isCancelled;

  LogBatchReader(LogPartition partition, String table, StreamColumns columns) {
    this.partition = partition;
    this.table = table;
    this.columns = columns;
    this.client = Connections.to(partition.address());
    this.nextOffset = partition.startOffset();
  }

  @Override
  public boolean next() {
    return TaskFailures.travelling(
        "read changes of table " + table + " bucket " + partition.bucket(), this::nextBatch);
  }

  /** Valid until the next call of {@link #next}. */
  @Override
  public ColumnarBatch get() {
    VectorSchemaRoot batch = batch();
    StructField[] fields = columns.schema().fields();
    ColumnVector[] vectors = new ColumnVector[fields.length];
    for (int i = 0; i < fields.length; i++) {
      vectors[i] = FreshVectors.of(batch.getVector(fields[i].name()), fields[i].dataType());
    }
    return new ColumnarBatch(vectors, batch.getRowCount());
  }

  /** The offsets of the rows of {@link #get}. */
  BigIntVector offsets() {
    return (BigIntVector) batch().getVector(ChangeColumns.OFFSET_COLUMN);
  }

  /** Has a {@link #next} that waits in another thread end, and all after it. */
  void cancel() {
    isCancelled = true;
    ChangeStream waiting = stream;
    if (waiting != null) {
      waiting.cancel();
    }
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  private boolean nextBatch() {
    while (partition.endOffset() == null || nextOffset < partition.endOffset()) {
      try {
        if (stream == null) {
          stream = client.readChanges(partition.ticket(nextOffset, columns));
        }
        // A cancel comes before this look at it, or finds the stream.
        if (isCancelled || !stream.next()) {
          return false;
        }
      } catch (FreshetException e) {
        awaitServer(e);
        continue;
      }
      failures = 0;
      checkTypes();
      int rows = batch().getRowCount();
      if (rows > 0) {
        nextOffset = offsets().get(rows - 1) + 1;
        checkDeletes(rows);
        return true;
      }
    }
    return false;
  }

  private void awaitServer(FreshetException error) {
    failures++;
    if (error.code() == INVALID_REQUEST) {
      throw new FreshetException(
          SCHEMA_MISMATCH,
          error.getMessage()
              + ". Columns have changed since the query started: start it again, with the same"
              + " checkpoint, to go on with the new ones.",
          error);
    }
    if (error.remedy() != Remedy.RETRY || failures >= ATTEMPTS) {
      throw error;
    }
    hasCheckedTypes = false;
    LOG.info("Will go on with changes of {} from offset {}", table, nextOffset, error);
    close();
    var unused = client.describeTable(TableName.parse(partition.table()));
  }

  /** Columns may have become wider than the query has them. */
  private void checkTypes() {
    if (hasCheckedTypes) {
      return;
    }
    for (StructField field : columns.schema().fields()) {
      ColumnVector vector = FreshVectors.of(batch().getVector(field.name()), field.dataType());
      if (!vector.dataType().asNullable().sameType(field.dataType().asNullable())) {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "column %s was %s when the query started, and is %s now: start the query again, with the"
                + " same checkpoint, to go on with the new columns",
            field.name(),
            field.dataType().simpleString(),
            vector.dataType().simpleString());
      }
    }
    hasCheckedTypes = true;
  }

  private void checkDeletes(int rows) {
    if (!columns.refusesDeletes()) {
      return;
    }
    VarCharVector types = (VarCharVector) batch().getVector(ChangeType.COLUMN);
    for (int row = 0; row < rows; row++) {
      if (isDelete(types, row)) {
        throw FreshetException.of(
            UNSUPPORTED,
            "a row was deleted (offset %d), which a stream of rows can't say. Set the option skipDeletes"
                + " to true to leave deletes out; or have them as rows, with .format(\"freshet\"), the"
                + " option readChangeFeed and .load(\"%s\").",
            offsets().get(row),
            table);
      }
    }
  }

  /** No other type has both the length and the first letter of a delete. */
  private static boolean isDelete(VarCharVector types, int row) {
    return types.getValueLength(row) == DELETE_LENGTH
        && types.getDataBuffer().getByte(types.getStartOffset(row)) == DELETE_START;
  }

  private VectorSchemaRoot batch() {
    if (stream == null) {
      throw new IllegalStateException("There is no batch before next() or after the last one");
    }
    return stream.batch();
  }
}
