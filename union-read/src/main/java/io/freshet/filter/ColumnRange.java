/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntFunction;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.BinaryUtil;
import org.apache.iceberg.util.UnicodeUtil;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the values of one column of a batch.
 *
 * @param hasNaN true also if it is not known that there is none
 * @param lower no value is less, in Iceberg's single-value form; null if nothing is known
 * @param upper no value is greater, where NaN is the greatest; null if nothing is known
 */
record ColumnRange(
    long nullCount, boolean hasNaN, @Nullable ByteBuffer lower, @Nullable ByteBuffer upper) {
  /** Bounds of strings have at most so many characters, those of binaries so many bytes. */
  private static final int BOUND_LENGTH = 16;

  static ColumnRange of(Type type, FieldVector vector, int rows) {
    Bitmap valid = Bitmap.validity(vector, rows);
    long nullCount = (long) rows - valid.cardinality();
    if (nullCount == rows || !type.isPrimitiveType()) {
      return new ColumnRange(nullCount, false, null, null);
    }
    if (LongKeys.has(type)) {
      return ofKeys(type, vector, valid, nullCount);
    }
    return switch (type.typeId()) {
      case STRING, BINARY, FIXED -> ofBytes(type, vector, valid, nullCount);
      default -> ofObjects(type.asPrimitiveType(), vector, valid, nullCount);
    };
  }

  private static ColumnRange ofKeys(Type type, FieldVector vector, Bitmap valid, long nullCount) {
    LongKeys keys = LongKeys.of(type);
    long address = vector.getDataBufferAddress();
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < valid.words().length; i++) {
      for (long word = valid.words()[i]; word != 0; word &= word - 1) {
        long key = keys.read(address, i * Long.SIZE + Long.numberOfTrailingZeros(word));
        min = Math.min(min, key);
        max = Math.max(max, key);
      }
    }
    // Iceberg's bounds never are NaN: with NaN among the values there is no upper bound.
    return new ColumnRange(
        nullCount,
        keys.isNaN(max),
        keys.isNaN(min) ? null : Conversions.toByteBuffer(type, keys.value(min, type)),
        keys.isNaN(max) ? null : Conversions.toByteBuffer(type, keys.value(max, type)));
  }

  private static ColumnRange ofBytes(Type type, FieldVector vector, Bitmap valid, long nullCount) {
    int[] rows = valid.toIndexes(valid.cardinality());
    int min = rows[0];
    int max = rows[0];
    for (int row : rows) {
      if (compare(vector, row, min) < 0) {
        min = row;
      } else if (compare(vector, row, max) > 0) {
        max = row;
      }
    }
    byte[] lower = bytes(vector, min);
    byte[] upper = bytes(vector, max);
    if (type.typeId() == Type.TypeID.STRING) {
      return new ColumnRange(nullCount, false, lowerString(lower), upperString(upper));
    }
    return new ColumnRange(
        nullCount,
        false,
        BinaryUtil.truncateBinaryMin(ByteBuffer.wrap(lower), BOUND_LENGTH),
        BinaryUtil.truncateBinaryMax(ByteBuffer.wrap(upper), BOUND_LENGTH));
  }

  private static @Nullable ByteBuffer lowerString(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    return isValid(text, bytes)
        ? ByteBuffer.wrap(UnicodeUtil.truncateStringMin(text, BOUND_LENGTH).getBytes(UTF_8))
        : null;
  }

  private static @Nullable ByteBuffer upperString(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    String bound = isValid(text, bytes) ? UnicodeUtil.truncateStringMax(text, BOUND_LENGTH) : null;
    return bound == null ? null : ByteBuffer.wrap(bound.getBytes(UTF_8));
  }

  /** Bytes that are not UTF-8 sort otherwise than their replacement characters. */
  private static boolean isValid(String text, byte[] bytes) {
    return Arrays.equals(text.getBytes(UTF_8), bytes);
  }

  private static ColumnRange ofObjects(
      Type.PrimitiveType type, FieldVector vector, Bitmap valid, long nullCount) {
    Comparator<Object> comparator = Comparators.forType(type);
    IntFunction<Object> values = InternalValues.of(type, vector);
    int[] rows = valid.toIndexes(valid.cardinality());
    Object min = values.apply(rows[0]);
    Object max = min;
    for (int row : rows) {
      Object value = values.apply(row);
      if (comparator.compare(value, min) < 0) {
        min = value;
      } else if (comparator.compare(value, max) > 0) {
        max = value;
      }
    }
    return new ColumnRange(
        nullCount, false, Conversions.toByteBuffer(type, min), Conversions.toByteBuffer(type, max));
  }

  private static int compare(FieldVector vector, int left, int right) {
    return Bytes.compare(
        address(vector, left), length(vector, left), address(vector, right), length(vector, right));
  }

  private static byte[] bytes(FieldVector vector, int row) {
    byte[] bytes = new byte[length(vector, row)];
    MemoryUtil.copyFromMemory(address(vector, row), bytes, 0, bytes.length);
    return bytes;
  }

  private static long address(FieldVector vector, int row) {
    return vector instanceof BaseFixedWidthVector fixed
        ? fixed.getDataBufferAddress() + (long) row * fixed.getTypeWidth()
        : vector.getDataBufferAddress() + ((BaseVariableWidthVector) vector).getStartOffset(row);
  }

  private static int length(FieldVector vector, int row) {
    return vector instanceof BaseFixedWidthVector fixed
        ? fixed.getTypeWidth()
        : ((BaseVariableWidthVector) vector).getValueLength(row);
  }
}
