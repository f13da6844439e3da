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
import java.util.List;
import java.util.Map;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file that is being written. The columns are borrowed; they serve one file at a time.
 */
final class OpenFile implements AutoCloseable {
  private static final int NO_PADDING = 0;

  private final WriteSettings settings;
  private final MessageType type;
  private final List<LeafColumn> columns;
  private final BytesInputCompressor compressor;
  private final LakeOutput output;
  private final ParquetFileWriter writer;

  private @Nullable ColumnChunkPageWriteStore rowGroup;
  private long rowGroupRows;
  private long bufferedBytes;
  private long rows;

  OpenFile(
      LakeOutput output,
      MessageType type,
      List<LeafColumn> columns,
      WriteSettings settings,
      BytesInputCompressor compressor)
      throws IOException {
    this.settings = settings;
    this.type = type;
    this.columns = columns;
    this.compressor = compressor;
    this.output = output;
    writer =
        new ParquetFileWriter(
            output,
            type,
            ParquetFileWriter.Mode.CREATE,
            settings.rowGroupSizeBytes(),
            NO_PADDING,
            settings.parquet().getColumnIndexTruncateLength(),
            settings.parquet().getStatisticsTruncateLength(),
            settings.parquet().getPageWriteChecksumEnabled());
    try {
      writer.start();
    } catch (IOException e) {
      output.close();
      throw e;
    }
  }

  /**
   * @param rowsLeft so many rows are to come after these, some of them maybe in another file
   */
  void append(Stripe stripe, long rowsLeft) throws IOException {
    if (rowGroup == null) {
      startRowGroup();
    }
    bufferedBytes = 0;
    for (LeafColumn column : columns) {
      column.append(stripe);
      bufferedBytes += column.bufferedBytes();
    }
    rowGroupRows += stripe.size();
    rows += stripe.size();
    double rowBytes = (double) bufferedBytes / rowGroupRows;
    if (bufferedBytes > rowGroupBytes(rowBytes * rowsLeft) - 2 * rowBytes) {
      finishRowGroup();
    }
  }

  /**
   * The size of the row group: all that the file still gets have about the same, so that tasks that
   * divide the file by them have the same work.
   *
   * @param bytesLeft of the rows that are to come
   */
  private double rowGroupBytes(double bytesLeft) throws IOException {
    double bytes =
        Math.min(bufferedBytes + bytesLeft, settings.targetFileSizeBytes() - writer.getPos());
    double rowGroups = Math.ceil(bytes / settings.rowGroupSizeBytes());
    // The last one ends with the file, and pages shrink when they do: it must not end before.
    return rowGroups <= 1 ? settings.rowGroupSizeBytes() : bytes / rowGroups;
  }

  /** How many rows may be appended before the sizes of row group and file are looked at again. */
  int nextStripeRows() throws IOException {
    ParquetProperties parquet = settings.parquet();
    double rowBytes = rows == 0 ? 0 : Math.max(1.0, (double) sizeBytes() / rows);
    long bytesLeft =
        Math.min(
            settings.rowGroupSizeBytes() - bufferedBytes,
            settings.targetFileSizeBytes() - sizeBytes());
    long rowsLeft = rows == 0 ? 0 : (long) (bytesLeft / rowBytes / 2);
    return (int)
        Math.min(
            parquet.getMaxRowCountForPageSizeCheck(),
            Math.max(rowsLeft, parquet.getMinRowCountForPageSizeCheck()));
  }

  long rows() {
    return rows;
  }

  /** The size that the file would about have if it ended here. */
  long sizeBytes() throws IOException {
    return writer.getPos() + bufferedBytes;
  }

  boolean isFull() throws IOException {
    return sizeBytes() >= settings.targetFileSizeBytes();
  }

  /** Ends the file; it is durable when this returns. */
  ParquetMetadata finish(Map<String, String> keyValues) throws IOException {
    finishRowGroup();
    writer.end(keyValues);
    return writer.getFooter();
  }

  /** The size of the finished file. */
  long finishedSizeBytes() throws IOException {
    return writer.getPos();
  }

  private void startRowGroup() {
    ColumnChunkPageWriteStore store =
        new ColumnChunkPageWriteStore(
            compressor,
            type,
            HeapByteBufferAllocator.getInstance(),
            settings.parquet().getColumnIndexTruncateLength(),
            settings.parquet().getPageWriteChecksumEnabled());
    rowGroup = store;
    columns.forEach(column -> column.startChunk(store));
  }

  private void finishRowGroup() throws IOException {
    ColumnChunkPageWriteStore store = rowGroup;
    if (store == null) {
      return;
    }
    for (LeafColumn column : columns) {
      column.finishChunk();
    }
    writer.startBlock(rowGroupRows);
    store.flushToFileWriter(writer);
    writer.endBlock();
    store.close();
    rowGroup = null;
    rowGroupRows = 0;
    bufferedBytes = 0;
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
    }
  }
}
