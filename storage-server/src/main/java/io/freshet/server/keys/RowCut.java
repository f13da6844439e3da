/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.overlay.PositionBitmap;
import java.util.Map;

/**
 * The state of a bucket's rows at one offset.
 *
 * @param endOffset changes below it are in this state, and no others
 * @param dead offsets of changes that are not live rows: superseded ones and deletes; of those
 *     since the base
 * @param overlay positions of the base's rows that changes since the base have superseded, by file
 *     number; not to be changed
 */
public record RowCut(long endOffset, FrozenOffsets dead, Map<Integer, PositionBitmap> overlay) {
  /** The state of a bucket whose changes supersede nothing. */
  public static RowCut ofAppends(long endOffset) {
    return new RowCut(endOffset, FrozenOffsets.NONE, Map.of());
  }

  /** How many rows of [startOffset, endOffset) are live. */
  public long liveRows(long startOffset) {
    return endOffset - startOffset - dead.count(startOffset, endOffset);
  }
}
