/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** An immutable set of byte strings, asked with memory addresses. */
final class BytesSet {
  private static final double MAX_LOAD = 0.5;

  /** byte[power of two][], open addressing; null is a free slot. */
  private final byte[] @Nullable [] slots;

  private BytesSet(int capacity) {
    this.slots = new byte[capacity][];
  }

  static BytesSet of(Collection<byte[]> values) {
    int capacity = 2;
    while (capacity * MAX_LOAD < values.size()) {
      capacity *= 2;
    }
    BytesSet set = new BytesSet(capacity);
    values.forEach(set::add);
    return set;
  }

  boolean contains(long address, int length) {
    int mask = slots.length - 1;
    int slot = Bytes.hash(address, length) & mask;
    for (byte[] value = slots[slot]; value != null; value = slots[slot]) {
      if (Bytes.equal(address, length, value)) {
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  private void add(byte[] value) {
    int mask = slots.length - 1;
    int slot = Bytes.hash(value) & mask;
    while (slots[slot] != null) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = value;
  }
}
