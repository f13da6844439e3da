/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import io.freshet.arrow.ArrowBatches;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Which rows of a batch are selected: all, none, or some in ascending order. */
public final class Selection {
  private final int batchRows;
  private final int @Nullable [] rows;

  private Selection(int batchRows, int @Nullable [] rows) {
    this.batchRows = batchRows;
    this.rows = rows;
  }

  public static Selection all(int batchRows) {
    return new Selection(batchRows, null);
  }

  public static Selection none(int batchRows) {
    return new Selection(batchRows, new int[0]);
  }

  /**
   * Some rows of a batch.
   *
   * @param rows ascending row indexes without repetition
   */
  public static Selection of(int batchRows, int... rows) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < (i == 0 ? 0 : rows[i - 1] + 1) || rows[i] >= batchRows) {
        throw new IllegalArgumentException(
            "Rows of a batch of " + batchRows + " must ascend: " + Arrays.toString(rows));
      }
    }
    return rows.length == batchRows ? all(batchRows) : new Selection(batchRows, rows.clone());
  }

  static Selection of(Bitmap bitmap) {
    int count = bitmap.cardinality();
    return count == bitmap.rows()
        ? all(bitmap.rows())
        : new Selection(bitmap.rows(), bitmap.toIndexes(count));
  }

  /** How many rows are selected. */
  public int count() {
    return rows == null ? batchRows : rows.length;
  }

  /** How many rows the batch has. */
  public int batchRows() {
    return batchRows;
  }

  public boolean isAll() {
    return rows == null;
  }

  public boolean isNone() {
    return count() == 0;
  }

  /** The batch's row index of a selected row, by its position among the selected ones. */
  public int row(int position) {
    return rows == null ? position : rows[position];
  }

  /** The selected row indexes, ascending: a copy. */
  public int[] toArray() {
    if (rows != null) {
      return rows.clone();
    }
    int[] all = new int[batchRows];
    Arrays.setAll(all, i -> i);
    return all;
  }

  /**
   * The selected rows of a batch as a batch that the caller owns; it shares memory with the given
   * one if all are selected.
   *
   * @param batch has {@link #batchRows} rows
   */
  public VectorSchemaRoot gather(VectorSchemaRoot batch, BufferAllocator allocator) {
    return rows == null
        ? ArrowBatches.share(batch, allocator)
        : ArrowBatches.gather(batch, rows, allocator);
  }

  @Override
  public String toString() {
    return rows == null ? "all " + batchRows + " rows" : rows.length + " of " + batchRows + " rows";
  }
}
