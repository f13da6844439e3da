/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeRead;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Rows of lake files in real-time mode, which are there at once, and end. Spark stops to read at
 * the end of the batch, wherever that is; an offset can't say that, so it is an error then.
 */
final class RealTimeLakeReader implements SupportsRealTimeRead<InternalRow> {
  private final PartitionReader<InternalRow> rows;
  private final ReachedHistory reached;
  private final String table;
  private boolean hasEnded;

  /** Takes ownership of the rows. */
  RealTimeLakeReader(PartitionReader<InternalRow> rows, ReachedHistory reached, String table) {
    this.rows = rows;
    this.reached = reached;
    this.table = table;
    // Spark does not close readers in real-time mode.
    TaskCompletionListener end = ended -> close();
    var unused = TaskContext.get().addTaskCompletionListener(end);
  }

  /** As Spark 4.1 asks. */
  @Override
  public RecordStatus nextWithTimeout(Long timeoutMillis) throws IOException {
    return RecordStatus.newStatusWithoutArrivalTime(next());
  }

  /** As Spark 4.2 asks. */
  public RecordStatus nextWithTimeout(Long startMillis, Long timeoutMillis) throws IOException {
    return RecordStatus.newStatusWithoutArrivalTime(next());
  }

  @Override
  public boolean next() throws IOException {
    boolean isRow = rows.next();
    hasEnded = !isRow;
    return isRow;
  }

  @Override
  public InternalRow get() {
    return rows.get();
  }

  @Override
  public PartitionOffset getOffset() {
    if (!hasEnded) {
      throw FreshetException.of(
          LIMIT_EXCEEDED,
          "The lake files of table %s were not read within one batch of real-time mode. Make batches"
              + " longer, as in Trigger.RealTime(\"1 hour\"); or run the query with"
              + " Trigger.AvailableNow() first, and go on in real time with the same checkpoint.",
          table);
    }
    return reached;
  }

  @Override
  public void close() {
    try {
      rows.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close lake files of table " + table, e);
    }
  }
}
