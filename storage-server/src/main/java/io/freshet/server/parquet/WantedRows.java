/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * Which of a file's next rows are read.
 *
 * @param firstPosition of these rows in the file
 * @param rows how many rows there are
 * @param wanted int[wanted rows]: which of them are read, counted from the first, ascending
 */
record WantedRows(long firstPosition, int rows, int[] wanted) {
  static WantedRows of(long firstPosition, int rows, LongPredicate isWanted) {
    int[] wanted = new int[rows];
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (isWanted.test(firstPosition + row)) {
        wanted[count++] = row;
      }
    }
    return new WantedRows(
        firstPosition, rows, count == rows ? wanted : Arrays.copyOf(wanted, count));
  }

  int count() {
    return wanted.length;
  }

  /** The position in the file of a wanted row. */
  long position(int index) {
    return firstPosition + wanted[index];
  }

  /** long[wanted rows]: their positions in the file. */
  long[] positions() {
    long[] positions = new long[wanted.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = position(i);
    }
    return positions;
  }
}
