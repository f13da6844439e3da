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
import java.util.ArrayList;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BloomFilter;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.jspecify.annotations.Nullable;

/**
 * Writes one leaf column: cuts its values into pages and gives these to the page writer of the
 * current row group. Used by one thread at a time.
 */
final class LeafColumn {
  /** How much of the page size may stay unused, like in parquet-java. */
  private static final double PAGE_SIZE_TOLERANCE = 0.1;

  private final ColumnDescriptor column;
  private final ColumnEncoding encoding;
  private final LeafShredder shredder;
  private final PageValues values;
  private final LevelWriter repetitions;
  private final LevelWriter definitions;
  private final @Nullable FloatingPointMetrics metrics;

  private @Nullable PageWriter pages;
  private @Nullable ColumnChunkPageWriteStore store;
  private @Nullable BloomFilter bloomFilter;
  private int pageRows;
  private int pageSlots;
  private int rowsUntilCheck;

  LeafColumn(
      ColumnEncoding encoding,
      LeafShredder shredder,
      PageValues values,
      @Nullable FloatingPointMetrics metrics) {
    this.column = encoding.column();
    this.encoding = encoding;
    this.shredder = shredder;
    this.values = values;
    this.metrics = metrics;
    ParquetProperties properties = encoding.properties();
    int maxRepetition = column.getMaxRepetitionLevel();
    int maxDefinition = column.getMaxDefinitionLevel();
    repetitions =
        new LevelWriter(
            maxRepetition,
            maxRepetition == 0 ? null : properties.newRepetitionLevelEncoder(column));
    definitions =
        new LevelWriter(
            maxDefinition,
            maxDefinition == 0 ? null : properties.newDefinitionLevelEncoder(column));
    rowsUntilCheck = properties.getMinRowCountForPageSizeCheck();
  }

  @Nullable FloatingPointMetrics metrics() {
    return metrics;
  }

  /** Starts a column chunk. The store is borrowed until {@link #finishChunk}. */
  void startChunk(ColumnChunkPageWriteStore chunkStore) {
    store = chunkStore;
    pages = chunkStore.getPageWriter(column);
    bloomFilter = encoding.newBloomFilter();
    values.startChunk(bloomFilter);
  }

  /** Appends this column's values of all rows of a stripe. */
  void append(Stripe stripe) throws IOException {
    shredder.shred(stripe);
    int slot = 0;
    int value = 0;
    while (slot < shredder.slots()) {
      int pageRowsLeft = encoding.properties().getPageRowCountLimit() - pageRows;
      int rows = Math.min(rowsUntilCheck, pageRowsLeft);
      int slotEnd = slotAfter(slot, rows);
      int valueEnd = value + appendLevels(slot, slotEnd);
      values.append(shredder.positions(), value, valueEnd);
      slot = slotEnd;
      value = valueEnd;
      checkPageSize();
    }
  }

  /** The slot where the rows after the next {@code rows} start; counts the rows. */
  private int slotAfter(int slot, int rows) {
    int slots = shredder.slots();
    if (!shredder.isRepeated()) {
      int end = Math.min(slots, slot + rows);
      pageRows += end - slot;
      rowsUntilCheck -= end - slot;
      return end;
    }
    byte[] levels = shredder.repetitions();
    int end = slot;
    int left = rows;
    while (end < slots && (levels[end] != 0 || left > 0)) {
      left -= levels[end] == 0 ? 1 : 0;
      end++;
    }
    pageRows += rows - left;
    rowsUntilCheck -= rows - left;
    return end;
  }

  /** The number of values among the slots. */
  private int appendLevels(int from, int to) {
    int slots = to - from;
    pageSlots += slots;
    if (shredder.isRepeated()) {
      repetitions.append(shredder.repetitions(), from, to);
    }
    if (!shredder.hasLevels()) {
      definitions.appendMax(slots);
      return slots;
    }
    long before = definitions.maxCount();
    definitions.append(shredder.definitions(), from, to);
    return (int) (definitions.maxCount() - before);
  }

  private void checkPageSize() throws IOException {
    ParquetProperties properties = encoding.properties();
    if (rowsUntilCheck > 0 && pageRows < properties.getPageRowCountLimit()) {
      return;
    }
    long limit = properties.getPageSizeThreshold();
    long used = pageSizeBytes();
    long left = limit - used;
    long rows = pageRows;
    if (left <= (long) (limit * PAGE_SIZE_TOLERANCE)
        || pageRows >= properties.getPageRowCountLimit()) {
      finishPage();
      left = limit;
    }
    long rowsLeft =
        used == 0 ? properties.getMaxRowCountForPageSizeCheck() : rows * left / used / 2;
    rowsUntilCheck =
        (int)
            Math.min(
                properties.getMaxRowCountForPageSizeCheck(),
                Math.max(rowsLeft, properties.getMinRowCountForPageSizeCheck()));
  }

  private long pageSizeBytes() {
    return repetitions.sizeBytes() + definitions.sizeBytes() + values.pageSizeBytes();
  }

  /** The bytes that the chunk has so far, most of them compressed. */
  long bufferedBytes() {
    return pageSizeBytes() + (pages == null ? 0 : pages.getMemSize());
  }

  void finishChunk() throws IOException {
    PageWriter writer = pages;
    ColumnChunkPageWriteStore chunkStore = store;
    if (writer == null || chunkStore == null) {
      throw new IllegalStateException("No column chunk was started");
    }
    if (pageSlots > 0) {
      finishPage();
    }
    DictionaryPage dictionary = values.finishChunk();
    if (dictionary != null) {
      writer.writeDictionaryPage(dictionary);
    }
    if (bloomFilter != null) {
      chunkStore.getBloomFilterWriter(column).writeBloomFilter(bloomFilter);
    }
    pages = null;
    store = null;
    bloomFilter = null;
  }

  private void finishPage() throws IOException {
    PageWriter writer = pages;
    if (writer == null) {
      throw new IllegalStateException("No column chunk was started");
    }
    int nulls = Math.toIntExact(pageSlots - definitions.maxCount());
    boolean isVersion2 = encoding.isVersion2();
    // Bytes before encoding: encoding may be what makes the values fall back to another one.
    BytesInput bytes = values.encode();
    Encoding valuesEncoding = values.encoding();
    Statistics<?> statistics = statistics(nulls);
    if (metrics != null) {
      metrics.addCounts(pageSlots, nulls);
    }
    if (isVersion2) {
      writer.writePageV2(
          pageRows,
          nulls,
          pageSlots,
          repetitions.encode(),
          definitions.encode(),
          valuesEncoding,
          bytes,
          statistics,
          sizeStatistics(),
          null);
    } else {
      writer.writePage(
          BytesInput.concat(repetitions.encodeWithLength(), definitions.encodeWithLength(), bytes),
          pageSlots,
          pageRows,
          statistics,
          sizeStatistics(),
          null,
          levelEncoding(column.getMaxRepetitionLevel()),
          levelEncoding(column.getMaxDefinitionLevel()),
          valuesEncoding);
    }
    repetitions.finishPage();
    definitions.finishPage();
    values.finishPage();
    pageRows = 0;
    pageSlots = 0;
  }

  /** The encoding that parquet-java notes for levels, which are not stored if there are none. */
  private static Encoding levelEncoding(int maxLevel) {
    return maxLevel == 0 ? Encoding.BIT_PACKED : Encoding.RLE;
  }

  private Statistics<?> statistics(int nulls) {
    Statistics<?> statistics =
        encoding.properties().getStatisticsEnabled(column)
            ? Statistics.createStats(column.getPrimitiveType())
            : Statistics.noopStats(column.getPrimitiveType());
    statistics.incrementNumNulls(nulls);
    values.addBounds(statistics);
    return statistics;
  }

  private SizeStatistics sizeStatistics() {
    return new SizeStatistics(
        column.getPrimitiveType(),
        values.unencodedBytes(),
        new ArrayList<>(repetitions.histogram(0)),
        new ArrayList<>(definitions.histogram(1)));
  }

  void close() {
    repetitions.close();
    definitions.close();
    values.close();
  }
}
