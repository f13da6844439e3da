/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A growing set of offsets of one bucket. Frozen copies share its memory: a chunk is copied when it
 * changes for the first time after it was frozen. For one thread.
 */
final class OffsetSet {
  static final int CHUNK_BITS = 12;
  static final int CHUNK_WORDS = 1 << (CHUNK_BITS - 6);

  private @Nullable Chunk[] chunks = new Chunk[8];
  private long firstChunk;
  private long version;

  /** 4096 bits, one for each offset, and the version of the set in which they were copied last. */
  record Chunk(long[] words, long version) {}

  /**
   * @param startOffset no offset below it will be added
   */
  OffsetSet(long startOffset) {
    this.firstChunk = startOffset >> CHUNK_BITS;
  }

  void add(long offset) {
    int index = Math.toIntExact((offset >> CHUNK_BITS) - firstChunk);
    if (index < 0) {
      throw new IllegalArgumentException(
          "Offset " + offset + " is below " + (firstChunk << CHUNK_BITS));
    }
    if (index >= chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(index + 1, chunks.length * 2));
    }
    Chunk chunk = chunks[index];
    if (chunk == null) {
      chunk = new Chunk(new long[CHUNK_WORDS], version);
      chunks[index] = chunk;
    } else if (chunk.version != version) {
      chunk = new Chunk(chunk.words.clone(), version);
      chunks[index] = chunk;
    }
    chunk.words[(int) (offset >> 6) & (CHUNK_WORDS - 1)] |= 1L << offset;
  }

  /** The set as it is now. */
  FrozenOffsets freeze() {
    version++;
    return new FrozenOffsets(firstChunk, chunks.clone());
  }

  /** Forgets offsets below {@code offset}, as far as that frees memory. */
  void dropBelow(long offset) {
    int dropped = (int) Math.min(chunks.length, (offset >> CHUNK_BITS) - firstChunk);
    if (dropped > 0) {
      chunks = Arrays.copyOfRange(chunks, dropped, Math.max(dropped + 8, chunks.length));
      firstChunk = offset >> CHUNK_BITS;
    }
  }
}
