/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects the byte strings of one page, and which of them each value of the page is. */
final class StringsBuilder {
  static final int NONE = -1;

  private final long[] ofRows;
  private int rows;

  private byte[] values = new byte[256];
  private long[] starts = new long[16];
  private int count;

  /**
   * @param rows how many values the page has
   */
  StringsBuilder(int rows) {
    this.ofRows = new long[rows];
  }

  /** Adds a string, and returns its number. */
  int add(ByteBuffer string) {
    return add(string, string.remaining());
  }

  /** Adds a string of the next bytes of a buffer, and returns its number. */
  int add(ByteBuffer buffer, int length) {
    int start = (int) starts[count];
    int end = Math.addExact(start, length);
    if (end > values.length) {
      values = Arrays.copyOf(values, (int) Math.max(end, Math.min(1L << 30, values.length * 2L)));
    }
    buffer.get(values, start, length);
    if (count + 2 > starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
    }
    starts[++count] = end;
    return count - 1;
  }

  /** The page's next value is the string with that number. */
  void next(int string) {
    ofRows[rows++] = string;
  }

  long[] ofRows() {
    return ofRows;
  }

  byte[] values() {
    return Arrays.copyOf(values, (int) starts[count]);
  }

  /** Where each string starts, and where the last one ends. */
  PackedNumbers starts() {
    return PackedNumbers.of(starts, count + 1);
  }
}
