/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where each row of a sequence (a file, or the rows still to be written) comes from: an index into
 * the list of batches, and a row of that batch. Rows in their original order take no memory of
 * their own; other orders take eight bytes a row.
 */
public final class RowOrigins {
  /** long[]: batch in the upper 32 bits, row in the lower; null if the rows are in order. */
  private final long @Nullable [] packed;

  /** long[batches + 1]: the number of rows in all batches before; the last is the total. */
  private final long[] batchStarts;

  private final long start;
  private final long size;

  private RowOrigins(long @Nullable [] packed, long[] batchStarts, long start, long size) {
    this.packed = packed;
    this.batchStarts = batchStarts;
    this.start = start;
    this.size = size;
  }

  /** All rows of all batches, one batch after the other. */
  static RowOrigins inOrder(long[] batchStarts) {
    return new RowOrigins(null, batchStarts, 0, batchStarts[batchStarts.length - 1]);
  }

  /** Takes ownership of {@code packed}. */
  static RowOrigins takePacked(long[] packed) {
    return new RowOrigins(packed, new long[0], 0, packed.length);
  }

  static long pack(int batch, int row) {
    return ((long) batch << Integer.SIZE) | row;
  }

  static int batchOf(long packed) {
    return (int) (packed >>> Integer.SIZE);
  }

  static int rowOf(long packed) {
    return (int) packed;
  }

  /** The number of rows. */
  public long size() {
    return size;
  }

  /** The index of the batch that the row at a position came from. */
  public int batch(long position) {
    return batchOf(origin(position));
  }

  /** The row within its batch that the row at a position came from. */
  public int row(long position) {
    return rowOf(origin(position));
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive), without a copy. */
  RowOrigins slice(long from, long to) {
    Objects.checkFromToIndex(from, to, size);
    return new RowOrigins(packed, batchStarts, start + from, to - from);
  }

  /**
   * Writes the packed origins of {@code count} rows from position {@code from} to {@code target}.
   */
  void copyTo(long[] target, long from, int count) {
    Objects.checkFromIndexSize(from, (long) count, size);
    if (packed != null) {
      System.arraycopy(packed, Math.toIntExact(start + from), target, 0, count);
      return;
    }
    int filled = 0;
    while (filled < count) {
      long first = origin(from + filled);
      int batch = batchOf(first);
      long left = batchStarts[batch + 1] - (start + from + filled);
      int end = (int) Math.min(count, filled + left);
      for (long next = first; filled < end; filled++, next++) {
        target[filled] = next;
      }
    }
  }

  private long origin(long position) {
    Objects.checkIndex(position, size);
    if (packed != null) {
      return packed[Math.toIntExact(start + position)];
    }
    long row = start + position;
    int found = Arrays.binarySearch(batchStarts, row);
    int batch = found >= 0 ? found : -found - 2;
    // An empty batch starts where the next one does: the last of equal starts holds the row.
    while (batchStarts[batch + 1] == batchStarts[batch]) {
      batch++;
    }
    return pack(batch, (int) (row - batchStarts[batch]));
  }
}
