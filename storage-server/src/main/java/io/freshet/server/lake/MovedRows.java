/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import java.util.List;

/**
 * Where the rows of a file that was rewritten are now. Takes eight bytes for each row, live or not.
 */
public final class MovedRows {
  private static final int POSITION_BITS = 40;
  private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;

  /** Rows of a chunk: 256 KB, since collectors stop longer for large arrays. */
  private static final int CHUNK_BITS = 15;

  private static final int CHUNK_ROWS = 1 << CHUNK_BITS;

  private final List<String> files;

  /**
   * For each row of the old file: 0 for a row that was deleted, else one more than the new
   * position, and the new file's index in the upper bits.
   */
  private final long[][] places;

  private final long rows;

  /**
   * @param rows how many rows the old file has, with those that were deleted
   * @param files locations of the new files
   */
  public MovedRows(long rows, List<String> files) {
    this.files = List.copyOf(files);
    this.rows = rows;
    this.places = new long[Math.toIntExact((rows + CHUNK_ROWS - 1) >> CHUNK_BITS)][];
    for (int chunk = 0; chunk < places.length; chunk++) {
      long left = rows - ((long) chunk << CHUNK_BITS);
      places[chunk] = new long[(int) Math.min(CHUNK_ROWS, left)];
    }
  }

  /** Notes where a live row went; the file is an index into those given. */
  public void move(long oldPosition, int newFile, long newPosition) {
    places[chunk(oldPosition)][inChunk(oldPosition)] =
        ((long) newFile << POSITION_BITS) | (newPosition + 1);
  }

  /** How many rows the old file has. */
  public long rows() {
    return rows;
  }

  /** Whether the row at a position was live, and so is in one of the new files. */
  public boolean isMoved(long oldPosition) {
    return places[chunk(oldPosition)][inChunk(oldPosition)] != 0;
  }

  /** The location of the new file of a row that was moved. */
  public String file(long oldPosition) {
    return files.get((int) (place(oldPosition) >>> POSITION_BITS));
  }

  /** The new position of a row that was moved. */
  public long position(long oldPosition) {
    return (place(oldPosition) & POSITION_MASK) - 1;
  }

  private long place(long oldPosition) {
    long place = places[chunk(oldPosition)][inChunk(oldPosition)];
    if (place == 0) {
      throw new IllegalArgumentException(
          "The row at position " + oldPosition + " was deleted before its file was rewritten");
    }
    return place;
  }

  private static int chunk(long oldPosition) {
    return (int) (oldPosition >> CHUNK_BITS);
  }

  private static int inChunk(long oldPosition) {
    return (int) (oldPosition & (CHUNK_ROWS - 1));
  }
}
