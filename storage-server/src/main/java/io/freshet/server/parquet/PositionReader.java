/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.INDEX_CORRUPT;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileIO;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.schema.MessageType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads single rows of data files by their positions, from the pages that have them, which a cache
 * keeps: a page has to be decoded whole.
 *
 * @param columns of the rows
 * @param pages shared with other readers
 * @param allocator borrowed
 */
public record PositionReader(
    Schema columns, FileIO io, PageCache pages, BufferAllocator allocator) {
  private static final Logger LOG = LoggerFactory.getLogger(PositionReader.class);
  private static final int BATCH_ROWS = 4096;

  /**
   * A data file of the lake.
   *
   * @param spec the one that the file was written with
   */
  public record SourceFile(DataFile file, PartitionSpec spec) {}

  /**
   * Reads rows of a file. Blocking.
   *
   * @param positions long[n], ascending, each once
   * @return batches that have the rows together, in order; they belong to the caller
   * @throws io.freshet.error.FreshetException LAKE_UNAVAILABLE if the storage fails, LAKE_DIVERGED
   *     if the file is damaged, INDEX_CORRUPT if it has fewer rows
   */
  public List<VectorSchemaRoot> read(SourceFile source, long[] positions) {
    long last = positions[positions.length - 1];
    if (last >= source.file().recordCount()) {
      throw FreshetException.of(
          INDEX_CORRUPT,
          "Cannot read position %d of data file %s: it has %d rows, so the key index that named it is"
              + " damaged. Stop the server and delete the index folder in its data folder: it is made anew"
              + " from the lake.",
          last,
          source.file().location(),
          source.file().recordCount());
    }
    try {
      if (source.file().format() == FileFormat.PARQUET && FileColumns.areFlat(columns)) {
        try {
          return List.of(readPages(source, positions));
        } catch (UnusualColumnException e) {
          LOG.debug("Scanning {} for single rows: {}", source.file().location(), e.getMessage());
        }
      }
      return scan(source, positions);
    } catch (IOException | RuntimeException e) {
      throw DataFileFailure.of(source.file(), positions[0], e);
    }
  }

  private VectorSchemaRoot readPages(SourceFile source, long[] positions) throws IOException {
    VectorSchemaRoot rows = VectorSchemaRoot.create(ArrowSchemas.toArrow(columns), allocator);
    try (PageSource pageSource = new PageSource(source, io.newInputFile(source.file()), pages)) {
      for (FieldVector vector : rows.getFieldVectors()) {
        vector.setInitialCapacity(positions.length);
        vector.allocateNew();
      }
      PageFile file = pageSource.file();
      if (file.unusual() != null) {
        throw new UnusualColumnException(file.unusual());
      }
      FileColumns fileColumns = new FileColumns(columns, file.constants());
      MessageType stored = fileColumns.stored(file.footer().getFileMetaData().getSchema());
      ColumnReadStore readers = column -> new PositionedColumn(pageSource, file, column, positions);
      WantedRows all =
          new WantedRows(0, positions.length, IntStream.range(0, positions.length).toArray());
      for (FileColumn column : fileColumns.readers(stored, rows)) {
        column.startRowGroup(readers);
        column.read(all);
      }
      rows.setRowCount(positions.length);
      return rows;
    } catch (IOException | RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  private List<VectorSchemaRoot> scan(SourceFile source, long[] positions) {
    List<VectorSchemaRoot> read = new ArrayList<>();
    DataFileReader reader = new DataFileReader(columns, io, allocator, BATCH_ROWS);
    try (DataFileBatches batches =
        reader.open(
            source.file(),
            source.spec(),
            position -> Arrays.binarySearch(positions, position) >= 0)) {
      while (batches.next()) {
        read.add(batches.takeBatch());
      }
      return read;
    } catch (RuntimeException e) {
      read.forEach(VectorSchemaRoot::close);
      throw e;
    }
  }
}
