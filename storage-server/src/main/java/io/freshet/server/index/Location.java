/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

/**
 * Where a row is stored, in 8 bytes: in the fresh tier, by its offset in the bucket's log, or in
 * the lake, by the number that the table has given to the data file and the row's position in it.
 *
 * <pre>
 * fresh  bit 63 is 0    bits 0 to 62: offset
 * lake   bit 63 is 1    bits 33 to 62: file number, 0 to 2^30 - 2    bits 0 to 32: position
 * </pre>
 *
 * <p>File number 2^30 - 1 is kept for {@link #ABSENT} and for marks of the index's own.
 */
public final class Location {
  /** In an array of locations: the key has no row. Equal to no location. */
  public static final long ABSENT = -1;

  public static final int MAX_FILE_NUMBER = (1 << 30) - 2;
  public static final long MAX_POSITION = (1L << 33) - 1;

  /** In tables and runs: the key was removed, whatever older runs say. */
  static final long REMOVED = -2;

  private static final int POSITION_BITS = 33;
  private static final int FILE_MASK = (1 << 30) - 1;

  private Location() {}

  public static long ofFresh(long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("Offset " + offset + " is negative");
    }
    return offset;
  }

  /**
   * @param fileNumber at most {@link #MAX_FILE_NUMBER}
   * @param position of the row in its file, at most {@link #MAX_POSITION}
   */
  public static long ofLake(int fileNumber, long position) {
    if (fileNumber < 0 || fileNumber > MAX_FILE_NUMBER) {
      throw new IllegalArgumentException(
          "File number " + fileNumber + " is not from 0 to " + MAX_FILE_NUMBER);
    }
    if (position < 0 || position > MAX_POSITION) {
      throw new IllegalArgumentException(
          "Position " + position + " is not from 0 to " + MAX_POSITION);
    }
    return Long.MIN_VALUE | (long) fileNumber << POSITION_BITS | position;
  }

  public static boolean isAbsent(long location) {
    return location == ABSENT;
  }

  public static boolean isFresh(long location) {
    return location >= 0;
  }

  public static boolean isLake(long location) {
    return location < 0 && fileNumber(location) <= MAX_FILE_NUMBER;
  }

  /** The offset of a location that {@link #isFresh}. */
  public static long freshOffset(long location) {
    return location;
  }

  /** The file number of a location that {@link #isLake}. */
  public static int fileNumber(long location) {
    return (int) (location >>> POSITION_BITS) & FILE_MASK;
  }

  /** The position of a location that {@link #isLake}. */
  public static long position(long location) {
    return location & MAX_POSITION;
  }

  /** How a location reads in messages. */
  public static String describe(long location) {
    if (isFresh(location)) {
      return "fresh offset " + freshOffset(location);
    }
    return isLake(location)
        ? "lake file " + fileNumber(location) + " position " + position(location)
        : "absent";
  }
}
