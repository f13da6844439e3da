/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.keys.OffsetSet.Chunk;
import org.jspecify.annotations.Nullable;

/** Offsets of one bucket, as they were at one moment. Immutable. */
public final class FrozenOffsets {
  public static final FrozenOffsets NONE = new FrozenOffsets(0, new Chunk[0]);

  private final long firstChunk;
  private final @Nullable Chunk[] chunks;

  /** Takes ownership of the chunks. */
  FrozenOffsets(long firstChunk, @Nullable Chunk[] chunks) {
    this.firstChunk = firstChunk;
    this.chunks = chunks;
  }

  public boolean contains(long offset) {
    return (word(offset >> 6) >>> offset & 1) != 0;
  }

  /** How many there are of [startOffset, endOffset). */
  public long count(long startOffset, long endOffset) {
    if (startOffset >= endOffset || chunks.length == 0) {
      return 0;
    }
    long firstWord = startOffset >> 6;
    long lastWord = (endOffset - 1) >> 6;
    long fromFirst = -1L << startOffset;
    long upToLast = -1L >>> -endOffset;
    if (firstWord == lastWord) {
      return Long.bitCount(word(firstWord) & fromFirst & upToLast);
    }
    long count =
        Long.bitCount(word(firstWord) & fromFirst) + Long.bitCount(word(lastWord) & upToLast);
    for (long word = firstWord + 1; word < lastWord; word++) {
      count += Long.bitCount(word(word));
    }
    return count;
  }

  /**
   * Those of [startOffset, startOffset + rows) that are not in this set, as rows.
   *
   * @param into gets them in ascending order: int[>= rows]
   * @return how many they are
   */
  public int rowsNotIn(long startOffset, int rows, int[] into) {
    int found = 0;
    for (int row = 0; row < rows; row++) {
      if (!contains(startOffset + row)) {
        into[found++] = row;
      }
    }
    return found;
  }

  private long word(long number) {
    long index = (number >> (OffsetSet.CHUNK_BITS - 6)) - firstChunk;
    if (index < 0 || index >= chunks.length) {
      return 0;
    }
    Chunk chunk = chunks[(int) index];
    return chunk == null ? 0 : chunk.words()[(int) number & (OffsetSet.CHUNK_WORDS - 1)];
  }
}
