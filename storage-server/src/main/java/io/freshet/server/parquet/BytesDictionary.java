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
import java.util.Arrays;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.io.api.Binary;

/**
 * Distinct byte strings in an open-addressing table. Most strings are told apart by their length
 * and their first eight bytes, which the table itself holds.
 */
final class BytesDictionary implements DictionaryOrPlain.Dictionary {
  /** How many bytes must be readable behind the last string that is looked up. */
  static final int PADDING_BYTES = Long.BYTES;

  private static final int INITIAL_CAPACITY = 1024;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Bytes of an entry's length in plain encoding; 0 if all entries have the same length. */
  private final int lengthBytes;

  /** int[capacity]: the id + 1 of each place; 0 if it is free. */
  private int[] places = new int[INITIAL_CAPACITY];

  /** long[capacity]: the first eight bytes of the string in each place, see {@link #word}. */
  private long[] words = new long[INITIAL_CAPACITY];

  /** int[capacity / 2]: the hash of each id. */
  private int[] hashes = new int[INITIAL_CAPACITY / 2];

  /** Binary[capacity / 2]: the string of each id. */
  private Binary[] values = new Binary[INITIAL_CAPACITY / 2];

  private int size;
  private long sizeBytes;

  BytesDictionary(boolean isFixedLength) {
    lengthBytes = isFixedLength ? 0 : Integer.BYTES;
  }

  /** The first eight bytes, the first one lowest; a shorter string is filled up with zeros. */
  static long word(byte[] bytes, int start, int length) {
    long word = (long) LONGS.get(bytes, start);
    return length >= Long.BYTES ? word : word & ((1L << (length * Byte.SIZE)) - 1);
  }

  Binary value(int id) {
    return values[id];
  }

  /** The id of the string at {@code bytes[start, start + length)}, which is added if it is new. */
  int id(byte[] bytes, int start, int length) {
    long word = word(bytes, start, length);
    int hash = hash(bytes, start, length, word);
    int mask = places.length - 1;
    int place = hash & mask;
    while (places[place] != 0) {
      int id = places[place] - 1;
      if (words[place] == word && isEqual(id, bytes, start, length)) {
        return id;
      }
      place = (place + 1) & mask;
    }
    return add(bytes, start, length, hash);
  }

  private boolean isEqual(int id, byte[] bytes, int start, int length) {
    Binary value = values[id];
    if (value.length() != length) {
      return false;
    }
    return length <= Long.BYTES
        || Arrays.equals(
            value.getBytesUnsafe(), Long.BYTES, length, bytes, start + Long.BYTES, start + length);
  }

  private int add(byte[] bytes, int start, int length, int hash) {
    if (size == values.length) {
      grow();
    }
    byte[] copy = Arrays.copyOfRange(bytes, start, start + length);
    values[size] = Binary.fromConstantByteArray(copy);
    hashes[size] = hash;
    place(hash, word(bytes, start, length), size);
    sizeBytes += lengthBytes + length;
    return size++;
  }

  private void place(int hash, long word, int id) {
    int mask = places.length - 1;
    int place = hash & mask;
    while (places[place] != 0) {
      place = (place + 1) & mask;
    }
    places[place] = id + 1;
    words[place] = word;
  }

  private void grow() {
    int[] oldPlaces = places;
    long[] oldWords = words;
    int capacity = oldPlaces.length * 2;
    places = new int[capacity];
    words = new long[capacity];
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != 0) {
        place(hashes[oldPlaces[i] - 1], oldWords[i], oldPlaces[i] - 1);
      }
    }
    hashes = Arrays.copyOf(hashes, capacity / 2);
    values = Arrays.copyOf(values, capacity / 2);
  }

  private static int hash(byte[] bytes, int start, int length, long word) {
    long hash = (word + length) * 0x9E3779B97F4A7C15L;
    int end = start + length;
    for (int i = start + Long.BYTES; i < end; i += Long.BYTES) {
      hash = (Long.rotateLeft(hash, 29) ^ word(bytes, i, end - i)) * 0x9E3779B97F4A7C15L;
    }
    return (int) (hash >>> 32) ^ (int) (hash >>> 48);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void writeTo(ValuesWriter writer, int id) {
    writer.writeBytes(values[id]);
  }

  @Override
  public void clear() {
    Arrays.fill(values, 0, size, Binary.EMPTY);
    Arrays.fill(places, 0);
    size = 0;
    sizeBytes = 0;
  }
}
