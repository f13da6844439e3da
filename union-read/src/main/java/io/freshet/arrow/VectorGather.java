/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/**
 * Copies chosen values of a vector into an empty vector of the same type: builds the buffers of
 * Arrow's columnar format and loads them.
 */
final class VectorGather {
  private final BufferAllocator allocator;
  private final List<ArrowBuf> buffers = new ArrayList<>(3);

  private VectorGather(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  static void gather(
      FieldVector source, FieldVector target, int[] rows, BufferAllocator allocator) {
    VectorGather gather = new VectorGather(allocator);
    try {
      gather.load(source, target, rows);
    } finally {
      gather.buffers.forEach(ArrowBuf::close);
    }
  }

  private void load(FieldVector source, FieldVector target, int[] rows) {
    int nullCount = addValidity(source, rows);
    if (source instanceof BitVector) {
      copyBits(source.getDataBufferAddress(), rows, addBits(rows.length));
    } else if (source instanceof BaseFixedWidthVector fixed) {
      addValues(fixed, rows);
    } else if (source instanceof BaseVariableWidthVector variable) {
      addBytes(variable, addOffsets(source, rows), rows);
    } else if (source instanceof ListVector list) {
      int[] elements = elements(list, addOffsets(source, rows), rows);
      gather(list.getDataVector(), ((ListVector) target).getDataVector(), elements, allocator);
    } else if (source instanceof StructVector struct) {
      for (int i = 0; i < struct.size(); i++) {
        FieldVector child = (FieldVector) struct.getChildByOrdinal(i);
        gather(child, (FieldVector) ((StructVector) target).getChildByOrdinal(i), rows, allocator);
      }
    } else {
      throw FreshetException.of(
          UNSUPPORTED, "Rows of column %s can't be copied", source.getField());
    }
    target.loadFieldBuffers(new ArrowFieldNode(rows.length, nullCount), buffers);
  }

  private ArrowBuf add(long sizeBytes) {
    ArrowBuf buffer = allocator.buffer(sizeBytes);
    buffer.writerIndex(sizeBytes);
    buffers.add(buffer);
    return buffer;
  }

  /** An empty bitmap, padded to whole longs. */
  private ArrowBuf addBits(int bits) {
    ArrowBuf buffer = add((bits + Long.SIZE - 1L) / Long.SIZE * Long.BYTES);
    buffer.setZero(0, buffer.capacity());
    return buffer;
  }

  /** Adds the validity buffer, and returns how many of the rows are null. */
  private int addValidity(FieldVector source, int[] rows) {
    if (rows.length == 0 || source.getNullCount() == 0) {
      add(0);
      return 0;
    }
    return rows.length - copyBits(source.getValidityBufferAddress(), rows, addBits(rows.length));
  }

  /** Returns how many of the copied bits are set. */
  private static int copyBits(long source, int[] rows, ArrowBuf target) {
    long address = target.memoryAddress();
    int count = 0;
    for (int from = 0; from < rows.length; from += Long.SIZE) {
      int to = Math.min(rows.length, from + Long.SIZE);
      long word = 0;
      for (int i = from; i < to; i++) {
        int row = rows[i];
        long bit = (MemoryUtil.getByte(source + (row >> 3)) >> (row & 7)) & 1;
        word |= bit << i;
      }
      MemoryUtil.putLong(address + from / Byte.SIZE, word);
      count += Long.bitCount(word);
    }
    return count;
  }

  private void addValues(BaseFixedWidthVector vector, int[] rows) {
    int width = vector.getTypeWidth();
    long target = add((long) width * rows.length).memoryAddress();
    long source = vector.getDataBufferAddress();
    switch (width) {
      case Integer.BYTES -> {
        for (int i = 0; i < rows.length; i++) {
          MemoryUtil.putInt(
              target + (long) i * width, MemoryUtil.getInt(source + (long) rows[i] * width));
        }
      }
      case Long.BYTES -> {
        for (int i = 0; i < rows.length; i++) {
          MemoryUtil.putLong(
              target + (long) i * width, MemoryUtil.getLong(source + (long) rows[i] * width));
        }
      }
      default -> {
        for (int i = 0; i < rows.length; i++) {
          MemoryUtil.copyMemory(source + (long) rows[i] * width, target + (long) i * width, width);
        }
      }
    }
  }

  /** Adds {@code int[rows + 1]} offsets of the chosen values, the last is their total length. */
  private ArrowBuf addOffsets(FieldVector source, int[] rows) {
    ArrowBuf buffer = add((rows.length + 1L) * Integer.BYTES);
    long target = buffer.memoryAddress();
    long offset = 0;
    MemoryUtil.putInt(target, 0);
    if (rows.length > 0) {
      long offsets = source.getOffsetBufferAddress();
      for (int i = 0; i < rows.length; i++) {
        offset += length(offsets, rows[i]);
        MemoryUtil.putInt(target + (i + 1L) * Integer.BYTES, Math.toIntExact(offset));
      }
    }
    return buffer;
  }

  private void addBytes(BaseVariableWidthVector vector, ArrowBuf newOffsets, int[] rows) {
    int total = newOffsets.getInt((long) rows.length * Integer.BYTES);
    long target = add(total).memoryAddress();
    if (total == 0) {
      return;
    }
    long offsets = vector.getOffsetBufferAddress();
    long source = vector.getDataBufferAddress();
    // Neighbours are copied together: filters often choose runs of rows.
    for (int from = 0; from < rows.length; ) {
      int to = from + 1;
      while (to < rows.length && rows[to] == rows[to - 1] + 1) {
        to++;
      }
      int start = MemoryUtil.getInt(offsets + (long) rows[from] * Integer.BYTES);
      int end = MemoryUtil.getInt(offsets + (rows[to - 1] + 1L) * Integer.BYTES);
      MemoryUtil.copyMemory(source + start, target, end - start);
      target += end - start;
      from = to;
    }
  }

  private static int[] elements(ListVector list, ArrowBuf newOffsets, int[] rows) {
    int[] elements = new int[newOffsets.getInt((long) rows.length * Integer.BYTES)];
    int next = 0;
    for (int row : rows) {
      long offsets = list.getOffsetBufferAddress();
      int start = MemoryUtil.getInt(offsets + (long) row * Integer.BYTES);
      int length = length(offsets, row);
      for (int i = 0; i < length; i++) {
        elements[next++] = start + i;
      }
    }
    return elements;
  }

  private static int length(long offsets, int row) {
    return MemoryUtil.getInt(offsets + (row + 1L) * Integer.BYTES)
        - MemoryUtil.getInt(offsets + (long) row * Integer.BYTES);
  }
}
