/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.jspecify.annotations.Nullable;

/** The repetition or the definition levels of one column's pages. */
final class LevelWriter {
  private final int maxLevel;
  private final @Nullable RunLengthBitPackingHybridEncoder encoder;

  /** long[maxLevel + 1]: how often the page has each level. */
  private final long[] histogram;

  /**
   * @param encoder null if the column has no such levels
   */
  LevelWriter(int maxLevel, @Nullable RunLengthBitPackingHybridEncoder encoder) {
    this.maxLevel = maxLevel;
    this.encoder = encoder;
    histogram = new long[maxLevel + 1];
  }

  /** Appends {@code levels[from, to)}. */
  void append(byte[] levels, int from, int to) {
    if (encoder == null) {
      histogram[0] += to - from;
      return;
    }
    try {
      for (int i = from; i < to; i++) {
        histogram[levels[i]]++;
        encoder.writeInt(levels[i]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Appends the greatest level {@code count} times. */
  void appendMax(int count) {
    histogram[maxLevel] += count;
    if (encoder == null) {
      return;
    }
    try {
      for (int i = 0; i < count; i++) {
        encoder.writeInt(maxLevel);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often the page has the greatest level. */
  long maxCount() {
    return histogram[maxLevel];
  }

  long sizeBytes() {
    return encoder == null ? 0 : encoder.getBufferedSize();
  }

  /** The page's levels, without their length. */
  BytesInput encode() {
    try {
      return encoder == null ? BytesInput.empty() : encoder.toBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The page's levels as pages of version 1 hold them: after their length, or nothing at all. */
  BytesInput encodeWithLength() {
    BytesInput levels = encode();
    return encoder == null
        ? levels
        : BytesInput.concat(BytesInput.fromInt(Math.toIntExact(levels.size())), levels);
  }

  /** The histogram as Parquet's size statistics want it: empty up to {@code omittedLevel}. */
  List<Long> histogram(int omittedLevel) {
    List<Long> counts = new ArrayList<>();
    if (maxLevel > omittedLevel) {
      for (long count : histogram) {
        counts.add(count);
      }
    }
    return counts;
  }

  void finishPage() {
    Arrays.fill(histogram, 0);
    if (encoder != null) {
      encoder.reset();
    }
  }

  void close() {
    if (encoder != null) {
      encoder.close();
    }
  }
}
