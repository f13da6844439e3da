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

/** Values of Parquet's BOOLEAN columns. */
final class BooleanValues implements PageValues {
  private final LeafVectors vectors;
  private final ValuesWriter plain;
  private int pageValues;
  private int pageTrues;

  BooleanValues(LeafVectors vectors, ColumnEncoding encoding) {
    this.vectors = vectors;
    plain = encoding.newPlainWriter();
  }

  @Override
  public void startChunk(@Nullable BloomFilter filter) {
    // A Bloom filter over two values can't tell anything.
  }

  @Override
  public void append(Positions positions, int from, int to) {
    boolean isRange = positions.isRange();
    long[] packed = positions.packed();
    for (int i = from; i < to; i++) {
      int batch = isRange ? positions.batch() : RowOrigins.batchOf(packed[i]);
      int index = isRange ? positions.start() + i : RowOrigins.rowOf(packed[i]);
      int bit = MemoryUtil.getByte(vectors.data[batch] + (index >> 3)) >> (index & 7) & 1;
      plain.writeBoolean(bit != 0);
      pageTrues += bit;
    }
    pageValues += to - from;
  }

  @Override
  public long pageSizeBytes() {
    return plain.getBufferedSize();
  }

  @Override
  public long unencodedBytes() {
    return 0;
  }

  @Override
  public BytesInput encode() {
    return plain.getBytes();
  }

  @Override
  public Encoding encoding() {
    return plain.getEncoding();
  }

  @Override
  public void addBounds(Statistics<?> statistics) {
    if (pageTrues < pageValues) {
      statistics.updateStats(false);
    }
    if (pageTrues > 0) {
      statistics.updateStats(true);
    }
  }

  @Override
  public void finishPage() {
    plain.reset();
    pageValues = 0;
    pageTrues = 0;
  }

  @Override
  public @Nullable DictionaryPage finishChunk() {
    return null;
  }

  @Override
  public void close() {
    plain.close();
  }
}
