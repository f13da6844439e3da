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
import java.util.List;
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
 * restart of the server it goes on after the last change that came. For one thread, but for {@link
 * #cancel}.
 */
public final class ChangeBatchReader implements PartitionReader<ColumnarBatch> {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeBatchReader.class);
  private static final int ATTEMPTS = 20;

  private final ChangePartition partition;
  private final String what;
  private final StructField[] fields;
  private final List<String> columns;
  private final FreshetClient client;
  private long nextOffset;
  private int failures;
  private volatile @Nullable ChangeStream stream;
  private volatile boolean isCancelled;

  /**
   * @param table its name for messages
   * @param schema of the batches
   * @param columns that are asked for: those of the schema, {@link ChangeColumns#OFFSET_COLUMN},
   *     which says where to go on, and others that only {@link #batch} has
   */
  public ChangeBatchReader(
      ChangePartition partition, String table, StructType schema, List<String> columns) {
    this.partition = partition;
    this.what = "read changes of table " + table + " bucket " + partition.bucket();
    this.fields = schema.fields();
    this.columns = columns;
    this.client = Connections.to(partition.address());
    this.nextOffset = partition.startOffset();
  }

  /** What this does, for messages. */
  public String what() {
    return what;
  }

  @Override
  public boolean next() {
    return TaskFailures.travelling(what, this::nextBatch);
  }

  /** Valid until the next call of {@link #next}. */
  @Override
  public ColumnarBatch get() {
    VectorSchemaRoot batch = batch();
    ColumnVector[] vectors = new ColumnVector[fields.length];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = FreshVectors.of(batch.getVector(fields[i].name()), fields[i].dataType());
    }
    return new ColumnarBatch(vectors, batch.getRowCount());
  }

  /** The batch of {@link #get} with all columns; the same object while one stream lasts. */
  public VectorSchemaRoot batch() {
    ChangeStream current = stream;
    if (current == null) {
      throw new IllegalStateException("There is no batch before next() or after the last one");
    }
    return current.batch();
  }

  /** The offsets of the rows of {@link #get}. */
  public BigIntVector offsets() {
    return (BigIntVector) batch().getVector(ChangeColumns.OFFSET_COLUMN);
  }

  /** Has a {@link #next} that waits in another thread end, and all after it. */
  public void cancel() {
    isCancelled = true;
    ChangeStream waiting = stream;
    if (waiting != null) {
      waiting.cancel();
    }
  }

  @Override
  public void close() {
    ChangeStream current = stream;
    if (current != null) {
      current.close();
      stream = null;
    }
  }

  private boolean nextBatch() {
    Long end = partition.endOffset();
    while (end == null || nextOffset < end) {
      try {
        // A cancel comes before this look at it, or finds the stream.
        if (!open().next()) {
          return false;
        }
      } catch (FreshetException e) {
        awaitServer(e);
        continue;
      }
      failures = 0;
      int rows = batch().getRowCount();
      if (rows > 0) {
        nextOffset = offsets().get(rows - 1) + 1;
        return true;
      }
    }
    return false;
  }

  private ChangeStream open() {
    ChangeStream current = stream;
    if (current == null) {
      current = client.readChanges(partition.ticket(nextOffset, columns));
      stream = current;
    }
    if (isCancelled) {
      current.cancel();
    }
    return current;
  }

  private void awaitServer(FreshetException error) {
    failures++;
    if (error.remedy() != Remedy.RETRY || failures >= ATTEMPTS) {
      throw error;
    }
    LOG.info("Will go on to {} from offset {}", what, nextOffset, error);
    close();
    var unused = client.describeTable(partition.tableName()); // Waits for the server.
  }
}
