/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.jspecify.annotations.Nullable;

/**
 * The values, without the nulls, of one column chunk, one page after the other. Calls come in this
 * order: {@code startChunk}; any number of pages, each {@code append* encode encoding finishPage};
 * {@code finishChunk}.
 */
interface PageValues {
  /**
   * @param filter to which the chunk's values are added; null for none
   */
  void startChunk(@Nullable BloomFilter filter);

  /** Appends the values at positions {@code from} (inclusive) to {@code to} (exclusive). */
  void append(Positions positions, int from, int to);

  /** The size of the page's values in plain encoding, which decides when a page is full. */
  long pageSizeBytes();

  /** Bytes of values of variable width in the page, without their lengths. */
  long unencodedBytes();

  /** Valid until {@link #finishPage}. */
  BytesInput encode();

  /** The encoding of what {@link #encode} returned. */
  Encoding encoding();

  /** Adds the page's least and greatest values to {@code statistics}. */
  void addBounds(Statistics<?> statistics);

  void finishPage();

  /**
   * The chunk's dictionary page, if any page of the chunk used it. Valid until the next chunk ends.
   */
  @Nullable DictionaryPage finishChunk();

  void close();
}
