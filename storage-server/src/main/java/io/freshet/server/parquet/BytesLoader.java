/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;

/** Copies byte strings out of a column's vectors, in the form that Parquet stores. */
final class BytesLoader {
  /** How a vector holds the strings. */
  enum Form {
    /** int offsets and bytes. */
    VARIABLE,
    /** As many bytes each as Parquet stores. */
    FIXED,
    /** 16 bytes each, little-endian, of which Parquet stores the lowest, big-endian. */
    DECIMAL
  }

  private static final int DECIMAL_BYTES = 16;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final LeafVectors vectors;
  private final Form form;
  private final int length;

  /** The loaded strings, with some more readable bytes behind them. */
  private byte[] bytes = new byte[BytesDictionary.PADDING_BYTES];

  /** int[count + 1]: where each string starts in {@link #bytes}; the last is where they end. */
  private int[] starts = new int[1];

  /**
   * @param length of each string in Parquet; not used for strings of variable length
   */
  BytesLoader(LeafVectors vectors, Form form, int length) {
    this.vectors = vectors;
    this.form = form;
    this.length = length;
  }

  byte[] bytes() {
    return bytes;
  }

  int[] starts() {
    return starts;
  }

  void load(Positions positions, int from, int to) {
    int count = to - from;
    if (starts.length <= count) {
      starts = new int[count + 1];
    }
    if (form != Form.VARIABLE) {
      loadFixed(positions, from, count);
    } else if (positions.isRange() && count > 0) {
      loadRange(positions.batch(), positions.start() + from, count);
    } else {
      loadList(positions.packed(), from, count);
    }
  }

  private void loadRange(int batch, int start, int count) {
    long offsets = vectors.offsets[batch] + (long) start * Integer.BYTES;
    int first = MemoryUtil.getInt(offsets);
    int previous = first;
    for (int i = 0; i <= count; i++, offsets += Integer.BYTES) {
      int offset = MemoryUtil.getInt(offsets);
      if (offset < previous) {
        throw new IllegalStateException("Offsets decrease from " + previous + " to " + offset);
      }
      starts[i] = offset - first;
      previous = offset;
    }
    reserve(previous - first);
    copy(batch, first, 0, previous - first);
  }

  private void loadList(long[] packed, int from, int count) {
    int end = 0;
    starts[0] = 0;
    for (int i = 0; i < count; i++) {
      int batch = RowOrigins.batchOf(packed[from + i]);
      long offsets =
          vectors.offsets[batch] + (long) RowOrigins.rowOf(packed[from + i]) * Integer.BYTES;
      int start = MemoryUtil.getInt(offsets);
      int size = MemoryUtil.getInt(offsets + Integer.BYTES) - start;
      reserve(Math.addExact(end, size));
      copy(batch, start, end, size);
      end += size;
      starts[i + 1] = end;
    }
  }

  private void loadFixed(Positions positions, int from, int count) {
    reserve(Math.multiplyExact(count, length));
    long[] packed = positions.packed();
    boolean isRange = positions.isRange();
    int stride = form == Form.DECIMAL ? DECIMAL_BYTES : length;
    for (int i = 0; i < count; i++) {
      int batch = isRange ? positions.batch() : RowOrigins.batchOf(packed[from + i]);
      int index = isRange ? positions.start() + from + i : RowOrigins.rowOf(packed[from + i]);
      long address = vectors.data[batch] + (long) index * stride;
      starts[i] = i * length;
      if (form == Form.DECIMAL) {
        for (int k = 0; k < length; k++) {
          bytes[i * length + k] = MemoryUtil.getByte(address + length - 1 - k);
        }
      } else {
        copy(batch, (long) index * stride, i * length, length);
      }
    }
    starts[count] = count * length;
  }

  private void copy(int batch, long start, int target, int size) {
    long address = vectors.data[batch] + start;
    if (start < 0 || size < 0 || address + size > vectors.dataEnd[batch]) {
      throw new IllegalStateException(
          "A value is at byte " + start + " with " + size + " bytes, outside of its vector");
    }
    if (size <= Long.BYTES && address + Long.BYTES <= vectors.dataEnd[batch]) {
      // One move instead of a call; what it writes too much is padding or overwritten next.
      LONGS.set(bytes, target, MemoryUtil.getLong(address));
    } else {
      MemoryUtil.copyFromMemory(address, bytes, target, size);
    }
  }

  private void reserve(int size) {
    int needed = Math.addExact(size, BytesDictionary.PADDING_BYTES);
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(1L << 30, bytes.length * 2L)));
    }
  }
}
