/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.keys.RowCut;
import io.freshet.server.table.UnionLease;
import org.apache.iceberg.DataFile;

/**
 * A data file of fresh rows.
 *
 * @param origins long[rows]: for each position, the row's bucket and offset as {@link #pack} makes
 *     them
 */
record FreshFile(DataFile file, long[] origins) {
  private static final int OFFSET_BITS = 48;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  static long pack(int bucket, long offset) {
    return (long) bucket << OFFSET_BITS | offset;
  }

  /** Positions of rows that a union snapshot has in its base, or that later changes superseded. */
  PositionBitmap deadRows(UnionLease lease) {
    PositionBitmap dead = new PositionBitmap();
    for (int position = 0; position < origins.length; position++) {
      int bucket = (int) (origins[position] >>> OFFSET_BITS);
      long offset = origins[position] & OFFSET_MASK;
      RowCut cut = lease.cuts().get(bucket);
      if (offset < lease.base().tiered().of(bucket) || cut.dead().contains(offset)) {
        dead.add(position);
      }
    }
    return dead;
  }
}
