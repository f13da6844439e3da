/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.util.Arrays;

/**
 * Goes over a frozen table in the order of the keys. Neighbouring entries without an empty slot
 * between them form a cluster; clusters are in order, and inside of one the entries are sorted. The
 * cluster at the end may go on in the first slots.
 */
final class TableCursor implements EntryCursor {
  private static final int BLOCK_ENTRIES = 1024;

  private final KeyTable table;
  private final int words;
  private final int stride;
  private final int firstEmptySlot;

  private long[] block;
  private int count;
  private int slot;
  private boolean isWrapped;

  /**
   * @param table borrowed; not empty and not full
   */
  TableCursor(KeyTable table) {
    this.table = table;
    this.words = table.form().words();
    this.stride = words + 1;
    this.block = new long[2 * BLOCK_ENTRIES * stride];
    int empty = 0;
    while (!table.isEmpty(empty)) {
      empty++;
    }
    this.firstEmptySlot = empty;
  }

  @Override
  public boolean advance() {
    count = 0;
    while (count < BLOCK_ENTRIES && !isWrapped) {
      addCluster();
    }
    return count > 0;
  }

  @Override
  public long[] block() {
    return block;
  }

  @Override
  public int count() {
    return count;
  }

  private void addCluster() {
    int start = count;
    while (slot < table.slotCount() && !table.isEmpty(slot)) {
      if (slot >= firstEmptySlot || !isWrapped(slot)) {
        add(slot);
      }
      slot++;
    }
    if (slot == table.slotCount()) {
      for (int wrapped = 0; wrapped < firstEmptySlot; wrapped++) {
        if (isWrapped(wrapped)) {
          add(wrapped);
        }
      }
      isWrapped = true;
    }
    slot++;
    sort(start);
  }

  /** Whether an entry of the first slots belongs to the cluster at the end. */
  private boolean isWrapped(int candidate) {
    return table.homeOf(candidate) > firstEmptySlot;
  }

  private void add(int from) {
    if ((count + 1) * stride > block.length) {
      block = Arrays.copyOf(block, 2 * block.length);
    }
    table.copy(from, block, count * stride);
    count++;
  }

  /** Sorts the entries from {@code start} on; they are few and nearly in order. */
  private void sort(int start) {
    long[] entry = new long[stride];
    for (int i = start + 1; i < count; i++) {
      System.arraycopy(block, i * stride, entry, 0, stride);
      int target = i;
      while (target > start
          && EntryCursor.compare(block, (target - 1) * stride, entry, 0, words) > 0) {
        target--;
      }
      if (target < i) {
        System.arraycopy(
            block, target * stride, block, (target + 1) * stride, (i - target) * stride);
        System.arraycopy(entry, 0, block, target * stride, stride);
      }
    }
  }
}
