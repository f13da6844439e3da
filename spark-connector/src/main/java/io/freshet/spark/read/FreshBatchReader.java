/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import io.freshet.client.FreshStream;
import io.freshet.client.FreshetClient;
import io.freshet.protocol.ReadTicket;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import java.util.Iterator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** Streams fresh rows; the Arrow batches of the server are Spark's batches, nothing is copied. */
final class FreshBatchReader implements PartitionReader<ColumnarBatch> {
  private final FreshetClient client;
  private final Iterator<ReadTicket> tickets;
  private final StructField[] fields;
  private final String table;
  private @Nullable FreshStream stream;
  private long rows;

  FreshBatchReader(FreshPartition partition, StructType schema) {
    this.client = Connections.to(partition.address());
    this.tickets = partition.tickets().iterator();
    this.fields = schema.fields();
    this.table = partition.table();
  }

  @Override
  public boolean next() {
    return TaskFailures.travelling("read fresh rows of table " + table, this::nextBatch);
  }

  /** Valid until the next call of {@link #next}. */
  @Override
  public ColumnarBatch get() {
    VectorSchemaRoot batch = currentStream().batch();
    ColumnVector[] columns = new ColumnVector[fields.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] =
          FreshMetadata.isMetadata(fields[i].name())
              ? FreshMetadata.constant(fields[i], batch.getRowCount())
              : FreshVectors.of(batch.getVector(fields[i].name()), fields[i].dataType());
    }
    return new ColumnarBatch(columns, batch.getRowCount());
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[] {new UnionMetrics.Value(UnionMetrics.FRESH_ROWS_READ, rows)};
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  private boolean nextBatch() {
    while (true) {
      if (stream == null) {
        if (!tickets.hasNext()) {
          return false;
        }
        stream = client.read(tickets.next());
      }
      if (!stream.next()) {
        close();
      } else if (stream.batch().getRowCount() > 0) {
        rows += stream.batch().getRowCount();
        return true;
      }
    }
  }

  private FreshStream currentStream() {
    if (stream == null) {
      throw new IllegalStateException("There is no batch before next() or after the last one");
    }
    return stream;
  }
}
