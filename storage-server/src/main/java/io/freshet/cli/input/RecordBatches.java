/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** Makes batches of the rows of a text file. */
final class RecordBatches implements RowBatches {
  /** A batch ends early when its rows took this much of the file. */
  private static final long MAX_BATCH_SOURCE_BYTES = 8L << 20;

  private final RecordSource source;
  private final VectorSchemaRoot batch;
  private final ArrowRowAppender appender;
  private final int batchRows;
  private final ArrayRow row;

  private RecordBatches(RecordSource source, Schema table, VectorSchemaRoot batch, int batchRows) {
    this.source = source;
    this.batch = batch;
    this.appender = new ArrowRowAppender(table, batch);
    this.batchRows = batchRows;
    this.row = new ArrayRow(new @Nullable Object[table.columns().size()]);
  }

  /** Takes ownership of the source. */
  static RecordBatches of(
      RecordSource source, Schema table, BufferAllocator allocator, int batchRows) {
    try {
      VectorSchemaRoot batch = VectorSchemaRoot.create(ArrowSchemas.toArrow(table), allocator);
      return new RecordBatches(source, table, batch, batchRows);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  @Override
  public VectorSchemaRoot batch() {
    return batch;
  }

  @Override
  public boolean next() {
    appender.reset();
    long start = source.bytesRead();
    while (appender.rows() < batchRows
        && source.bytesRead() - start < MAX_BATCH_SOURCE_BYTES
        && source.read(row.values)) {
      append();
    }
    appender.finish();
    return appender.rows() > 0;
  }

  @Override
  public OptionalLong totalRows() {
    return OptionalLong.empty();
  }

  @Override
  public double fraction() {
    return source.fraction();
  }

  @Override
  public void close() {
    try {
      source.close();
    } finally {
      batch.close();
    }
  }

  private void append() {
    try {
      appender.append(row);
    } catch (FreshetException e) {
      throw new FreshetException(e.code(), source.position() + ": " + e.getMessage(), e);
    }
  }

  private record ArrayRow(@Nullable Object[] values) implements StructLike {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public <T> @Nullable T get(int position, Class<T> javaClass) {
      return javaClass.cast(values[position]);
    }

    @Override
    public <T> void set(int position, T value) {
      values[position] = value;
    }
  }
}
