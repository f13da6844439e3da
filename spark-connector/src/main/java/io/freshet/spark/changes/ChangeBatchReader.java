/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.changes;

import io.freshet.client.ChangeStream;
import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.spark.read.FreshVectors;
import io.freshet.table.ChangeColumns;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams changes of one bucket; the Arrow batches of the server are Spark's batches. After a
 * restart of the server it goes on after the last change that came.
 */
final class ChangeBatchReader implements PartitionReader<ColumnarBatch> {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeBatchReader.class);
  private static final int ATTEMPTS = 3;

  private final ChangePartition partition;
  private final FreshetClient client;
  private final StructField[] fields;
  private final List<String> columns;
  private long nextOffset;
  private int failures;
  private @Nullable ChangeStream stream;

  ChangeBatchReader(ChangePartition partition, StructType schema) {
    this.partition = partition;
    this.client = Connections.to(partition.address());
    this.fields = schema.fields();
    // The offset says where to go on.
    this.columns =
        Stream.concat(Arrays.stream(schema.fieldNames()), Stream.of(ChangeColumns.OFFSET_COLUMN))
            .distinct()
            .toList();
    this.nextOffset = partition.startOffset();
  }

  @Override
  public boolean next() {
    return TaskFailures.travelling(
        "read changes of table " + partition.table() + " bucket " + partition.bucket(),
        this::nextBatch);
  }

  /** Valid until the next call of {@link #next}. */
  @Override
  public ColumnarBatch get() {
    VectorSchemaRoot batch = currentStream().batch();
    ColumnVector[] vectors = new ColumnVector[fields.length];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = FreshVectors.of(batch.getVector(fields[i].name()), fields[i].dataType());
    }
    return new ColumnarBatch(vectors, batch.getRowCount());
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  private boolean nextBatch() {
    while (nextOffset < partition.endOffset()) {
      try {
        if (stream == null) {
          stream = client.readChanges(partition.ticket(nextOffset, columns));
        }
        if (!stream.next()) {
          return false;
        }
      } catch (FreshetException e) {
        awaitServer(e);
        continue;
      }
      failures = 0;
      VectorSchemaRoot batch = currentStream().batch();
      int rows = batch.getRowCount();
      if (rows > 0) {
        BigIntVector offsets = (BigIntVector) batch.getVector(ChangeColumns.OFFSET_COLUMN);
        nextOffset = offsets.get(rows - 1) + 1;
        return true;
      }
    }
    return false;
  }

  private void awaitServer(FreshetException error) {
    failures++;
    if (error.remedy() != Remedy.RETRY || failures >= ATTEMPTS) {
      throw error;
    }
    LOG.info("Will go on with changes of {} from {}", partition.table(), nextOffset, error);
    close();
    var unused = client.serverInfo(); // Waits for the server.
  }

  private ChangeStream currentStream() {
    if (stream == null) {
      throw new IllegalStateException("There is no batch before next() or after the last one");
    }
    return stream;
  }
}
