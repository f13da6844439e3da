/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static java.util.Objects.requireNonNull;

import io.freshet.table.ChangeType;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Rows of one task that wait to be sent. Not safe for use by several threads. */
final class ChangeBatch implements AutoCloseable {
  /** A batch is sent once it has this many bytes, far below what a server takes by default. */
  private static final long FULL_BYTES = 8L << 20;

  private static final int FULL_ROWS = 64 * 1024;

  /** The size is looked at only now and then. */
  private static final int ROWS_PER_CHECK = 16;

  private static final byte[] DELETE = ChangeType.DELETE.text().getBytes(StandardCharsets.UTF_8);

  private final VectorSchemaRoot root;
  private final Columns rowColumns;
  private final @Nullable Columns keyColumns;
  private int rows;

  /**
   * @param schema of the batches that the server takes
   * @param row columns of rows
   * @param key columns of the keys of deleted rows; null if none will be deleted
   */
  ChangeBatch(Schema schema, StructType row, @Nullable StructType key, BufferAllocator allocator) {
    this.root = VectorSchemaRoot.create(schema, allocator);
    this.rowColumns = new Columns(root, row);
    this.keyColumns = key == null ? null : new Columns(root, key);
  }

  void upsert(InternalRow row) {
    rowColumns.append(row, rows++);
  }

  void delete(InternalRow key) {
    if (keyColumns == null) {
      throw new IllegalStateException("This write deletes no rows");
    }
    keyColumns.append(key, rows);
    ((VarCharVector) root.getVector(ChangeType.COLUMN)).setSafe(rows, DELETE);
    rows++;
  }

  boolean isEmpty() {
    return rows == 0;
  }

  boolean isFull() {
    return rows >= FULL_ROWS || (rows % ROWS_PER_CHECK == 0 && sizeBytes() >= FULL_BYTES);
  }

  /** The rows so far; whoever takes their buffers leaves an empty batch. */
  VectorSchemaRoot finish() {
    root.setRowCount(rows);
    rows = 0;
    return root;
  }

  @Override
  public void close() {
    root.close();
  }

  private long sizeBytes() {
    root.setRowCount(rows); // Vectors that were not written have no size yet.
    long bytes = 0;
    for (FieldVector vector : root.getFieldVectors()) {
      bytes += vector.getBufferSizeFor(rows);
    }
    return bytes;
  }

  /** Appends rows with some of the batch's columns, and null to the others. */
  private static final class Columns {
    private final FieldVector[] vectors;
    private final ValueAppender[] appenders;

    Columns(VectorSchemaRoot root, StructType type) {
      StructField[] fields = type.fields();
      vectors = new FieldVector[fields.length];
      appenders = new ValueAppender[fields.length];
      for (int i = 0; i < fields.length; i++) {
        vectors[i] =
            requireNonNull(root.getVector(fields[i].name()), "no column " + fields[i].name());
        appenders[i] = ValueAppender.of(vectors[i], fields[i].dataType());
      }
    }

    /** Vectors that are not written are null: their validity starts as zeroes. */
    void append(InternalRow row, int index) {
      for (int i = 0; i < vectors.length; i++) {
        ValueAppender.append(appenders[i], vectors[i], row, i, index);
      }
    }
  }
}
