/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.OptionalLong;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Types whose values are compared as longs: each value has a key, and keys are in the order of
 * Iceberg's comparators. So every comparison is a range of keys.
 */
enum LongKeys {
  /** int and date: 4 bytes. */
  INT,
  /** long, time and all timestamps: 8 bytes. */
  LONG,
  /** 4 bytes; -0.0 is before 0.0 and NaN after everything, as in {@link Float#compare}. */
  FLOAT,
  /** 8 bytes; ordered as in {@link Double#compare}. */
  DOUBLE,
  /** Decimals of up to 18 digits: the low 8 of 16 bytes, little endian. */
  DECIMAL;

  private static final int MAX_LONG_DIGITS = 18;
  private static final long DECIMAL_BYTES = 16;
  private static final int FLOAT_NAN = floatKey(Float.NaN);
  private static final long DOUBLE_NAN = doubleKey(Double.NaN);

  /** Whether values of a type have keys. */
  static boolean has(Type type) {
    return switch (type.typeId()) {
      case INTEGER, DATE, LONG, TIME, TIMESTAMP, TIMESTAMP_NANO, FLOAT, DOUBLE -> true;
      case DECIMAL -> ((Types.DecimalType) type).precision() <= MAX_LONG_DIGITS;
      default -> false;
    };
  }

  static LongKeys of(Type type) {
    return switch (type.typeId()) {
      case INTEGER, DATE -> INT;
      case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> LONG;
      case FLOAT -> FLOAT;
      case DOUBLE -> DOUBLE;
      case DECIMAL -> DECIMAL;
      default -> throw new IllegalArgumentException("No keys for " + type);
    };
  }

  /** The key of a literal; empty if no stored value can be equal to it. */
  private OptionalLong key(Object literal) {
    return switch (this) {
      case INT -> OptionalLong.of((Integer) literal);
      case LONG -> OptionalLong.of((Long) literal);
      case FLOAT -> OptionalLong.of(floatKey((Float) literal));
      case DOUBLE -> OptionalLong.of(doubleKey((Double) literal));
      case DECIMAL -> {
        BigDecimal decimal = (BigDecimal) literal;
        yield decimal.unscaledValue().bitLength() < Long.SIZE
            ? OptionalLong.of(decimal.unscaledValue().longValue())
            : OptionalLong.empty();
      }
    };
  }

  static int floatKey(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
  }

  static long doubleKey(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits ^ ((bits >> (Long.SIZE - 1)) & Long.MAX_VALUE);
  }

  /** The value of a key, in Iceberg's internal representation. */
  Object value(long key, Type type) {
    return switch (this) {
      case INT -> (int) key;
      case LONG -> key;
      case FLOAT ->
          Float.intBitsToFloat((int) key ^ (((int) key >> (Integer.SIZE - 1)) & Integer.MAX_VALUE));
      case DOUBLE -> Double.longBitsToDouble(key ^ ((key >> (Long.SIZE - 1)) & Long.MAX_VALUE));
      case DECIMAL -> BigDecimal.valueOf(key, ((Types.DecimalType) type).scale());
    };
  }

  /** Whether a key stands for NaN. */
  boolean isNaN(long key) {
    return switch (this) {
      case FLOAT -> key == FLOAT_NAN;
      case DOUBLE -> key == DOUBLE_NAN;
      default -> false;
    };
  }

  /** The test for LT, LT_EQ, GT, GT_EQ and EQ. */
  ValueTest comparison(Operation operation, Object literal) {
    OptionalLong found = key(literal);
    long key =
        found.orElseGet(
            () -> ((BigDecimal) literal).signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
    return switch (operation) {
      case LT -> key == Long.MIN_VALUE ? nothing() : range(Long.MIN_VALUE, key - 1);
      case LT_EQ -> range(Long.MIN_VALUE, key);
      case GT -> key == Long.MAX_VALUE ? nothing() : range(key + 1, Long.MAX_VALUE);
      case GT_EQ -> range(key, Long.MAX_VALUE);
      case EQ -> found.isPresent() ? range(key, key) : nothing();
      default -> throw new IllegalArgumentException("Not a comparison: " + operation);
    };
  }

  ValueTest isNaN() {
    return this == FLOAT
        ? comparison(Operation.EQ, Float.NaN)
        : comparison(Operation.EQ, Double.NaN);
  }

  ValueTest in(Collection<?> literals) {
    LongSet keys =
        LongSet.of(literals.stream().map(this::key).flatMapToLong(OptionalLong::stream).toArray());
    return (vector, rows, words) -> {
      long address = vector.getDataBufferAddress();
      for (int from = 0; from < rows; from += Long.SIZE) {
        int to = Math.min(rows, from + Long.SIZE);
        long word = 0;
        for (int row = from; row < to; row++) {
          word |= (keys.contains(read(address, row)) ? 1L : 0L) << row;
        }
        words[from / Long.SIZE] = word;
      }
    };
  }

  /** The key of the value of a row in a vector's data buffer. */
  long read(long address, int row) {
    return switch (this) {
      case INT -> MemoryUtil.getInt(address + (long) row * Integer.BYTES);
      case LONG -> MemoryUtil.getLong(address + (long) row * Long.BYTES);
      case FLOAT ->
          floatKey(Float.intBitsToFloat(MemoryUtil.getInt(address + (long) row * Integer.BYTES)));
      case DOUBLE ->
          doubleKey(Double.longBitsToDouble(MemoryUtil.getLong(address + (long) row * Long.BYTES)));
      case DECIMAL -> MemoryUtil.getLong(address + row * DECIMAL_BYTES);
    };
  }

  private static ValueTest nothing() {
    return (vector, rows, words) -> {};
  }

  /** The test for keys from {@code low} to {@code high}, both inclusive. */
  private ValueTest range(long low, long high) {
    return switch (this) {
      case INT -> {
        int intLow = (int) Math.max(low, Integer.MIN_VALUE);
        int intHigh = (int) Math.min(high, Integer.MAX_VALUE);
        yield low > Integer.MAX_VALUE || high < Integer.MIN_VALUE
            ? nothing()
            : (vector, rows, words) -> ints(vector, rows, words, intLow, intHigh);
      }
      case LONG -> (vector, rows, words) -> longs(vector, rows, words, Long.BYTES, low, high);
      case FLOAT -> (vector, rows, words) -> floats(vector, rows, words, low, high);
      case DOUBLE -> (vector, rows, words) -> doubles(vector, rows, words, low, high);
      case DECIMAL -> (vector, rows, words) -> longs(vector, rows, words, DECIMAL_BYTES, low, high);
    };
  }

  private static void ints(FieldVector vector, int rows, long[] words, int low, int high) {
    long address = vector.getDataBufferAddress();
    for (int from = 0; from < rows; from += Long.SIZE) {
      int to = Math.min(rows, from + Long.SIZE);
      long word = 0;
      for (int row = from; row < to; row++) {
        int value = MemoryUtil.getInt(address + (long) row * Integer.BYTES);
        word |= (value >= low && value <= high ? 1L : 0L) << row;
      }
      words[from / Long.SIZE] = word;
    }
  }

  private static void longs(
      FieldVector vector, int rows, long[] words, long width, long low, long high) {
    long address = vector.getDataBufferAddress();
    for (int from = 0; from < rows; from += Long.SIZE) {
      int to = Math.min(rows, from + Long.SIZE);
      long word = 0;
      for (int row = from; row < to; row++) {
        long value = MemoryUtil.getLong(address + row * width);
        word |= (value >= low && value <= high ? 1L : 0L) << row;
      }
      words[from / Long.SIZE] = word;
    }
  }

  private static void floats(FieldVector vector, int rows, long[] words, long low, long high) {
    long address = vector.getDataBufferAddress();
    for (int from = 0; from < rows; from += Long.SIZE) {
      int to = Math.min(rows, from + Long.SIZE);
      long word = 0;
      for (int row = from; row < to; row++) {
        int bits = MemoryUtil.getInt(address + (long) row * Integer.BYTES);
        int key = floatKey(Float.intBitsToFloat(bits));
        word |= (key >= low && key <= high ? 1L : 0L) << row;
      }
      words[from / Long.SIZE] = word;
    }
  }

  private static void doubles(FieldVector vector, int rows, long[] words, long low, long high) {
    long address = vector.getDataBufferAddress();
    for (int from = 0; from < rows; from += Long.SIZE) {
      int to = Math.min(rows, from + Long.SIZE);
      long word = 0;
      for (int row = from; row < to; row++) {
        long bits = MemoryUtil.getLong(address + (long) row * Long.BYTES);
        long key = doubleKey(Double.longBitsToDouble(bits));
        word |= (key >= low && key <= high ? 1L : 0L) << row;
      }
      words[from / Long.SIZE] = word;
    }
  }
}
