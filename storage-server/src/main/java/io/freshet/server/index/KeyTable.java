/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.nio.ByteOrder;
import java.nio.LongBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The newest entries, in an open-addressing table outside of the heap. A key's home is given by its
 * highest bits, and it is in the first slots from there on, without an empty one between. So the
 * slots are nearly in the order of a run. It is fast because keys are mixed or hashed with a
 * secret: in whatever order they come, it is not the order of their words.
 *
 * <p>Shape: {@code slots: long[capacity * (words + 1)]}; a slot is a key's words and a location,
 * {@link Location#ABSENT} if the slot is empty.
 *
 * <p>One thread changes it. Once it is frozen, other threads read it between {@link #acquire} and
 * {@link #close}.
 */
final class KeyTable implements EntrySource, AutoCloseable {
  private static final int MIN_SLOT_BITS = 10;
  private static final long EMPTY = Location.ABSENT;

  private final BufferAllocator allocator;
  private final KeyForm form;
  private final int stride;
  private final int maxSlotBits;

  private ArrowBuf buffer;
  private LongBuffer slots;
  private int slotBits;
  private int entries;
  private int references = 1;

  /** Keeps the loads of {@link #touch} from being optimised away. */
  @SuppressWarnings("unused")
  private long touched;

  /** An empty table, which grows up to 2^maxSlotBits slots. */
  KeyTable(BufferAllocator allocator, KeyForm form, int maxSlotBits) {
    this.allocator = allocator;
    this.form = form;
    this.stride = form.words() + 1;
    this.maxSlotBits = maxSlotBits;
    this.slotBits = Math.min(MIN_SLOT_BITS, maxSlotBits);
    this.buffer = allocate(slotBits);
    this.slots = view(buffer);
  }

  /** How many entries a table of 2^slotBits slots takes: eleven of sixteen slots. */
  static int maxEntries(int slotBits) {
    return (int) ((11L << slotBits) >> 4);
  }

  int entries() {
    return entries;
  }

  @Override
  public long entryCount() {
    return entries;
  }

  @Override
  public EntryCursor cursor() {
    return new TableCursor(this);
  }

  /** How many more entries go in. */
  int room() {
    return maxEntries(maxSlotBits) - entries;
  }

  long sizeBytes() {
    return buffer.capacity();
  }

  KeyForm form() {
    return form;
  }

  /**
   * Stores locations, or removals for those that are absent, in the order of the rows.
   *
   * @param previous gets the locations that were there before, for keys that this table knew
   * @param missing gets the rows of keys that it did not know
   * @return how many those are
   */
  int upsert(KeyHashes keys, int from, int to, long[] locations, long[] previous, int[] missing) {
    grow(to - from);
    touch(keys, from, to);
    boolean isHashed = form == KeyForm.HASHED;
    int mask = (1 << slotBits) - 1;
    int missed = 0;
    for (int row = from; row < to; row++) {
      long first = keys.first(row);
      long second = keys.second(row);
      long location = locations[row] == Location.ABSENT ? Location.REMOVED : locations[row];
      int slot = home(first);
      while (true) {
        int at = slot * stride;
        long found = slots.get(at + stride - 1);
        if (found == EMPTY) {
          slots.put(at, first);
          if (isHashed) {
            slots.put(at + 1, second);
          }
          slots.put(at + stride - 1, location);
          entries++;
          missing[missed++] = row;
          break;
        }
        if (slots.get(at) == first && (!isHashed || slots.get(at + 1) == second)) {
          slots.put(at + stride - 1, location);
          previous[row] = found == Location.REMOVED ? Location.ABSENT : found;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    return missed;
  }

  @Override
  public int find(KeyHashes keys, int[] rows, int count, long[] locations) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += slots.get(home(keys.first(rows[i])) * stride);
    }
    touched = sum;
    int unknown = count;
    for (int i = 0; i < unknown; ) {
      int row = rows[i];
      long found = find(keys.first(row), keys.second(row));
      if (found == EMPTY) {
        i++;
      } else {
        locations[row] = found == Location.REMOVED ? Location.ABSENT : found;
        rows[i] = rows[--unknown];
        rows[unknown] = row;
      }
    }
    return unknown;
  }

  /** A location, REMOVED, or EMPTY. */
  private long find(long first, long second) {
    boolean isHashed = form == KeyForm.HASHED;
    int mask = (1 << slotBits) - 1;
    int slot = home(first);
    while (true) {
      int at = slot * stride;
      long found = slots.get(at + stride - 1);
      if (found == EMPTY
          || (slots.get(at) == first && (!isHashed || slots.get(at + 1) == second))) {
        return found;
      }
      slot = (slot + 1) & mask;
    }
  }

  int slotCount() {
    return 1 << slotBits;
  }

  boolean isEmpty(int slot) {
    return slots.get(slot * stride + stride - 1) == EMPTY;
  }

  /** Where the entry of a slot would be if the table were empty. */
  int homeOf(int slot) {
    return home(slots.get(slot * stride));
  }

  /** Copies the words of an entry. */
  void copy(int slot, long[] target, int at) {
    slots.get(slot * stride, target, at, stride);
  }

  /** Keeps the memory until one more {@link #close}; false if it is gone already. */
  synchronized boolean acquire() {
    if (references == 0) {
      return false;
    }
    references++;
    return true;
  }

  @Override
  public synchronized void close() {
    if (references > 0 && --references == 0) {
      buffer.close();
    }
  }

  private int home(long first) {
    return (int) (first >>> (Long.SIZE - slotBits));
  }

  /** Starts loading the slots that are needed next, many at the same time. */
  private void touch(KeyHashes keys, int from, int to) {
    long sum = 0;
    for (int row = from; row < to; row++) {
      sum += slots.get(home(keys.first(row)) * stride);
    }
    touched = sum;
  }

  /** Doubles the table until {@code added} more entries go in. */
  private void grow(int added) {
    int bits = slotBits;
    while (entries + added > maxEntries(bits)) {
      bits++;
    }
    if (bits == slotBits) {
      return;
    }
    if (bits > maxSlotBits) {
      throw new IllegalStateException("No room for " + added + " entries, only for " + room());
    }
    ArrowBuf newBuffer = allocate(bits);
    ArrowBuf oldBuffer = buffer;
    LongBuffer old = slots;
    int oldSlots = slotCount();
    buffer = newBuffer;
    slots = view(newBuffer);
    slotBits = bits;
    long[] entry = new long[stride];
    int mask = (1 << bits) - 1;
    for (int slot = 0; slot < oldSlots; slot++) {
      old.get(slot * stride, entry, 0, stride);
      if (entry[stride - 1] != EMPTY) {
        int target = home(entry[0]);
        while (!isEmpty(target)) {
          target = (target + 1) & mask;
        }
        slots.put(target * stride, entry, 0, stride);
      }
    }
    oldBuffer.close();
  }

  private ArrowBuf allocate(int bits) {
    long size = ((long) stride << bits) * Long.BYTES;
    ArrowBuf allocated = allocator.buffer(size);
    // EMPTY is all ones.
    allocated.setOne(0, size);
    return allocated;
  }

  private LongBuffer view(ArrowBuf from) {
    int size = Math.toIntExact(from.capacity());
    return from.nioBuffer(0, size).order(ByteOrder.nativeOrder()).asLongBuffer();
  }
}
