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

/** Numbers that may be near each other: each in 0, 1, 2, 4 or 8 bytes, from the least one on. */
final class PackedNumbers {
  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  private final long least;
  private final int width;

  /** byte[count * width], little-endian, unsigned: how much more than the least each one is. */
  private final byte[] bytes;

  private PackedNumbers(long least, int width, byte[] bytes) {
    this.least = least;
    this.width = width;
    this.bytes = bytes;
  }

  /** Packs the first {@code count} of some numbers. */
  static PackedNumbers of(long[] numbers, int count) {
    long least = count == 0 ? 0 : numbers[0];
    long greatest = least;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, numbers[i]);
      greatest = Math.max(greatest, numbers[i]);
    }
    int width = width(greatest - least);
    byte[] bytes = new byte[Math.multiplyExact(count, width)];
    for (int i = 0; i < count; i++) {
      long more = numbers[i] - least;
      switch (width) {
        case 0 -> {}
        case 1 -> bytes[i] = (byte) more;
        case 2 -> SHORTS.set(bytes, i * 2, (short) more);
        case 4 -> INTS.set(bytes, i * 4, (int) more);
        default -> LONGS.set(bytes, i * 8, more);
      }
    }
    return new PackedNumbers(least, width, bytes);
  }

  long get(int index) {
    return least
        + switch (width) {
          case 0 -> 0;
          case 1 -> bytes[index] & 0xFFL;
          case 2 -> (short) SHORTS.get(bytes, index * 2) & 0xFFFFL;
          case 4 -> (int) INTS.get(bytes, index * 4) & 0xFFFF_FFFFL;
          default -> (long) LONGS.get(bytes, index * 8);
        };
  }

  long sizeBytes() {
    return bytes.length;
  }

  /**
   * @param range unsigned: that of all longs does not fit otherwise
   */
  private static int width(long range) {
    if (range == 0) {
      return 0;
    }
    int bits = Long.SIZE - Long.numberOfLeadingZeros(range);
    return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }
}
