/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.util.Arrays;

/**
 * Where in a segment some of its batches are, at least one in {@link #SPACING_BYTES}. One thread
 * adds, any thread looks up.
 */
final class SegmentIndex {
  private static final long SPACING_BYTES = 64 << 10;

  /** Both [count]: start offset of a batch, and where its entry begins; both grow. */
  private long[] offsets = new long[16];

  private long[] positions = new long[16];
  private int count;

  /** Notes a batch that follows all noted before. */
  synchronized void add(long startOffset, long position) {
    if (count > 0 && position - positions[count - 1] < SPACING_BYTES) {
      return;
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * count);
      positions = Arrays.copyOf(positions, 2 * count);
    }
    offsets[count] = startOffset;
    positions[count] = position;
    count++;
  }

  /** Positions of the batches that are noted, growing. */
  synchronized long[] positions() {
    return Arrays.copyOf(positions, count);
  }

  /**
   * The position of an entry from which {@code offset} is found going forward; the segment header's
   * end if nothing is noted.
   */
  synchronized long positionBefore(long offset) {
    int found = Arrays.binarySearch(offsets, 0, count, offset);
    int index = found >= 0 ? found : -found - 2;
    return index < 0 ? SegmentFormatV1.SEGMENT_HEADER_BYTES : positions[index];
  }
}
