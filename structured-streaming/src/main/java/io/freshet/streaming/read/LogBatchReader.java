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

import io.freshet.error.FreshetException;
import io.freshet.spark.changes.ChangeBatchReader;
import io.freshet.spark.changes.ChangePartition;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.spark.read.FreshVectors;
import io.freshet.table.ChangeType;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** Changes of one bucket for a stream, which has the columns that it started with. */
final class LogBatchReader implements PartitionReader<ColumnarBatch> {
  private static final int DELETE_LENGTH = ChangeType.DELETE.text().length();
  private static final byte DELETE_START = (byte) ChangeType.DELETE.text().charAt(0);

  private final ChangeBatchReader changes;
  private final String table;
  private final StreamColumns columns;
  private @Nullable VectorSchemaRoot checked;

  LogBatchReader(ChangePartition partition, String table, StreamColumns columns) {
    this.changes = new ChangeBatchReader(partition, table, columns.schema(), columns.logColumns());
    this.table = table;
    this.columns = columns;
  }

  @Override
  public boolean next() {
    try {
      return changes.next() && TaskFailures.travelling(changes.what(), this::isChecked);
    } catch (FreshetException e) {
      throw e.code() == INVALID_REQUEST
          ? FreshetException.of(
              SCHEMA_MISMATCH,
              "%s. Columns have changed since the query started: start it again, with the same"
                  + " checkpoint, to go on with the new ones.",
              e.getMessage())
          : e;
    }
  }

  /** Valid until the next call of {@link #next}. */
  @Override
  public ColumnarBatch get() {
    return changes.get();
  }

  /** The offsets of the rows of {@link #get}. */
  BigIntVector offsets() {
    return changes.offsets();
  }

  /** Has a {@link #next} that waits in another thread end, and all after it. */
  void cancel() {
    changes.cancel();
  }

  @Override
  public void close() {
    changes.close();
  }

  private boolean isChecked() {
    checkTypes();
    checkDeletes();
    return true;
  }

  /** Columns may have become wider than the query has them, since the stream began or went on. */
  private void checkTypes() {
    VectorSchemaRoot batch = changes.batch();
    if (batch == checked) {
      return;
    }
    for (StructField field : columns.schema().fields()) {
      ColumnVector vector = FreshVectors.of(batch.getVector(field.name()), field.dataType());
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
    checked = batch;
  }

  private void checkDeletes() {
    if (!columns.refusesDeletes()) {
      return;
    }
    VarCharVector types = (VarCharVector) changes.batch().getVector(ChangeType.COLUMN);
    for (int row = 0; row < types.getValueCount(); row++) {
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
}
