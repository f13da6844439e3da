/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.schema.MessageType;

/** Batches with nested columns, read row by row through Iceberg's generic Parquet reader. */
final class NestedParquetBatches implements RowBatches {
  private final InputSource source;
  private final CloseableIterable<Record> records;
  private final CloseableIterator<Record> rows;
  private final VectorSchemaRoot batch;
  private final ArrowRowAppender appender;
  private final OptionalLong rowNumberColumn;
  private final long firstRowNumber;
  private final int batchRows;
  private final long totalRows;
  private long rowsRead;

  private NestedParquetBatches(
      InputSource source,
      CloseableIterable<Record> records,
      Schema table,
      VectorSchemaRoot batch,
      InputOptions options,
      long totalRows,
      int batchRows) {
    this.source = source;
    this.records = records;
    this.rows = records.iterator();
    this.batch = batch;
    this.appender = new ArrowRowAppender(table, batch);
    InputOptions.RowNumber numbers = options.rowNumber();
    List<Types.NestedField> columns = table.columns();
    this.rowNumberColumn =
        IntStream.range(0, columns.size())
            .filter(i -> ColumnMatch.isRowNumber(columns.get(i), numbers))
            .asLongStream()
            .findFirst();
    this.firstRowNumber = numbers == null ? 0 : numbers.first();
    this.totalRows = totalRows;
    this.batchRows = batchRows;
  }

  static RowBatches of(
      InputSource source,
      MessageType fileType,
      long totalRows,
      Schema table,
      InputOptions options,
      BufferAllocator allocator,
      int batchRows) {
    Schema fileSchema = ParquetRows.icebergSchema(source, fileType);
    Schema wanted =
        new NestedProjection(source.name(), fileSchema, options.extraColumns()).of(table);
    Parquet.ReadBuilder reader =
        Parquet.read(Files.localInput(source.path().toFile()))
            .project(wanted)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(wanted, type))
            .reuseContainers();
    if (!ParquetSchemaUtil.hasIds(fileType)) {
      reader.withNameMapping(MappingUtil.create(wanted));
    }
    VectorSchemaRoot batch = VectorSchemaRoot.create(ArrowSchemas.toArrow(table), allocator);
    try {
      return new NestedParquetBatches(
          source, reader.build(), table, batch, options, totalRows, batchRows);
    } catch (RuntimeException e) {
      batch.close();
      throw e;
    }
  }

  @Override
  public VectorSchemaRoot batch() {
    return batch;
  }

  @Override
  public boolean next() {
    appender.reset();
    while (appender.rows() < batchRows && hasNext()) {
      Record row = rows.next();
      rowNumberColumn.ifPresent(column -> row.set((int) column, firstRowNumber + rowsRead));
      try {
        appender.append(row);
      } catch (FreshetException e) {
        throw new FreshetException(
            e.code(), source.name() + " row " + (rowsRead + 1) + ": " + e.getMessage(), e);
      }
      rowsRead++;
    }
    appender.finish();
    return appender.rows() > 0;
  }

  @Override
  public OptionalLong totalRows() {
    return OptionalLong.of(totalRows);
  }

  @Override
  public double fraction() {
    return totalRows == 0 ? 1 : (double) rowsRead / totalRows;
  }

  @Override
  public void close() {
    batch.close();
    try (CloseableIterable<Record> last = records;
        CloseableIterator<Record> first = rows) {
      // Closed in this order: the rows, then what they are read from.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasNext() {
    try {
      return rows.hasNext();
    } catch (RuntimeException e) {
      throw ParquetRows.unreadable(source, e);
    }
  }
}
