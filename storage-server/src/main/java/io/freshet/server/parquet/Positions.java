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

/**
 * Where the values of one leaf column are, in the order in which they are written: either one range
 * of one batch's vector, or a list of (batch, index). Valid until the next stripe.
 */
final class Positions {
  /** Packed (batch, index) as in {@link RowOrigins}; unused if the positions are one range. */
  private long[] packed = new long[0];

  private int size;
  private boolean isRange;
  private int batch;
  private int start;

  void setRange(long first, int count) {
    isRange = true;
    batch = RowOrigins.batchOf(first);
    start = RowOrigins.rowOf(first);
    size = count;
  }

  /** Borrows {@code positions}. */
  void setList(long[] positions, int count) {
    isRange = false;
    packed = positions;
    size = count;
  }

  int size() {
    return size;
  }

  boolean isRange() {
    return isRange;
  }

  /** The batch of a range. */
  int batch() {
    return batch;
  }

  /** The index in the vector of the first value of a range. */
  int start() {
    return start;
  }

  long[] packed() {
    return packed;
  }

  static long[] grown(long[] array, int capacity) {
    return array.length >= capacity
        ? array
        : Arrays.copyOf(array, Math.max(capacity, array.length * 2));
  }
}
