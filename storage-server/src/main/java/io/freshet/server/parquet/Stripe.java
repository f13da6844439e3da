/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

/**
 * The rows that are written next: some thousands, so that one column's values and levels stay in
 * the processor's cache while they are encoded.
 */
final class Stripe {
  /** Packed origins, see {@link RowOrigins}; the first {@link #size} are valid. */
  private final long[] rows;

  private int size;
  private boolean isContiguous;

  Stripe(int capacity) {
    rows = new long[capacity];
  }

  void fill(RowOrigins origins, long from, int count) {
    origins.copyTo(rows, from, count);
    size = count;
    isContiguous = true;
    for (int i = 1; i < count; i++) {
      if (rows[i] != rows[0] + i) {
        isContiguous = false;
        break;
      }
    }
  }

  int size() {
    return size;
  }

  int capacity() {
    return rows.length;
  }

  /** Whether the rows follow each other in one batch. */
  boolean isContiguous() {
    return isContiguous;
  }

  long[] rows() {
    return rows;
  }
}
