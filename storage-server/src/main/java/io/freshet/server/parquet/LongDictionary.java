/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.Arrays;
import org.apache.parquet.column.values.ValuesWriter;

/** Distinct numbers of up to eight bytes in an open-addressing table. */
final class LongDictionary implements DictionaryOrPlain.Dictionary {
  private static final int INITIAL_CAPACITY = 1024;

  private final NumberKind kind;

  /** long[capacity]: the key of each place; valid if its id is not 0. */
  private long[] keys = new long[INITIAL_CAPACITY];

  /** int[capacity]: the id + 1 of each place; 0 if it is free. */
  private int[] places = new int[INITIAL_CAPACITY];

  /** long[]: the value of each id. */
  private long[] values = new long[INITIAL_CAPACITY / 2];

  private int size;

  LongDictionary(NumberKind kind) {
    this.kind = kind;
  }

  /** Writes the id of each of {@code numbers[0..count)} to {@code ids[start..start + count)}. */
  void ids(long[] numbers, int count, int[] ids, int start) {
    long last = 0;
    int lastId = -1;
    for (int i = 0; i < count; i++) {
      long number = numbers[i];
      if (number != last || lastId < 0) {
        lastId = id(number);
        last = number;
      }
      ids[start + i] = lastId;
    }
  }

  long value(int id) {
    return values[id];
  }

  private int id(long number) {
    int mask = places.length - 1;
    int place = hash(number) & mask;
    while (places[place] != 0) {
      if (keys[place] == number) {
        return places[place] - 1;
      }
      place = (place + 1) & mask;
    }
    return add(number, place);
  }

  private int add(long number, int place) {
    if (size == values.length) {
      grow();
      return id(number);
    }
    keys[place] = number;
    values[size] = number;
    places[place] = ++size;
    return size - 1;
  }

  private void grow() {
    int capacity = places.length * 2;
    values = Arrays.copyOf(values, capacity / 2);
    keys = new long[capacity];
    places = new int[capacity];
    for (int id = 0; id < size; id++) {
      int place = hash(values[id]) & (capacity - 1);
      while (places[place] != 0) {
        place = (place + 1) & (capacity - 1);
      }
      keys[place] = values[id];
      places[place] = id + 1;
    }
  }

  private static int hash(long number) {
    long mixed = number * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) ^ (int) (mixed >>> 48);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long sizeBytes() {
    return (long) size * kind.widthBytes();
  }

  @Override
  public void writeTo(ValuesWriter writer, int id) {
    kind.write(writer, values[id]);
  }

  @Override
  public void clear() {
    size = 0;
    Arrays.fill(places, 0);
  }
}
