/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import static java.util.Objects.requireNonNull;

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
import java.util.NavigableMap;
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
    rows.allocateNew();
    rows.setRowCount(0);
  }

  /** The columns of an answer as the table has them. */
  static Schema stored(Schema answer, Schema table) {
    return new Schema(
        values(answer).columns().stream().map(column -> table.findField(column.name())).toList());
  }

  /** The positions of some rows, ascending. */
  static long[] positions(NavigableMap<Long, List<Integer>> keysOfRows) {
    return keysOfRows.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Adds fresh rows.
   *
   * @param keysOfRows by offset, the keys that ask for the row
   */
  void addFresh(FreshRows fresh, NavigableMap<Long, List<Integer>> keysOfRows) {
    Long next = keysOfRows.firstKey();
    while (next != null) {
      try (FreshSlice slice = fresh.batchAt(next)) {
        NavigableMap<Long, List<Integer>> inSlice =
            keysOfRows.subMap(next, true, slice.endOffset(), false);
        int[] wanted =
            inSlice.keySet().stream()
                .mapToInt(offset -> (int) (offset - slice.startOffset()))
                .toArray();
        try (VectorSchemaRoot all = slice.load(logSchema, allocator);
            VectorSchemaRoot projected = ArrowBatches.project(all, values, allocator);
            VectorSchemaRoot some = ArrowBatches.gather(projected, wanted, allocator)) {
          inSlice.values().forEach(this::assignNext);
          append(some);
        }
        next = keysOfRows.ceilingKey(slice.endOffset());
      }
    }
  }

  /**
   * Adds rows of a data file. Takes ownership of the batches.
   *
   * @param batches have the rows together, in order
   * @param keysOfRows by position, the keys that ask for the row
   */
  void addLake(List<VectorSchemaRoot> batches, NavigableMap<Long, List<Integer>> keysOfRows) {
    try {
      keysOfRows.values().forEach(this::assignNext);
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

  private void assignNext(List<Integer> keys) {
    for (int key : requireNonNull(keys, "keys")) {
      rowOfKey[key] = count;
    }
    count++;
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
