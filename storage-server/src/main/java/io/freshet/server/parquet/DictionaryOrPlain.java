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
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Whether a column chunk's pages are dictionary-encoded, by the rules of parquet-java: each chunk
 * starts with a dictionary; it gives it up for its remaining pages when the dictionary outgrows its
 * limit, or when it does not make the first page smaller.
 */
final class DictionaryOrPlain {
  private static final int INITIAL_BYTES = 4096;

  /** The distinct values of a chunk; ids count from 0 in the order of first appearance. */
  interface Dictionary {
    int size();

    /** The size of all entries in plain encoding. */
    long sizeBytes();

    void writeTo(ValuesWriter writer, int id);

    void clear();
  }

  private final Dictionary dictionary;
  private final ValuesWriter plain;
  private final ValuesWriter dictionaryWriter;
  private final int maxDictionaryBytes;
  private final boolean mayUseDictionary;
  private final Encoding dataEncoding;
  private final Encoding dictionaryEncoding;

  private boolean usesDictionary;
  private boolean isFirstPage = true;
  private int entriesInPages;

  /** int[]: the ids of the page's values; the first {@link #count} are valid. */
  private int[] ids = new int[0];

  private int count;
  private @Nullable RunLengthBitPackingHybridEncoder encoder;

  DictionaryOrPlain(
      Dictionary dictionary, ColumnEncoding encoding, ValuesWriter plain, ValuesWriter entries) {
    this.dictionary = dictionary;
    this.plain = plain;
    dictionaryWriter = entries;
    maxDictionaryBytes = encoding.maxDictionaryBytes();
    mayUseDictionary = encoding.mayUseDictionary();
    dataEncoding = encoding.isVersion2() ? Encoding.RLE_DICTIONARY : Encoding.PLAIN_DICTIONARY;
    dictionaryEncoding = encoding.isVersion2() ? Encoding.PLAIN : Encoding.PLAIN_DICTIONARY;
    usesDictionary = mayUseDictionary;
  }

  boolean usesDictionary() {
    return usesDictionary;
  }

  /** Room for {@code more} ids, which the caller fills from index {@link #count} on. */
  int[] reserve(int more) {
    if (ids.length < count + more) {
      ids = Arrays.copyOf(ids, Math.max(count + more, ids.length * 2));
    }
    return ids;
  }

  int count() {
    return count;
  }

  /** Tells that {@code more} ids were filled in. */
  void added(int more) {
    count += more;
    if (dictionary.sizeBytes() > maxDictionaryBytes) {
      fallBack();
    }
  }

  ValuesWriter plain() {
    return plain;
  }

  BytesInput encode(long plainSizeBytes) {
    if (!usesDictionary) {
      return plain.getBytes();
    }
    BytesInput bytes = encodeIds();
    if (isFirstPage && bytes.size() + dictionary.sizeBytes() >= plainSizeBytes) {
      fallBack();
      return plain.getBytes();
    }
    entriesInPages = dictionary.size();
    return bytes;
  }

  private BytesInput encodeIds() {
    int bitWidth = BytesUtils.getWidthFromMaxInt(dictionary.size() - 1);
    RunLengthBitPackingHybridEncoder runs =
        new RunLengthBitPackingHybridEncoder(
            bitWidth,
            Math.min(INITIAL_BYTES, maxDictionaryBytes),
            maxDictionaryBytes,
            HeapByteBufferAllocator.getInstance());
    encoder = runs;
    try {
      for (int i = 0; i < count; i++) {
        runs.writeInt(ids[i]);
      }
      return BytesInput.concat(BytesInput.from(new byte[] {(byte) bitWidth}), runs.toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Encoding encoding() {
    return usesDictionary ? dataEncoding : plain.getEncoding();
  }

  void finishPage() {
    isFirstPage = false;
    count = 0;
    plain.reset();
    closeEncoder();
  }

  @Nullable DictionaryPage finishChunk() {
    dictionaryWriter.reset();
    DictionaryPage page = null;
    if (entriesInPages > 0) {
      for (int id = 0; id < entriesInPages; id++) {
        dictionary.writeTo(dictionaryWriter, id);
      }
      page = new DictionaryPage(dictionaryWriter.getBytes(), entriesInPages, dictionaryEncoding);
    }
    dictionary.clear();
    entriesInPages = 0;
    isFirstPage = true;
    usesDictionary = mayUseDictionary;
    return page;
  }

  void close() {
    closeEncoder();
    plain.close();
    dictionaryWriter.close();
  }

  private void fallBack() {
    for (int i = 0; i < count; i++) {
      dictionary.writeTo(plain, ids[i]);
    }
    count = 0;
    usesDictionary = false;
  }

  private void closeEncoder() {
    if (encoder != null) {
      encoder.close();
      encoder = null;
    }
  }
}
