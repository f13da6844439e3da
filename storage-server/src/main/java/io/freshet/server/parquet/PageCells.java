/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.BitSet;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The decoded values of one page, which can be read in any order. Never changed, so thread-safe.
 */
sealed interface PageCells extends PageCache.Cached {
  /** Whether a row of the page has a value. */
  boolean isPresent(int row);

  /**
   * Numbers and booleans: integers as they are, floating-point numbers as their bits.
   *
   * @param nulls rows without a value; null if all have one
   */
  record Numbers(PackedNumbers ofRows, @Nullable BitSet nulls) implements PageCells {
    @Override
    public boolean isPresent(int row) {
      return nulls == null || !nulls.get(row);
    }

    long get(int row) {
      return ofRows.get(row);
    }

    @Override
    public long sizeBytes() {
      return ofRows.sizeBytes() + PageCells.sizeBytes(nulls);
    }
  }

  /**
   * Byte strings.
   *
   * @param values one after the other
   * @param starts where each value starts, and where the last one ends
   * @param ofRows the number of each row's value
   * @param nulls rows without a value; null if all have one
   */
  record Strings(byte[] values, PackedNumbers starts, PackedNumbers ofRows, @Nullable BitSet nulls)
      implements PageCells {
    @Override
    public boolean isPresent(int row) {
      return nulls == null || !nulls.get(row);
    }

    /** Shares the page's bytes. */
    Binary get(int row) {
      int value = (int) ofRows.get(row);
      int start = (int) starts.get(value);
      return Binary.fromConstantByteArray(values, start, (int) starts.get(value + 1) - start);
    }

    @Override
    public long sizeBytes() {
      return values.length + starts.sizeBytes() + ofRows.sizeBytes() + PageCells.sizeBytes(nulls);
    }
  }

  private static long sizeBytes(@Nullable BitSet nulls) {
    return nulls == null ? 0 : nulls.size() / Byte.SIZE;
  }
}
