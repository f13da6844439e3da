/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.jspecify.annotations.Nullable;

/** Values of Parquet's INT32, INT64, FLOAT and DOUBLE columns. */
final class NumberValues implements PageValues {
  private final LeafVectors vectors;
  private final NumberKind kind;

  /** Bytes from one value to the next in a vector: 16 for decimals, else the width. */
  private final int stride;

  private final LongDictionary dictionary;
  private final DictionaryOrPlain pages;
  private final @Nullable FloatingPointMetrics metrics;

  private long[] numbers = new long[0];
  private int pageValues;
  private long min;
  private long max;
  private boolean hasBounds;
  private double minDouble;
  private double maxDouble;
  private long nanCount;
  private @Nullable BloomFilter bloomFilter;
  private int entriesInFilter;

  NumberValues(
      LeafVectors vectors,
      NumberKind kind,
      int stride,
      ColumnEncoding encoding,
      @Nullable FloatingPointMetrics metrics) {
    this.vectors = vectors;
    this.kind = kind;
    this.stride = stride;
    this.metrics = metrics;
    dictionary = new LongDictionary(kind);
    pages =
        new DictionaryOrPlain(
            dictionary, encoding, encoding.newPlainWriter(), encoding.newEntriesWriter());
  }

  @Override
  public void startChunk(@Nullable BloomFilter filter) {
    bloomFilter = filter;
    entriesInFilter = 0;
  }

  @Override
  public void append(Positions positions, int from, int to) {
    int count = to - from;
    if (numbers.length < count) {
      numbers = new long[count];
    }
    if (positions.isRange()) {
      loadRange(positions.batch(), positions.start() + from, count);
    } else {
      loadList(positions.packed(), from, count);
    }
    pageValues += count;
    if (kind.isFloatingPoint()) {
      addFloatingPointBounds(count);
    } else {
      addBounds(count);
    }
    if (pages.usesDictionary()) {
      dictionary.ids(numbers, count, pages.reserve(count), pages.count());
      addEntriesToFilter();
      pages.added(count);
    } else {
      writePlain(count);
    }
  }

  private void loadRange(int batch, int start, int count) {
    long address = vectors.data[batch] + (long) start * stride;
    if (kind.widthBytes() == Integer.BYTES) {
      for (int i = 0; i < count; i++, address += stride) {
        numbers[i] = MemoryUtil.getInt(address);
      }
    } else {
      for (int i = 0; i < count; i++, address += stride) {
        numbers[i] = MemoryUtil.getLong(address);
      }
    }
  }

  private void loadList(long[] packed, int from, int count) {
    long[] data = vectors.data;
    boolean isInt = kind.widthBytes() == Integer.BYTES;
    for (int i = 0; i < count; i++) {
      long position = packed[from + i];
      long address =
          data[RowOrigins.batchOf(position)] + (long) RowOrigins.rowOf(position) * stride;
      numbers[i] = isInt ? MemoryUtil.getInt(address) : MemoryUtil.getLong(address);
    }
  }

  private void addBounds(int count) {
    if (count == 0) {
      return;
    }
    long least = hasBounds ? min : Long.MAX_VALUE;
    long greatest = hasBounds ? max : Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, numbers[i]);
      greatest = Math.max(greatest, numbers[i]);
    }
    min = least;
    max = greatest;
    hasBounds = true;
  }

  /** Bounds leave NaN out, and order -0.0 before 0.0. */
  private void addFloatingPointBounds(int count) {
    for (int i = 0; i < count; i++) {
      double number = kind.toDouble(numbers[i]);
      if (Double.isNaN(number)) {
        nanCount++;
      } else if (!hasBounds) {
        minDouble = number;
        maxDouble = number;
        hasBounds = true;
      } else {
        minDouble = Math.min(minDouble, number);
        maxDouble = Math.max(maxDouble, number);
      }
    }
  }

  private void writePlain(int count) {
    ValuesWriter plain = pages.plain();
    switch (kind) {
      case INT -> {
        for (int i = 0; i < count; i++) {
          plain.writeInteger((int) numbers[i]);
        }
      }
      case LONG -> {
        for (int i = 0; i < count; i++) {
          plain.writeLong(numbers[i]);
        }
      }
      case FLOAT -> {
        for (int i = 0; i < count; i++) {
          plain.writeFloat(Float.intBitsToFloat((int) numbers[i]));
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < count; i++) {
          plain.writeDouble(Double.longBitsToDouble(numbers[i]));
        }
      }
    }
    BloomFilter filter = bloomFilter;
    if (filter != null) {
      for (int i = 0; i < count; i++) {
        filter.insertHash(kind.hash(filter, numbers[i]));
      }
    }
  }

  private void addEntriesToFilter() {
    BloomFilter filter = bloomFilter;
    if (filter != null) {
      for (; entriesInFilter < dictionary.size(); entriesInFilter++) {
        filter.insertHash(kind.hash(filter, dictionary.value(entriesInFilter)));
      }
    }
  }

  @Override
  public long pageSizeBytes() {
    return (long) pageValues * kind.widthBytes();
  }

  @Override
  public long unencodedBytes() {
    return 0;
  }

  @Override
  public BytesInput encode() {
    return pages.encode(pageSizeBytes());
  }

  @Override
  public Encoding encoding() {
    return pages.encoding();
  }

  @Override
  public void addBounds(Statistics<?> statistics) {
    if (hasBounds && kind.isFloatingPoint()) {
      addDouble(statistics, minDouble);
      addDouble(statistics, maxDouble);
      if (metrics != null) {
        metrics.addBounds(minDouble, maxDouble);
      }
    } else if (hasBounds) {
      kind.addTo(statistics, min);
      kind.addTo(statistics, max);
    }
    if (nanCount > 0) {
      addDouble(statistics, Double.NaN);
      if (metrics != null) {
        metrics.addNaNs(nanCount);
      }
    }
  }

  private void addDouble(Statistics<?> statistics, double number) {
    if (kind == NumberKind.FLOAT) {
      statistics.updateStats((float) number);
    } else {
      statistics.updateStats(number);
    }
  }

  @Override
  public void finishPage() {
    pages.finishPage();
    pageValues = 0;
    hasBounds = false;
    nanCount = 0;
  }

  @Override
  public @Nullable DictionaryPage finishChunk() {
    return pages.finishChunk();
  }

  @Override
  public void close() {
    pages.close();
  }
}
