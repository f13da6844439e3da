/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.write;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.table.ChangeType;
import io.freshet.trino.arrow.BlockVectors;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.spi.Page;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stages rows for a table, some pages at a time, so that the log gets entries of a good size. */
final class TableRowWriter implements RowWriter {
  private static final Logger LOG = LoggerFactory.getLogger(TableRowWriter.class);
  private static final byte[] DELETE = ChangeType.DELETE.text().getBytes(UTF_8);
  private static final int BATCH_ROWS = 1 << 15;
  private static final long BATCH_BYTES = 8L << 20;

  private final TableWriter writer;
  private final List<IcebergColumnHandle> columns;
  private final List<IcebergColumnHandle> key;
  private final VectorSchemaRoot batch;
  private final AtomicLong sentBytes = new AtomicLong();
  private int rows;
  private final AtomicLong collectedBytes = new AtomicLong();

  /**
   * Takes ownership of {@code writer}.
   *
   * @param columns those of appended rows
   * @param key the columns of the primary key, if rows are to be deleted
   */
  TableRowWriter(
      TableWriter writer,
      List<IcebergColumnHandle> columns,
      List<IcebergColumnHandle> key,
      BufferAllocator allocator) {
    this.writer = writer;
    this.columns = columns;
    this.key = key;
    this.batch = VectorSchemaRoot.create(writer.schema(), allocator);
  }

  @Override
  public void append(Page page) {
    copy(page, columns);
    added(page);
  }

  @Override
  public void delete(Page keys) {
    copy(keys, key);
    VarCharVector types = (VarCharVector) batch.getVector(ChangeType.COLUMN);
    for (int i = 0; i < keys.getPositionCount(); i++) {
      types.setSafe(rows + i, DELETE);
    }
    added(keys);
  }

  @Override
  public void finish() {
    try {
      send();
      writer.close();
    } finally {
      batch.close();
    }
  }

  @Override
  public void abort() {
    batch.close();
    try {
      writer.close();
    } catch (FreshetException e) {
      LOG.debug("A writer that was given up had rows that were not stored", e);
    }
  }

  @Override
  public long sentBytes() {
    return sentBytes.get();
  }

  @Override
  public long retainedBytes() {
    return collectedBytes.get();
  }

  /** Columns that are not given stay null. */
  private void copy(Page page, List<IcebergColumnHandle> given) {
    for (int i = 0; i < given.size(); i++) {
      IcebergColumnHandle column = given.get(i);
      FieldVector vector = batch.getVector(column.getName());
      BlockVectors.append(page.getBlock(i), column.getType(), vector, rows);
    }
  }

  private void added(Page page) {
    rows += page.getPositionCount();
    long collected = collectedBytes.addAndGet(page.getSizeInBytes());
    if (rows >= BATCH_ROWS || collected >= BATCH_BYTES) {
      send();
    }
  }

  private void send() {
    if (rows == 0) {
      return;
    }
    batch.setRowCount(rows);
    var unused = writer.append(batch); // A failure is told by the next call, or by the last.
    sentBytes.addAndGet(collectedBytes.getAndSet(0));
    rows = 0;
  }
}
