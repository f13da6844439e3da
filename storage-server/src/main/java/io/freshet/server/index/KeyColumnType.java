/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * How the values of one type become the words of a key. Two values are one key if Iceberg's
 * comparator for the type calls them equal: so -0.0 and 0.0 are two keys, and all NaN are one. (The
 * Iceberg specification keeps float and double out of identifier fields; such a key is then not
 * declared in the lake.)
 *
 * @param kind of the value
 * @param widthBytes that tell its values apart; 0 if values have any length
 */
record KeyColumnType(Kind kind, int widthBytes) {
  private static final int DECIMAL_BYTES = 16;
  private static final int MAX_INT_DIGITS = 9;
  private static final int MAX_LONG_DIGITS = 18;

  /** How values are read from a vector's data buffer. */
  enum Kind {
    /** A bit: 0 or 1. */
    BOOLEAN,
    /** int and date, sign-extended. */
    INT,
    /** long, time and all timestamps. */
    LONG,
    /** {@link Float#floatToIntBits}, sign-extended. */
    FLOAT,
    /** {@link Double#doubleToLongBits}. */
    DOUBLE,
    /** A decimal of at most 18 digits: its unscaled value. */
    SHORT_DECIMAL,
    /** A fixed of at most 8 bytes: little endian, the rest 0. */
    SHORT_FIXED,
    /** Longer fixed, uuid and decimals: their bytes as words, the last padded with 0. */
    LONG_FIXED,
    /** string and binary: the length as a word, then the bytes as words, the last padded with 0. */
    BYTES
  }

  static KeyColumnType of(Type.PrimitiveType type) {
    return switch (type.typeId()) {
      case BOOLEAN -> new KeyColumnType(Kind.BOOLEAN, 1);
      case INTEGER, DATE -> new KeyColumnType(Kind.INT, Integer.BYTES);
      case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> new KeyColumnType(Kind.LONG, Long.BYTES);
      case FLOAT -> new KeyColumnType(Kind.FLOAT, Float.BYTES);
      case DOUBLE -> new KeyColumnType(Kind.DOUBLE, Double.BYTES);
      case DECIMAL -> ofDecimal(((Types.DecimalType) type).precision());
      case FIXED -> ofFixed(((Types.FixedType) type).length());
      case UUID -> new KeyColumnType(Kind.LONG_FIXED, 2 * Long.BYTES);
      case STRING, BINARY -> new KeyColumnType(Kind.BYTES, 0);
      default -> throw new IllegalArgumentException("No keys of type " + type);
    };
  }

  private static KeyColumnType ofDecimal(int precision) {
    if (precision > MAX_LONG_DIGITS) {
      return new KeyColumnType(Kind.LONG_FIXED, DECIMAL_BYTES);
    }
    return new KeyColumnType(
        Kind.SHORT_DECIMAL, precision <= MAX_INT_DIGITS ? Integer.BYTES : Long.BYTES);
  }

  private static KeyColumnType ofFixed(int length) {
    boolean isShort = length > 0 && length <= Long.BYTES;
    return new KeyColumnType(isShort ? Kind.SHORT_FIXED : Kind.LONG_FIXED, length);
  }

  /** Whether a value is one word. */
  boolean isWord() {
    return kind != Kind.LONG_FIXED && kind != Kind.BYTES;
  }

  /**
   * Reads values that are words into {@code words: long[>= rows]}, from row {@code from} on.
   *
   * @param address of the vector's data buffer
   */
  void readWords(long address, int from, int rows, long[] words) {
    switch (kind) {
      case BOOLEAN -> {
        for (int i = 0; i < rows; i++) {
          int row = from + i;
          words[i] = MemoryUtil.getByte(address + (row >> 3)) >> (row & 7) & 1;
        }
      }
      case INT -> {
        for (int i = 0; i < rows; i++) {
          words[i] = MemoryUtil.getInt(address + (from + i) * (long) Integer.BYTES);
        }
      }
      case LONG -> {
        for (int i = 0; i < rows; i++) {
          words[i] = MemoryUtil.getLong(address + (from + i) * (long) Long.BYTES);
        }
      }
      case FLOAT -> {
        for (int i = 0; i < rows; i++) {
          int bits = MemoryUtil.getInt(address + (from + i) * (long) Float.BYTES);
          words[i] = Float.floatToIntBits(Float.intBitsToFloat(bits));
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < rows; i++) {
          long bits = MemoryUtil.getLong(address + (from + i) * (long) Double.BYTES);
          words[i] = Double.doubleToLongBits(Double.longBitsToDouble(bits));
        }
      }
      case SHORT_DECIMAL -> {
        for (int i = 0; i < rows; i++) {
          words[i] = MemoryUtil.getLong(address + (from + i) * (long) DECIMAL_BYTES);
        }
      }
      case SHORT_FIXED -> {
        for (int i = 0; i < rows; i++) {
          words[i] = readPart(address + (from + i) * (long) widthBytes, widthBytes);
        }
      }
      case LONG_FIXED, BYTES -> throw new IllegalStateException(kind + " is not a word");
    }
  }

  /** The bytes at an address as a word: little endian, the rest 0. */
  static long readPart(long address, int bytes) {
    if (bytes == Long.BYTES) {
      return MemoryUtil.getLong(address);
    }
    long word = 0;
    for (int i = 0; i < bytes; i++) {
      word |= (MemoryUtil.getByte(address + i) & 0xffL) << (i * Byte.SIZE);
    }
    return word;
  }
}
