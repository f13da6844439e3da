/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.arrow;

import io.trino.spi.block.Block;
import java.util.stream.IntStream;
import org.apache.arrow.vector.complex.ListVector;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of lists and maps belong to which row. Arrow lets a null row have entries; Trino
 * does not.
 *
 * @param offsets int[rows + 1], from 0
 * @param start the first entry, if they are all those from there on
 * @param selected the entries one by one, if some are left out
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Entries(int[] offsets, int start, int @Nullable [] selected) {
  static Entries of(ListVector vector, long @Nullable [] valid) {
    int rows = vector.getValueCount();
    int[] offsets = ArrowBlocks.offsets(vector.getOffsetBuffer(), rows);
    if (valid == null
        || IntStream.range(0, rows)
            .allMatch(row -> Validity.isValid(valid, row) || offsets[row] == offsets[row + 1])) {
      int start = ArrowBlocks.rebase(offsets);
      return new Entries(offsets, start, null);
    }
    int[] selected =
        IntStream.range(0, rows)
            .filter(row -> Validity.isValid(valid, row))
            .flatMap(row -> IntStream.range(offsets[row], offsets[row + 1]))
            .toArray();
    int[] dense = new int[rows + 1];
    for (int row = 0; row < rows; row++) {
      int entries = Validity.isValid(valid, row) ? offsets[row + 1] - offsets[row] : 0;
      dense[row + 1] = dense[row] + entries;
    }
    return new Entries(dense, 0, selected);
  }

  Block select(Block all) {
    int entries = offsets[offsets.length - 1];
    if (selected != null) {
      return all.copyPositions(selected, 0, entries);
    }
    return start == 0 && entries == all.getPositionCount() ? all : all.getRegion(start, entries);
  }
}
