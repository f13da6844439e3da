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
 * The stored form of the keys of a batch's rows: one 64-bit word for each exact key, two for each
 * hashed key. {@link KeyEncoder} fills it, and it may be filled again for the next batch.
 *
 * <p>Shape: {@code first: long[>= count]}; {@code second: long[>= count]}, empty for exact keys.
 */
public final class KeyHashes {
  private static final long[] NONE = {};

  private long[] first = NONE;
  private long[] second = NONE;
  private final KeyForm form;
  private int count;

  public KeyHashes(KeyForm form) {
    this.form = form;
  }

  /** Exact keys that are mixed already; the array is borrowed as long as this is used. */
  public static KeyHashes ofExact(long[] keys, int count) {
    KeyHashes hashes = new KeyHashes(KeyForm.EXACT);
    hashes.first = keys;
    hashes.count = count;
    return hashes;
  }

  /** Hashed keys; the arrays are borrowed as long as this is used. */
  public static KeyHashes ofHashed(long[] first, long[] second, int count) {
    KeyHashes hashes = new KeyHashes(KeyForm.HASHED);
    hashes.first = first;
    hashes.second = second;
    hashes.count = count;
    return hashes;
  }

  public KeyForm form() {
    return form;
  }

  public int count() {
    return count;
  }

  public long first(int row) {
    return first[row];
  }

  /** The second word; 0 for an exact key. */
  public long second(int row) {
    return form == KeyForm.EXACT ? 0 : second[row];
  }

  /**
   * A copy of the keys of some rows.
   *
   * @param rows int[>= newCount]
   */
  public KeyHashes pick(int[] rows, int newCount) {
    KeyHashes picked = new KeyHashes(form);
    picked.resize(newCount);
    for (int i = 0; i < newCount; i++) {
      picked.first[i] = first[rows[i]];
      if (form == KeyForm.HASHED) {
        picked.second[i] = second[rows[i]];
      }
    }
    return picked;
  }

  /** A copy of the keys of rows [from, from + newCount). */
  public KeyHashes slice(int from, int newCount) {
    KeyHashes slice = new KeyHashes(form);
    slice.resize(newCount);
    System.arraycopy(first, from, slice.first, 0, newCount);
    if (form == KeyForm.HASHED) {
      System.arraycopy(second, from, slice.second, 0, newCount);
    }
    return slice;
  }

  /** Adds the key of a row of {@code other}, which has the same form. */
  public void add(KeyHashes other, int row) {
    int at = count;
    if (at == first.length) {
      int capacity = Math.max(64, at * 2);
      first = Arrays.copyOf(first, capacity);
      second = form == KeyForm.EXACT ? NONE : Arrays.copyOf(second, capacity);
    }
    first[at] = other.first[row];
    if (form == KeyForm.HASHED) {
      second[at] = other.second[row];
    }
    count = at + 1;
  }

  /** Makes room for {@code newCount} keys, whose words the caller sets. */
  void resize(int newCount) {
    if (first.length < newCount) {
      first = new long[newCount];
      second = form == KeyForm.EXACT ? NONE : new long[newCount];
    }
    count = newCount;
  }

  /** The first words: long[>= count]. */
  long[] firstWords() {
    return first;
  }

  /** The second words: long[>= count]; empty for exact keys. */
  long[] secondWords() {
    return second;
  }
}
