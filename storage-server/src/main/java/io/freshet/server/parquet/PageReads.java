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
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.filter2.columnindex.RowRanges;
import org.apache.parquet.schema.MessageType;

/**
 * Reads rows of an open Parquet file by their positions, of which only the pages that have them are
 * read and decoded: the file's offset index says where those are. For one thread.
 */
final class PageReads implements AutoCloseable {
  private static final String ANY_WRITER = "";

  private final ParquetFileReader file;
  private final FileColumns columns;
  private final MessageType stored;

  /**
   * Opens the file, and reads its footer.
   *
   * @throws UnusualColumnException if a column can't be read so, or has no offset index; nothing
   *     stays open
   */
  PageReads(InputFile input, FileColumns columns, VectorSchemaRoot target) throws IOException {
    this.columns = columns;
    this.file =
        new ParquetFileReader(
            new LakeInput(input),
            ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
    try {
      this.stored = columns.stored(file.getFileMetaData().getSchema());
      columns.readers(stored, target);
      checkOffsetIndexes();
      file.setRequestedSchema(stored);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Reads rows of one row group.
   *
   * @param positions long[n] in the file, ascending; starts with one of that row group
   * @param from the first of them to read
   * @param target gets the rows at its start; it is reset
   * @return how many of the positions were read: those from {@code from} on that are in that row
   *     group
   */
  int read(long[] positions, int from, VectorSchemaRoot target) throws IOException {
    List<BlockMetaData> blocks = file.getRowGroups();
    int block = 0;
    long blockStart = 0;
    while (block < blocks.size()
        && positions[from] >= blockStart + blocks.get(block).getRowCount()) {
      blockStart += blocks.get(block++).getRowCount();
    }
    if (block == blocks.size()) {
      throw new IOException("it has " + blockStart + " rows");
    }
    long rowsInBlock = blocks.get(block).getRowCount();
    int to = from;
    while (to < positions.length && positions[to] < blockStart + rowsInBlock) {
      to++;
    }
    int count = to - from;
    target.getFieldVectors().forEach(FieldVector::reset);
    if (stored.getFieldCount() == 0) {
      readInto(target, count, null);
      return count;
    }
    RowRanges rows = ranges(positions, from, to, blockStart, rowsInBlock);
    try (PageReadStore pages = file.readFilteredRowGroup(block, rows)) {
      readInto(target, count, pages);
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void readInto(
      VectorSchemaRoot target, int count, @org.jspecify.annotations.Nullable PageReadStore pages) {
    WantedRows all = new WantedRows(0, count, IntStream.range(0, count).toArray());
    ColumnReadStore readers =
        pages == null
            ? null
            : new ColumnReadStoreImpl(pages, new IgnoringConverter(), stored, ANY_WRITER);
    for (FileColumn column : columns.readers(stored, target)) {
      if (readers != null) {
        column.startRowGroup(readers);
      }
      column.read(all);
    }
    target.setRowCount(count);
  }

  private void checkOffsetIndexes() {
    for (BlockMetaData block : file.getRowGroups()) {
      block
          .getColumns()
          .forEach(chunk -> {
            if (chunk.getOffsetIndexReference() == null) {
              throw new UnusualColumnException(chunk.getPath() + " has no offset index");
            }
          });
    }
  }

  /** The rows as Parquet counts them: from the start of their row group. */
  private static RowRanges ranges(
      long[] positions, int from, int to, long blockStart, long rowsInBlock) {
    OffsetIndex each =
        new OffsetIndex() {
          @Override
          public int getPageCount() {
            return to - from;
          }

          @Override
          public long getOffset(int row) {
            return 0;
          }

          @Override
          public int getCompressedPageSize(int row) {
            return 0;
          }

          @Override
          public long getFirstRowIndex(int row) {
            return positions[from + row] - blockStart;
          }

          @Override
          public long getLastRowIndex(int row, long rows) {
            return positions[from + row] - blockStart;
          }
        };
    return RowRanges.create(rowsInBlock, IntStream.range(0, to - from).iterator(), each);
  }
}
