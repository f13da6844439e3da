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
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams fresh rows; the Arrow batches of the server are Spark's batches, nothing is copied. */
final class FreshBatchReader implements PartitionReader<ColumnarBatch> {
  private static final Logger LOG = LoggerFactory.getLogger(FreshBatchReader.class);
  private static final int ATTEMPTS = 3;

  private final FreshetClient client;
  private final Iterator<ReadTicket> tickets;
  private final StructField[] fields;
  private final String table;
  private @Nullable ReadTicket ticket;
  private @Nullable FreshStream stream;
  private boolean hasStarted;
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
        ticket = tickets.next();
        stream = client.read(ticket);
        hasStarted = false;
      }
      if (!hasMore(currentStream())) {
        close();
      } else if (currentStream().batch().getRowCount() > 0) {
        rows += currentStream().batch().getRowCount();
        return true;
      }
    }
  }

  /** Asks again if the server did not answer at first; rows that were given are never repeated. */
  private boolean hasMore(FreshStream first) {
    FreshStream asked = first;
    for (int attempt = 1; ; attempt++) {
      try {
        boolean hasMore = asked.next();
        hasStarted = true;
        return hasMore;
      } catch (FreshetException e) {
        ReadTicket again = ticket;
        if (hasStarted || again == null || e.remedy() != Remedy.RETRY || attempt >= ATTEMPTS) {
          throw e;
        }
        LOG.info("Will ask again for fresh rows of table {}", table, e);
        close();
        var unused = client.serverInfo(); // Waits for the server.
        asked = client.read(again);
        stream = asked;
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
