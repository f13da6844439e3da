/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.error.FreshetException;
import java.time.DateTimeException;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types;

/**
 * Appends rows, in Iceberg's generic Java representation (LocalDate for a date, ByteBuffer for a
 * binary, byte[] for a fixed, a StructLike for a struct, …), to the vectors of a batch.
 *
 * <p>The batch is borrowed, and grows as needed. After {@link #finish} it holds the appended rows;
 * after {@link #reset} the same buffers take the next rows. An append that fails leaves the batch
 * in no defined state: reset it or close it.
 */
public final class ArrowRowAppender {
  private final Schema schema;
  private final VectorSchemaRoot root;
  private final ValueWriter[] writers;
  private int rows;

  /**
   * @param root an empty batch whose vectors are those of {@link ArrowSchemas#toArrow(Schema)}, in
   *     the same order
   */
  public ArrowRowAppender(Schema schema, VectorSchemaRoot root) {
    this.schema = schema;
    this.root = root;
    List<Types.NestedField> columns = schema.columns();
    List<FieldVector> vectors = root.getFieldVectors();
    if (columns.size() != vectors.size()) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "A batch with columns %s can't take rows with columns %s",
          root.getSchema().getFields(),
          columns);
    }
    this.writers = new ValueWriter[columns.size()];
    for (int i = 0; i < writers.length; i++) {
      writers[i] = ValueWriter.of(columns.get(i), vectors.get(i));
    }
  }

  /**
   * Appends one row.
   *
   * @param row has the schema's columns first, in their order; further fields are ignored
   */
  public void append(StructLike row) {
    for (int i = 0; i < writers.length; i++) {
      Object value = row.get(i, Object.class);
      try {
        writers[i].write(rows, value);
      } catch (ClassCastException
          | IllegalArgumentException
          | UnsupportedOperationException
          | ArithmeticException
          | DateTimeException e) {
        Types.NestedField column = schema.columns().get(i);
        throw new FreshetException(
            SCHEMA_MISMATCH,
            String.format(
                "Column %s of type %s can't hold the value %s: %s",
                column.name(), column.type(), value, e.getMessage()),
            e);
      }
    }
    rows++;
  }

  /** How many rows were appended since the last reset. */
  public int rows() {
    return rows;
  }

  /** Makes the appended rows visible in the batch. */
  public void finish() {
    root.setRowCount(rows);
  }

  /** Empties the batch and keeps its buffers. */
  public void reset() {
    rows = 0;
    root.getFieldVectors().forEach(FieldVector::reset);
    root.setRowCount(0);
  }
}
