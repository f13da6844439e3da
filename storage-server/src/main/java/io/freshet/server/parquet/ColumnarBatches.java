/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.arrow.ArrowSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.VectorizedReader;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Reads flat columns of a Parquet file, a row group and a column at a time. */
final class ColumnarBatches implements DataFileBatches {
  private static final String ANY_WRITER = "";

  private final DataFile file;
  private final FileColumns columns;
  private final LongPredicate isWanted;
  private final VectorSchemaRoot batch;
  private final CloseableIterable<WantedRows> source;
  private final CloseableIterator<WantedRows> reads;
  private @Nullable UnusualColumnException unusual;
  private long nextPosition;
  private long[] positions = {};

  /**
   * Opens the file.
   *
   * @throws UnusualColumnException if a column can't be read so; nothing stays open
   */
  ColumnarBatches(
      DataFileReader reader,
      DataFile file,
      InputFile input,
      FileColumns columns,
      LongPredicate isWanted) {
    this.file = file;
    this.columns = columns;
    this.isWanted = isWanted;
    this.batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(reader.columns()), reader.allocator());
    this.source =
        Parquet.read(input)
            .project(reader.columns())
            .createBatchedReaderFunc(RowGroups::new)
            .recordsPerBatch(reader.batchRows())
            .build();
    try {
      this.reads = source.iterator();
    } catch (RuntimeException e) {
      close(e);
      throw DataFileFailure.of(file, 0, e);
    }
    UnusualColumnException failure = unusual;
    if (failure != null) {
      close(failure);
      throw failure;
    }
  }

  @Override
  public boolean next() {
    try {
      while (reads.hasNext()) {
        batch.getFieldVectors().forEach(FieldVector::reset);
        WantedRows rows = reads.next();
        if (rows.count() > 0) {
          batch.setRowCount(rows.count());
          positions = rows.positions();
          return true;
        }
      }
      return false;
    } catch (RuntimeException e) {
      throw DataFileFailure.of(file, nextPosition, e);
    }
  }

  @Override
  public VectorSchemaRoot batch() {
    return batch;
  }

  @Override
  public VectorSchemaRoot takeBatch() {
    return DataFileReader.take(batch);
  }

  @Override
  public long[] positions() {
    return positions;
  }

  @Override
  public void close() {
    batch.close();
    try {
      source.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void close(RuntimeException cause) {
    try {
      close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** What Iceberg hands the file's row groups to. */
  private final class RowGroups implements VectorizedReader<WantedRows> {
    private final MessageType stored;
    private List<FileColumn> readers = List.of();

    RowGroups(MessageType file) {
      stored = columns.stored(file);
      try {
        readers = columns.readers(stored, batch);
      } catch (UnusualColumnException e) {
        // Iceberg would leave the file open if it were thrown from here.
        unusual = e;
      }
    }

    @Override
    public void setBatchSize(int batchSize) {
      // Iceberg asks for that many rows at most, so there is nothing to remember.
    }

    @Override
    public void setRowGroupInfo(
        PageReadStore pages, Map<ColumnPath, ColumnChunkMetaData> metadata) {
      ColumnReadStore store =
          new ColumnReadStoreImpl(pages, new IgnoringConverter(), stored, ANY_WRITER);
      readers.forEach(reader -> reader.startRowGroup(store));
    }

    @Override
    public WantedRows read(WantedRows reuse, int rows) {
      WantedRows wanted = WantedRows.of(nextPosition, rows, isWanted);
      readers.forEach(reader -> reader.read(wanted));
      nextPosition += rows;
      return wanted;
    }

    @Override
    public void close() {
      // The vectors belong to the batch.
    }
  }
}
