/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.airlift.slice.Slice;
import io.airlift.slice.Slices;
import io.trino.spi.block.IntArrayBlock;
import io.trino.spi.block.LongArrayBlock;
import io.trino.spi.block.VariableWidthBlock;
import java.util.Arrays;
import java.util.Optional;

/**
 * Rows of a page, as runs of adjacent ones.
 *
 * @param starts int[runs or more], the first row of each run, ascending
 * @param ends int[runs or more], the row behind the last one of each run
 * @param rows in all runs
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record RowRuns(int[] starts, int[] ends, int runs, int rows) {
  /** The rows one by one: int[rows]. */
  int[] positions() {
    int[] positions = new int[rows];
    int next = 0;
    for (int run = 0; run < runs; run++) {
      for (int row = starts[run]; row < ends[run]; row++) {
        positions[next++] = row;
      }
    }
    return positions;
  }

  /** The values of these rows. */
  LongArrayBlock copy(LongArrayBlock block) {
    long[] values = new long[rows];
    int to = 0;
    for (int run = 0; run < runs; run++) {
      int length = ends[run] - starts[run];
      System.arraycopy(
          block.getRawValues(), block.getRawValuesOffset() + starts[run], values, to, length);
      to += length;
    }
    return new LongArrayBlock(rows, Optional.empty(), values);
  }

  /** The values of these rows. */
  IntArrayBlock copy(IntArrayBlock block) {
    int[] values = new int[rows];
    int to = 0;
    for (int run = 0; run < runs; run++) {
      int length = ends[run] - starts[run];
      System.arraycopy(
          block.getRawValues(), block.getRawValuesOffset() + starts[run], values, to, length);
      to += length;
    }
    return new IntArrayBlock(rows, Optional.empty(), values);
  }

  /** The values of these rows. */
  VariableWidthBlock copy(VariableWidthBlock block) {
    int[] offsets = block.getRawOffsets();
    int base = block.getRawArrayBase();
    int[] newOffsets = new int[rows + 1];
    int next = 0;
    for (int run = 0; run < runs; run++) {
      int shift = offsets[base + starts[run]] - newOffsets[next];
      for (int row = base + starts[run] + 1; row <= base + ends[run]; row++) {
        newOffsets[++next] = offsets[row] - shift;
      }
    }
    Slice bytes = block.getRawSlice();
    byte[] newBytes = new byte[newOffsets[rows]];
    int to = 0;
    for (int run = 0; run < runs; run++) {
      int from = offsets[base + starts[run]];
      int length = offsets[base + ends[run]] - from;
      bytes.getBytes(from, newBytes, to, length);
      to += length;
    }
    return new VariableWidthBlock(
        rows, Slices.wrappedBuffer(newBytes), newOffsets, Optional.empty());
  }

  /** Collects the rows between those that are hidden. */
  static final class Builder {
    private static final int FIRST_RUNS = 64;

    private int[] starts = new int[FIRST_RUNS];
    private int[] ends = new int[FIRST_RUNS];
    private int runs;
    private int rows;
    private int next;

    /** Leaves a row out; rows come in ascending order. */
    void hide(int row) {
      addUntil(row);
      next = row + 1;
    }

    /**
     * All rows that were not hidden.
     *
     * @param pageRows how many rows the page has
     */
    RowRuns build(int pageRows) {
      addUntil(pageRows);
      return new RowRuns(starts, ends, runs, rows);
    }

    private void addUntil(int end) {
      if (end == next) {
        return;
      }
      if (runs == starts.length) {
        starts = Arrays.copyOf(starts, runs * 2);
        ends = Arrays.copyOf(ends, runs * 2);
      }
      starts[runs] = next;
      ends[runs] = end;
      runs++;
      rows += end - next;
    }
  }
}
