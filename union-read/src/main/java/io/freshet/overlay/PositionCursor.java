/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.overlay;

import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** Walks through the positions of a bitmap, in ascending order. For one thread. */
public final class PositionCursor {
  private final RoaringBitmap[] parts;
  private int high;
  private PeekableIntIterator lows;

  PositionCursor(RoaringBitmap[] parts) {
    this.parts = parts;
    this.lows = lows(0);
  }

  /** Goes on to the first position that is not below {@code least}; false if there is none. */
  public boolean advanceTo(long least) {
    int wanted = (int) (least >>> Integer.SIZE);
    if (wanted > high) {
      high = wanted;
      lows = lows(high);
    }
    if (wanted == high && lows.hasNext()) {
      lows.advanceIfNeeded((int) least);
    }
    return isAtPosition();
  }

  /** Goes on to the position behind the current one; false if there is none. */
  public boolean advance() {
    lows.next();
    return isAtPosition();
  }

  /** The current position, of which the last call said that it is there. */
  public long position() {
    return (long) high << Integer.SIZE | Integer.toUnsignedLong(lows.peekNext());
  }

  private boolean isAtPosition() {
    while (!lows.hasNext()) {
      if (high + 1 >= parts.length) {
        return false;
      }
      high++;
      lows = lows(high);
    }
    return true;
  }

  private PeekableIntIterator lows(int part) {
    return part < parts.length
        ? parts[part].getIntIterator()
        : new RoaringBitmap().getIntIterator();
  }
}
