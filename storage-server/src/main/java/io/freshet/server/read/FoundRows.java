/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.server.fresh.FreshRows;
import io.freshet.server.fresh.FreshSlice;
import io.freshet.server.schema.RowSchema;
import io.freshet.table.LookUpColumns;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.arrow.vector.util.VectorSchemaRootAppender;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/**
 * The rows of a look-up on their way from where they are stored to the order of the keys. Rows that
 * are read go to the end of {@code rows}, and {@code rowOfKey} says which one each key has; the
 * last row, all of nulls, is for keys without one. For one thread.
 */
final class FoundRows implements AutoCloseable {
  private static final int NONE = -1;

  private final Schema answer;
  private final RowSchema logSchema;
  private final BufferAllocator allocator;
  private final Schema values;
  private final VectorSchemaRoot rows;

  /** int[keys]: index in {@code rows}, or NONE. */
  private final int[] rowOfKey;

  private int count;

  /**
   * @param answer the columns of {@link LookUpColumns#answer}
   * @param allocator borrowed
   */
  FoundRows(int keys, Schema answer, TableDefinition definition, BufferAllocator allocator) {
    this.answer = answer;
    this.logSchema = RowSchema.of(definition.logSchema());
    this.allocator = allocator;
    this.values = values(answer);
    this.rows = VectorSchemaRoot.create(ArrowSchemas.toArrow(values), allocator);
    this.rowOfKey = new int[keys];
    Arrays.fill(rowOfKey, NONE);
    for (FieldVector vector : rows.getFieldVectors()) {
      vector.setInitialCapacity(keys + 1);
      vector.allocateNew();
    }
    rows.setRowCount(0);
  }

  /** The columns of an answer as the table has them. */
  static Schema stored(Schema answer, Schema table) {
    return new Schema(
        values(answer).columns().stream().map(column -> table.findField(column.name())).toList());
  }

  /**
   * Says which of the rows that are added next the keys have.
   *
   * @param keyRows int[n]: the keys, in their batch
   * @param located long[n]: where the row of each one is
   * @param distinct where the next rows are, ascending; keys whose location is not there get none
   */
  void assign(int[] keyRows, long[] located, long[] distinct) {
    for (int i = 0; i < located.length; i++) {
      int row = Arrays.binarySearch(distinct, located[i]);
      if (row >= 0) {
        rowOfKey[keyRows[i]] = count + row;
      }
    }
  }

  /** So many rows will be added, of which all keys know that have one. */
  void assigned(int more) {
    count += more;
  }

  /**
   * Adds fresh rows.
   *
   * @param offsets long[n], ascending, each once
   */
  void addFresh(FreshRows fresh, long[] offsets) {
    for (int from = 0; from < offsets.length; ) {
      try (FreshSlice slice = fresh.batchAt(offsets[from])) {
        int to = from;
        while (to < offsets.length && offsets[to] < slice.endOffset()) {
          to++;
        }
        int[] wanted = new int[to - from];
        for (int i = 0; i < wanted.length; i++) {
          wanted[i] = (int) (offsets[from + i] - slice.startOffset());
        }
        try (VectorSchemaRoot all = slice.load(logSchema, allocator);
            VectorSchemaRoot projected = ArrowBatches.project(all, values, allocator);
            VectorSchemaRoot some = ArrowBatches.gather(projected, wanted, allocator)) {
          append(some);
        }
        from = to;
      }
    }
  }

  /** Adds rows of a data file. Takes ownership of the batches. */
  void addLake(List<VectorSchemaRoot> batches) {
    try {
      for (VectorSchemaRoot batch : batches) {
        try (VectorSchemaRoot projected = ArrowBatches.project(batch, values, allocator)) {
          append(projected);
        }
      }
    } finally {
      batches.forEach(VectorSchemaRoot::close);
    }
  }

  /** A row for each key; it belongs to the caller. */
  VectorSchemaRoot toAnswer() {
    int[] order = rowOfKey.clone();
    BitVector found = (BitVector) ArrowSchemas.toArrow(LookUpColumns.FOUND).createVector(allocator);
    try {
      found.allocateNew(order.length);
      for (int key = 0; key < order.length; key++) {
        found.set(key, order[key] == NONE ? 0 : 1);
        if (order[key] == NONE) {
          order[key] = rows.getRowCount();
        }
      }
      found.setValueCount(order.length);
      rows.setRowCount(rows.getRowCount() + 1); // Of nulls.
      try (VectorSchemaRoot ordered = ArrowBatches.gather(rows, order, allocator)) {
        List<FieldVector> columns = new ArrayList<>();
        for (FieldVector vector : ordered.getFieldVectors()) {
          TransferPair pair = vector.getTransferPair(vector.getField(), allocator);
          pair.transfer();
          columns.add((FieldVector) pair.getTo());
        }
        columns.add(found);
        return new VectorSchemaRoot(ArrowSchemas.toArrow(answer), columns, order.length);
      }
    } catch (RuntimeException | Error e) {
      found.close();
      throw e;
    }
  }

  @Override
  public void close() {
    rows.close();
  }

  private void append(VectorSchemaRoot more) {
    if (rows.getFieldVectors().isEmpty()) {
      rows.setRowCount(rows.getRowCount() + more.getRowCount());
    } else {
      VectorSchemaRootAppender.append(false, rows, more);
    }
  }

  private static Schema values(Schema answer) {
    List<Types.NestedField> columns = answer.columns();
    return new Schema(columns.subList(0, columns.size() - 1));
  }
}
