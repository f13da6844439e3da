/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/**
 * Where the pages of one column are in one row group.
 *
 * @param offsets long[pages] in the file
 * @param sizes int[pages] in bytes, with their headers
 * @param firstRows long[pages + 1]: position in the file of each one's first row; the last is where
 *     the row group ends
 * @param dictionary of the pages that use it
 * @param dictionaryBytes its size in memory, about
 */
record PageChunk(
    ColumnDescriptor column,
    CompressionCodecName codec,
    long[] offsets,
    int[] sizes,
    long[] firstRows,
    @Nullable Dictionary dictionary,
    long dictionaryBytes)
    implements PageCache.Cached {
  private static final int PAGE_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;

  boolean contains(long position) {
    return position >= firstRows[0] && position < firstRows[offsets.length];
  }

  /** The page that has a position, which the row group has. */
  int pageOf(long position) {
    int low = 0;
    int high = offsets.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (firstRows[middle] <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  int rows(int page) {
    return (int) (firstRows[page + 1] - firstRows[page]);
  }

  @Override
  public long sizeBytes() {
    return (long) offsets.length * PAGE_BYTES + dictionaryBytes;
  }
}
