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

/** An immutable set of longs: few are compared in turn, many are found by hash. */
final class LongSet {
  private static final int FEW = 8;

  private final long min;
  private final long max;

  /** Few: the sorted values. Many: long[power of two], open addressing, with {@code free} holes. */
  private final long[] slots;

  private final boolean isHashed;

  /** A value that is not in the set and marks a free slot. */
  private final long free;

  private LongSet(long[] sorted) {
    this.min = sorted.length == 0 ? 1 : sorted[0];
    this.max = sorted.length == 0 ? 0 : sorted[sorted.length - 1];
    this.isHashed = sorted.length > FEW;
    if (!isHashed) {
      this.slots = sorted;
      this.free = 0;
      return;
    }
    this.free = absent(sorted);
    this.slots = new long[Integer.highestOneBit(sorted.length) * 4];
    Arrays.fill(slots, free);
    for (long value : sorted) {
      int slot = slot(value);
      while (slots[slot] != free) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = value;
    }
  }

  static LongSet of(long[] values) {
    return new LongSet(Arrays.stream(values).sorted().distinct().toArray());
  }

  boolean contains(long value) {
    if (value < min || value > max) {
      return false;
    }
    if (!isHashed) {
      boolean found = false;
      for (long slot : slots) {
        found |= slot == value;
      }
      return found;
    }
    if (value == free) {
      return false;
    }
    int slot = slot(value);
    while (slots[slot] != free) {
      if (slots[slot] == value) {
        return true;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return false;
  }

  private int slot(long value) {
    long mixed = value * 0x9E3779B97F4A7C15L;
    return (int) (mixed ^ (mixed >>> 32)) & (slots.length - 1);
  }

  private static long absent(long[] sorted) {
    long candidate = 0;
    while (Arrays.binarySearch(sorted, candidate) >= 0) {
      candidate++;
    }
    return candidate;
  }
}
