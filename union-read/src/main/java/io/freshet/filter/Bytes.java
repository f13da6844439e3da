/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import org.apache.arrow.memory.util.MemoryUtil;

/** Comparisons of bytes in Arrow's memory with bytes on the heap, eight at a time. */
final class Bytes {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private Bytes() {}

  /** Compares as unsigned bytes; a prefix is less. For UTF-8 that is the order of code points. */
  static int compare(long address, int length, byte[] other) {
    int common = Math.min(length, other.length);
    int i = 0;
    for (; i + Long.BYTES <= common; i += Long.BYTES) {
      long left = MemoryUtil.getLong(address + i);
      long right = MemoryUtil.getLong(other, i);
      if (left != right) {
        return Long.compareUnsigned(bigEndian(left), bigEndian(right));
      }
    }
    for (; i < common; i++) {
      int difference = (MemoryUtil.getByte(address + i) & 0xff) - (other[i] & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return length - other.length;
  }

  /** Compares two ranges of memory as unsigned bytes; a prefix is less. */
  static int compare(long left, int leftLength, long right, int rightLength) {
    int common = Math.min(leftLength, rightLength);
    int i = 0;
    for (; i + Long.BYTES <= common; i += Long.BYTES) {
      long leftWord = MemoryUtil.getLong(left + i);
      long rightWord = MemoryUtil.getLong(right + i);
      if (leftWord != rightWord) {
        return Long.compareUnsigned(bigEndian(leftWord), bigEndian(rightWord));
      }
    }
    for (; i < common; i++) {
      int difference =
          (MemoryUtil.getByte(left + i) & 0xff) - (MemoryUtil.getByte(right + i) & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return leftLength - rightLength;
  }

  static boolean startsWith(long address, int length, byte[] prefix) {
    return length >= prefix.length && compare(address, prefix.length, prefix) == 0;
  }

  static boolean equal(long address, int length, byte[] other) {
    return length == other.length && compare(address, length, other) == 0;
  }

  static int hash(long address, int length) {
    long hash = length;
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      hash = (hash ^ MemoryUtil.getLong(address + i)) * MIX;
      hash ^= hash >>> 32;
    }
    for (; i < length; i++) {
      hash = (hash ^ MemoryUtil.getByte(address + i)) * MIX;
    }
    return (int) (hash ^ (hash >>> 32));
  }

  /** The hash of heap bytes, equal to that of the same bytes in memory. */
  static int hash(byte[] bytes) {
    long hash = bytes.length;
    int i = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      hash = (hash ^ MemoryUtil.getLong(bytes, i)) * MIX;
      hash ^= hash >>> 32;
    }
    for (; i < bytes.length; i++) {
      hash = (hash ^ bytes[i]) * MIX;
    }
    return (int) (hash ^ (hash >>> 32));
  }

  private static long bigEndian(long word) {
    return MemoryUtil.LITTLE_ENDIAN ? Long.reverseBytes(word) : word;
  }
}
