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

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UUIDUtil;

/**
 * Types whose values are compared where they are, as bytes: strings, binaries, fixed, uuids, and
 * decimals of more than 18 digits.
 */
enum ByteKeys {
  /** string, binary and fixed: in the order of unsigned bytes. */
  BYTES,
  /** 16 bytes, big endian; in the order of {@link UUID#compareTo}, which is Iceberg's. */
  UUID,
  /** 16 bytes, a little-endian two's complement. */
  DECIMAL;

  private static final int WIDE_BYTES = 16;

  /** Tests one value in memory. */
  private interface MemoryTest {
    boolean test(long address, int length);
  }

  static ByteKeys of(Type type) {
    return switch (type.typeId()) {
      case STRING, BINARY, FIXED -> BYTES;
      case UUID -> UUID;
      case DECIMAL -> DECIMAL;
      default -> throw new IllegalArgumentException("No bytes for " + type);
    };
  }

  /** Whether a literal can be stored as a value of a type. */
  static boolean fits(Type type, Object literal) {
    return !(type instanceof Types.DecimalType)
        || ((BigDecimal) literal).unscaledValue().bitLength() < WIDE_BYTES * Byte.SIZE;
  }

  ValueTest comparison(Operation operation, Object literal) {
    byte[] bytes = bytes(literal);
    if (operation == Operation.EQ) {
      return each((address, length) -> Bytes.equal(address, length, bytes));
    }
    if (operation == Operation.STARTS_WITH) {
      return each((address, length) -> Bytes.startsWith(address, length, bytes));
    }
    int accepted = acceptedSigns(operation);
    return switch (this) {
      case BYTES ->
          each((address, length) -> accepts(accepted, Bytes.compare(address, length, bytes)));
      case UUID -> {
        UUID uuid = (UUID) literal;
        long high = uuid.getMostSignificantBits();
        long low = uuid.getLeastSignificantBits();
        yield each((address, length) -> accepts(accepted, compareUuid(address, high, low)));
      }
      case DECIMAL -> {
        long high = MemoryUtil.getLong(bytes, Long.BYTES);
        long low = MemoryUtil.getLong(bytes, 0);
        yield each((address, length) -> accepts(accepted, compareDecimal(address, high, low)));
      }
    };
  }

  ValueTest in(Collection<?> literals) {
    List<byte[]> values = literals.stream().map(this::bytes).toList();
    BytesSet set = BytesSet.of(values);
    return each(set::contains);
  }

  private byte[] bytes(Object literal) {
    return switch (this) {
      case BYTES ->
          literal instanceof ByteBuffer buffer ? copy(buffer) : literal.toString().getBytes(UTF_8);
      case UUID -> Objects.requireNonNull(UUIDUtil.convert((UUID) literal));
      case DECIMAL -> littleEndian(((BigDecimal) literal).unscaledValue());
    };
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static byte[] littleEndian(BigInteger value) {
    byte[] bigEndian = value.toByteArray();
    byte[] bytes = new byte[WIDE_BYTES];
    for (int i = 0; i < WIDE_BYTES; i++) {
      bytes[i] =
          i < bigEndian.length
              ? bigEndian[bigEndian.length - 1 - i]
              : (byte) (value.signum() < 0 ? -1 : 0);
    }
    return bytes;
  }

  /** Bit 0: less is accepted; bit 1: equal; bit 2: greater. */
  private static int acceptedSigns(Operation operation) {
    return switch (operation) {
      case LT -> 0b001;
      case LT_EQ -> 0b011;
      case GT -> 0b100;
      case GT_EQ -> 0b110;
      default -> throw new IllegalArgumentException("Not a comparison: " + operation);
    };
  }

  private static boolean accepts(int accepted, int comparison) {
    return ((accepted >> (Integer.signum(comparison) + 1)) & 1) != 0;
  }

  private static int compareUuid(long address, long high, long low) {
    int comparison = Long.compare(Long.reverseBytes(MemoryUtil.getLong(address)), high);
    return comparison != 0
        ? comparison
        : Long.compare(Long.reverseBytes(MemoryUtil.getLong(address + Long.BYTES)), low);
  }

  private static int compareDecimal(long address, long high, long low) {
    int comparison = Long.compare(MemoryUtil.getLong(address + Long.BYTES), high);
    return comparison != 0 ? comparison : Long.compareUnsigned(MemoryUtil.getLong(address), low);
  }

  private static ValueTest each(MemoryTest test) {
    return (vector, rows, words) -> {
      if (vector instanceof BaseVariableWidthVector) {
        eachOfVariableWidth(vector, rows, words, test);
      } else {
        eachOfFixedWidth((BaseFixedWidthVector) vector, rows, words, test);
      }
    };
  }

  private static void eachOfVariableWidth(
      FieldVector vector, int rows, long[] words, MemoryTest test) {
    long offsets = vector.getOffsetBufferAddress();
    long data = vector.getDataBufferAddress();
    int start = MemoryUtil.getInt(offsets);
    for (int from = 0; from < rows; from += Long.SIZE) {
      int to = Math.min(rows, from + Long.SIZE);
      long word = 0;
      for (int row = from; row < to; row++) {
        int end = MemoryUtil.getInt(offsets + (row + 1L) * Integer.BYTES);
        word |= (test.test(data + start, end - start) ? 1L : 0L) << row;
        start = end;
      }
      words[from / Long.SIZE] = word;
    }
  }

  private static void eachOfFixedWidth(
      BaseFixedWidthVector vector, int rows, long[] words, MemoryTest test) {
    long data = vector.getDataBufferAddress();
    int width = vector.getTypeWidth();
    for (int from = 0; from < rows; from += Long.SIZE) {
      int to = Math.min(rows, from + Long.SIZE);
      long word = 0;
      for (int row = from; row < to; row++) {
        word |= (test.test(data + (long) row * width, width) ? 1L : 0L) << row;
      }
      words[from / Long.SIZE] = word;
    }
  }
}
