/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.overlay;

import java.util.Arrays;
import java.util.function.LongConsumer;
import org.roaringbitmap.IntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * A set of row positions of one file: 0 to 2^63 - 2^32 - 1, though files of more than 2^32 rows are
 * rare. Not thread safe while it changes.
 */
public final class PositionBitmap {
  /** The largest position that the deletion vector format can hold. */
  static final long MAX_POSITION = ((long) Integer.MAX_VALUE - 1) << Integer.SIZE | 0xFFFF_FFFFL;

  /** By the upper 32 bits of a position, those of its lower 32 bits; nearly always just one. */
  private RoaringBitmap[] parts;

  public PositionBitmap() {
    this(new RoaringBitmap[0]);
  }

  /** Takes ownership of the parts. */
  PositionBitmap(RoaringBitmap[] parts) {
    this.parts = parts;
  }

  public static PositionBitmap of(long... positions) {
    PositionBitmap bitmap = new PositionBitmap();
    for (long position : positions) {
      bitmap.add(position);
    }
    return bitmap;
  }

  /** Adds a position; false if it was there. */
  public boolean add(long position) {
    if (position < 0 || position > MAX_POSITION) {
      throw new IllegalArgumentException(
          "Position " + position + " is not from 0 to " + MAX_POSITION);
    }
    return part((int) (position >>> Integer.SIZE)).checkedAdd((int) position);
  }

  /** Adds all positions of another set. */
  public void addAll(PositionBitmap other) {
    for (int high = 0; high < other.parts.length; high++) {
      part(high).or(other.parts[high]);
    }
  }

  public boolean contains(long position) {
    long high = position >>> Integer.SIZE;
    return high < parts.length && parts[(int) high].contains((int) position);
  }

  /** How many positions there are. */
  public long cardinality() {
    long cardinality = 0;
    for (RoaringBitmap part : parts) {
      cardinality += part.getLongCardinality();
    }
    return cardinality;
  }

  public boolean isEmpty() {
    return cardinality() == 0;
  }

  /** A copy with memory of its own. */
  public PositionBitmap copy() {
    return new PositionBitmap(
        Arrays.stream(parts).map(RoaringBitmap::clone).toArray(RoaringBitmap[]::new));
  }

  /** Visits the positions in ascending order. */
  public void forEach(LongConsumer action) {
    for (int high = 0; high < parts.length; high++) {
      long base = (long) high << Integer.SIZE;
      IntIterator positions = parts[high].getIntIterator();
      while (positions.hasNext()) {
        action.accept(base | Integer.toUnsignedLong(positions.next()));
      }
    }
  }

  /** At no position yet; the bitmap must not change while it is used. */
  public PositionCursor cursor() {
    return new PositionCursor(parts);
  }

  /** How much memory the positions take, about. */
  public long sizeBytes() {
    long bytes = 0;
    for (RoaringBitmap part : parts) {
      bytes += part.getLongSizeInBytes();
    }
    return bytes;
  }

  /** The positions in ascending order: long[cardinality]. */
  public long[] toArray() {
    long[] positions = new long[Math.toIntExact(cardinality())];
    int[] next = {0};
    forEach(position -> positions[next[0]++] = position);
    return positions;
  }

  /** The parts by the upper 32 bits of their positions; not to be changed. */
  RoaringBitmap[] parts() {
    return parts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PositionBitmap bitmap && Arrays.equals(trimmed(), bitmap.trimmed());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(trimmed());
  }

  @Override
  public String toString() {
    return cardinality() + " positions";
  }

  private RoaringBitmap part(int high) {
    if (high >= parts.length) {
      int before = parts.length;
      parts = Arrays.copyOf(parts, high + 1);
      for (int added = before; added <= high; added++) {
        parts[added] = new RoaringBitmap();
      }
    }
    return parts[high];
  }

  private RoaringBitmap[] trimmed() {
    int length = parts.length;
    while (length > 0 && parts[length - 1].isEmpty()) {
      length--;
    }
    return Arrays.copyOf(parts, length);
  }
}
