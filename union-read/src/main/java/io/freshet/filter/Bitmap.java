/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;

/**
 * One bit per row of a batch.
 *
 * <p>{@code words: long[(rows + 63) / 64]}; row r is bit {@code r % 64} of word {@code r / 64}.
 * Bits beyond the last row are zero, except while a leaf test writes into {@link #words}: {@link
 * #clearTail} ends that.
 */
final class Bitmap {
  private final int rows;
  private final long[] words;

  Bitmap(int rows) {
    this.rows = rows;
    this.words = new long[(rows + Long.SIZE - 1) / Long.SIZE];
  }

  static Bitmap full(int rows) {
    Bitmap bitmap = new Bitmap(rows);
    Arrays.fill(bitmap.words, -1L);
    bitmap.clearTail();
    return bitmap;
  }

  /** The rows whose value is not null. */
  static Bitmap validity(FieldVector vector, int rows) {
    Bitmap bitmap = new Bitmap(rows);
    if (rows > 0) {
      copyBits(vector.getValidityBufferAddress(), rows, bitmap.words);
      bitmap.clearTail();
    }
    return bitmap;
  }

  /** Copies Arrow's bits, which are in the same order, without reading beyond the last byte. */
  static void copyBits(long address, int rows, long[] words) {
    int fullWords = rows / Long.SIZE;
    for (int i = 0; i < fullWords; i++) {
      words[i] = MemoryUtil.getLong(address + (long) i * Long.BYTES);
    }
    int fullBytes = fullWords * Long.BYTES;
    int bytes = (rows + Byte.SIZE - 1) / Byte.SIZE;
    if (bytes > fullBytes) {
      long word = 0;
      for (int i = fullBytes; i < bytes; i++) {
        word |= (MemoryUtil.getByte(address + i) & 0xffL) << (Byte.SIZE * (i - fullBytes));
      }
      words[fullWords] = word;
    }
  }

  int rows() {
    return rows;
  }

  long[] words() {
    return words;
  }

  void and(Bitmap other) {
    for (int i = 0; i < words.length; i++) {
      words[i] &= other.words[i];
    }
  }

  void or(Bitmap other) {
    for (int i = 0; i < words.length; i++) {
      words[i] |= other.words[i];
    }
  }

  void orNot(Bitmap other) {
    for (int i = 0; i < words.length; i++) {
      words[i] |= ~other.words[i];
    }
    clearTail();
  }

  void invert() {
    for (int i = 0; i < words.length; i++) {
      words[i] = ~words[i];
    }
    clearTail();
  }

  void clearTail() {
    int tail = rows % Long.SIZE;
    if (tail != 0) {
      words[words.length - 1] &= (1L << tail) - 1;
    }
  }

  boolean isEmpty() {
    for (long word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  boolean isFull() {
    return cardinality() == rows;
  }

  int cardinality() {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  int[] toIndexes(int count) {
    int[] indexes = new int[count];
    int next = 0;
    for (int i = 0; i < words.length; i++) {
      for (long word = words[i]; word != 0; word &= word - 1) {
        indexes[next++] = i * Long.SIZE + Long.numberOfTrailingZeros(word);
      }
    }
    return indexes;
  }
}
