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
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Values of Parquet's BINARY and FIXED_LEN_BYTE_ARRAY columns. */
final class BytesValues implements PageValues {
  private final BytesLoader loader;
  private final PrimitiveType type;
  private final boolean isFixedLength;

  /** Whether the type's order is that of unsigned bytes, so that first bytes can decide it. */
  private final boolean isOrderedByBytes;

  private final BytesDictionary dictionary;
  private final DictionaryOrPlain pages;

  private int pageValues;
  private long pageBytes;
  private Statistics<?> bounds;

  /** The first bytes of the page's bounds, as unsigned numbers that order like the strings. */
  private long minPrefix;

  private long maxPrefix;

  /** int[]: for each dictionary id, the number of the last page whose bounds it was added to. */
  private int[] lastPage = new int[0];

  private int page = 1;
  private @Nullable BloomFilter bloomFilter;
  private int entriesInFilter;

  BytesValues(BytesLoader loader, boolean isDecimal, ColumnEncoding encoding) {
    this.loader = loader;
    type = encoding.column().getPrimitiveType();
    isFixedLength = type.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
    isOrderedByBytes = !isDecimal;
    dictionary = new BytesDictionary(isFixedLength);
    pages =
        new DictionaryOrPlain(
            dictionary, encoding, encoding.newPlainWriter(), encoding.newEntriesWriter());
    bounds = Statistics.createStats(type);
  }

  @Override
  public void startChunk(@Nullable BloomFilter filter) {
    bloomFilter = filter;
    entriesInFilter = 0;
  }

  @Override
  public void append(Positions positions, int from, int to) {
    int count = to - from;
    loader.load(positions, from, to);
    pageValues += count;
    pageBytes += count == 0 ? 0 : loader.starts()[count];
    if (pages.usesDictionary()) {
      appendIds(count);
    } else {
      appendPlain(count);
    }
  }

  private void appendIds(int count) {
    byte[] bytes = loader.bytes();
    int[] starts = loader.starts();
    int[] ids = pages.reserve(count);
    int first = pages.count();
    for (int i = 0; i < count; i++) {
      int id = dictionary.id(bytes, starts[i], starts[i + 1] - starts[i]);
      ids[first + i] = id;
      if (id >= lastPage.length) {
        lastPage = Arrays.copyOf(lastPage, Math.max(id + 1, lastPage.length * 2));
      }
      if (lastPage[id] != page) {
        lastPage[id] = page;
        bounds.updateStats(dictionary.value(id));
      }
    }
    if (count > 0) {
      rememberPrefixes();
    }
    BloomFilter filter = bloomFilter;
    if (filter != null) {
      for (; entriesInFilter < dictionary.size(); entriesInFilter++) {
        filter.insertHash(filter.hash(dictionary.value(entriesInFilter)));
      }
    }
    pages.added(count);
  }

  private void appendPlain(int count) {
    byte[] bytes = loader.bytes();
    int[] starts = loader.starts();
    ValuesWriter plain = pages.plain();
    BloomFilter filter = bloomFilter;
    for (int i = 0; i < count; i++) {
      int length = starts[i + 1] - starts[i];
      Binary value = Binary.fromReusedByteArray(bytes, starts[i], length);
      plain.writeBytes(value);
      if (!isWithinBounds(bytes, starts[i], length)) {
        bounds.updateStats(value);
        rememberPrefixes();
      }
      if (filter != null) {
        filter.insertHash(filter.hash(value));
      }
    }
  }

  /** Whether a value is surely no new bound of the page; looks at its first bytes only. */
  private boolean isWithinBounds(byte[] bytes, int start, int length) {
    if (!isOrderedByBytes || !bounds.hasNonNullValue()) {
      return false;
    }
    long prefix = Long.reverseBytes(BytesDictionary.word(bytes, start, length));
    return Long.compareUnsigned(prefix, minPrefix) > 0
        && Long.compareUnsigned(prefix, maxPrefix) < 0;
  }

  private void rememberPrefixes() {
    minPrefix = prefix((Binary) bounds.genericGetMin());
    maxPrefix = prefix((Binary) bounds.genericGetMax());
  }

  private static long prefix(Binary value) {
    byte[] padded = Arrays.copyOf(value.getBytesUnsafe(), Long.BYTES);
    return Long.reverseBytes(BytesDictionary.word(padded, 0, Math.min(value.length(), Long.BYTES)));
  }

  @Override
  public long pageSizeBytes() {
    return pageBytes + (isFixedLength ? 0 : (long) pageValues * Integer.BYTES);
  }

  @Override
  public long unencodedBytes() {
    return isFixedLength ? 0 : pageBytes;
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
    if (bounds.hasNonNullValue()) {
      statistics.updateStats((Binary) bounds.genericGetMin());
      statistics.updateStats((Binary) bounds.genericGetMax());
    }
  }

  @Override
  public void finishPage() {
    pages.finishPage();
    pageValues = 0;
    pageBytes = 0;
    bounds = Statistics.createStats(type);
    page++;
  }

  @Override
  public @Nullable DictionaryPage finishChunk() {
    Arrays.fill(lastPage, 0);
    return pages.finishChunk();
  }

  @Override
  public void close() {
    pages.close();
  }
}
