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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.parquet.ParquetCodecFactory;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes (file_path, pos) with one path in all rows. Pages are of version 1, the path is a
 * dictionary's only entry and positions are plain: many readers of Iceberg's version 2 know no more
 * of Parquet than that (StarRocks has learned delta encoding and pages of version 2 only in 2025).
 */
final class PositionDeletePages implements AutoCloseable {
  static final int PAGE_ROWS = 20_000;
  static final int ROW_GROUP_ROWS = 100 * PAGE_ROWS;

  private static final Schema SCHEMA = DeleteSchemaUtil.pathPosSchema();
  private static final MessageType TYPE = ParquetSchemaUtil.convert(SCHEMA, "table");
  private static final ColumnDescriptor PATH = TYPE.getColumns().get(0);
  private static final ColumnDescriptor POSITION = TYPE.getColumns().get(1);
  private static final Map<String, String> KEY_VALUES =
      Map.of("iceberg.schema", SchemaParser.toJson(SCHEMA), "delete-type", "position");

  private static final ParquetProperties PROPERTIES = ParquetProperties.builder().build();
  private static final int NO_PADDING = 0;
  private static final int CODEC_BUFFER_BYTES = 1 << 16;

  private final Binary path;
  private final LakeOutput output;
  private final ParquetFileWriter writer;
  private final CompressionCodecFactory codecs =
      new ParquetCodecFactory(new Configuration(false), CODEC_BUFFER_BYTES);

  /** The positions of the page that is next. */
  private final ByteBuffer page =
      ByteBuffer.allocate(PAGE_ROWS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private @Nullable ColumnChunkPageWriteStore rowGroup;
  private int rowGroupRows;

  PositionDeletePages(LakeOutput output, String path) throws IOException {
    this.path = Binary.fromString(path);
    this.output = output;
    writer =
        new ParquetFileWriter(
            output,
            TYPE,
            ParquetFileWriter.Mode.CREATE,
            (long) ROW_GROUP_ROWS * Long.BYTES,
            NO_PADDING,
            PROPERTIES.getColumnIndexTruncateLength(),
            PROPERTIES.getStatisticsTruncateLength(),
            PROPERTIES.getPageWriteChecksumEnabled());
    try {
      writer.start();
    } catch (IOException e) {
      output.close();
      throw e;
    }
  }

  /**
   * @param position greater than the one before
   */
  void append(long position) {
    if (!page.hasRemaining()) {
      finishPage();
    }
    page.putLong(position);
  }

  /** Ends the file; it is whole when this returns. */
  ParquetMetadata finish() throws IOException {
    finishPage();
    finishRowGroup();
    writer.end(KEY_VALUES);
    return writer.getFooter();
  }

  /** The size of the finished file. */
  long finishedSizeBytes() throws IOException {
    return writer.getPos();
  }

  private void finishPage() {
    int rows = page.position() / Long.BYTES;
    if (rows == 0) {
      return;
    }
    try {
      ColumnChunkPageWriteStore store = rowGroup == null ? startRowGroup() : rowGroup;
      writePaths(store.getPageWriter(PATH), rows);
      writePositions(store.getPageWriter(POSITION), rows);
      rowGroupRows += rows;
      page.clear();
      if (rowGroupRows >= ROW_GROUP_ROWS) {
        finishRowGroup();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ColumnChunkPageWriteStore startRowGroup() throws IOException {
    ColumnChunkPageWriteStore store =
        new ColumnChunkPageWriteStore(
            codecs.getCompressor(CompressionCodecName.ZSTD),
            TYPE,
            HeapByteBufferAllocator.getInstance(),
            PROPERTIES.getColumnIndexTruncateLength(),
            PROPERTIES.getPageWriteChecksumEnabled());
    rowGroup = store;
    BytesInput entry = BytesInput.concat(BytesInput.fromInt(path.length()), bytes(path));
    store
        .getPageWriter(PATH)
        .writeDictionaryPage(new DictionaryPage(entry, 1, Encoding.PLAIN_DICTIONARY));
    return store;
  }

  private static BytesInput bytes(Binary value) {
    return BytesInput.from(value.getBytesUnsafe());
  }

  /** One run of entry 0, whose ids have no bits: their width, then twice the length of the run. */
  private void writePaths(PageWriter pages, int rows) throws IOException {
    BytesInput run =
        BytesInput.concat(
            BytesInput.from(new byte[] {0}), BytesInput.fromUnsignedVarInt(rows << 1));
    Statistics<?> bounds = Statistics.createStats(PATH.getPrimitiveType());
    bounds.updateStats(path);
    write(pages, run, rows, bounds, (long) rows * path.length(), Encoding.PLAIN_DICTIONARY);
  }

  private void writePositions(PageWriter pages, int rows) throws IOException {
    Statistics<?> bounds = Statistics.createStats(POSITION.getPrimitiveType());
    bounds.updateStats(page.getLong(0));
    bounds.updateStats(page.getLong((rows - 1) * Long.BYTES));
    BytesInput plain = BytesInput.from(page.array(), 0, page.position());
    write(pages, plain, rows, bounds, 0, Encoding.PLAIN);
  }

  private static void write(
      PageWriter pages,
      BytesInput values,
      int rows,
      Statistics<?> statistics,
      long unencodedBytes,
      Encoding encoding)
      throws IOException {
    statistics.setNumNulls(0);
    pages.writePage(
        values,
        rows,
        rows,
        statistics,
        new SizeStatistics(statistics.type(), unencodedBytes, List.of(), List.of()),
        null,
        Encoding.BIT_PACKED,
        Encoding.BIT_PACKED,
        encoding);
  }

  private void finishRowGroup() throws IOException {
    ColumnChunkPageWriteStore store = rowGroup;
    if (store == null) {
      return;
    }
    writer.startBlock(rowGroupRows);
    store.flushToFileWriter(writer);
    writer.endBlock();
    store.close();
    rowGroup = null;
    rowGroupRows = 0;
  }

  /** Closes the file, whole or not. */
  @Override
  public void close() throws IOException {
    if (rowGroup != null) {
      rowGroup.close();
      rowGroup = null;
    }
    try {
      writer.close();
    } finally {
      // After a failed write the writer leaves the stream open.
      output.close();
      codecs.release();
    }
  }
}
