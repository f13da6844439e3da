/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.keys;

import io.freshet.server.index.KeyHashes;
import io.freshet.server.index.KeyIndex;
import io.freshet.server.index.Location;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * What the changes of one batch supersede, found before they go to the log.
 *
 * @param startOffset of the first change
 * @param generation the index that has their keys now
 * @param shadowed what that index had for their keys before, to undo the decision
 * @param isDelete of each row: boolean[rows]
 * @param previous locations of the rows that they supersede, or ABSENT: long[rows]
 */
public record Decision(
    long startOffset,
    KeyHashes keys,
    KeyIndex generation,
    long[] shadowed,
    boolean[] isDelete,
    long[] previous) {
  int rows() {
    return keys.count();
  }

  /** Has the rows that are superseded at other places, before the changes are applied. */
  void movePrevious(LongUnaryOperator moves) {
    Arrays.setAll(previous, row -> moves.applyAsLong(previous[row]));
  }

  /** Writes into the batch which upserts are inserts and which are updates. */
  public void describe(ChangeCodes codes) {
    for (int row = 0; row < rows(); row++) {
      if (!isDelete[row]) {
        codes.setUpsert(row, Location.isAbsent(previous[row]));
      }
    }
  }
}
