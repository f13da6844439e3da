/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an Arrow batch in Iceberg's generic Java representation: the reverse of {@link
 * ArrowRowAppender}. The batch is borrowed, and must hold the schema's columns in their order.
 */
public final class ArrowRows {
  private final Schema schema;
  private final VectorSchemaRoot batch;
  private final ValueReader[] readers;

  public ArrowRows(Schema schema, VectorSchemaRoot batch) {
    this.schema = schema;
    this.batch = batch;
    List<Types.NestedField> columns = schema.columns();
    List<FieldVector> vectors = batch.getFieldVectors();
    this.readers = new ValueReader[columns.size()];
    for (int i = 0; i < readers.length; i++) {
      readers[i] = ValueReader.of(columns.get(i).type(), vectors.get(i));
    }
  }

  public int rows() {
    return batch.getRowCount();
  }

  /** The value of a column, by its position in the schema. */
  public @Nullable Object value(int row, int column) {
    return readers[column].read(row);
  }

  /** A view of one row, valid as long as the batch holds it. */
  public StructLike row(int row) {
    return new RowView(row);
  }

  /** A copy of one row. */
  public Record copy(int row) {
    GenericRecord record = GenericRecord.create(schema);
    for (int i = 0; i < readers.length; i++) {
      record.set(i, readers[i].read(row));
    }
    return record;
  }

  /** A copy of all rows. */
  public List<Record> copyAll() {
    List<Record> records = new ArrayList<>(rows());
    for (int row = 0; row < rows(); row++) {
      records.add(copy(row));
    }
    return records;
  }

  private final class RowView implements StructLike {
    private final int row;

    RowView(int row) {
      this.row = row;
    }

    @Override
    public int size() {
      return readers.length;
    }

    @Override
    public <T> @Nullable T get(int column, Class<T> javaClass) {
      return javaClass.cast(readers[column].read(row));
    }

    @Override
    public <T> void set(int column, T value) {
      throw new UnsupportedOperationException("A row of a batch can't be changed");
    }
  }
}
