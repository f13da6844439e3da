/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import io.freshet.arrow.ArrowSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Batches of flat columns, copied from Parquet's pages to Arrow's vectors column by column. */
final class FlatParquetBatches implements RowBatches {
  private final InputSource source;
  private final ParquetFileReader file;
  private final MessageType projection;
  private final List<ParquetColumn> columns;
  private final VectorSchemaRoot batch;
  private final @Nullable BigIntVector rowNumbers;
  private final long firstRowNumber;
  private final int batchRows;
  private final long totalRows;
  private long rowsRead;
  private long rowGroupRows;
  private long rowGroupRowsRead;

  private FlatParquetBatches(
      InputSource source,
      ParquetFileReader file,
      List<ParquetColumn> columns,
      VectorSchemaRoot batch,
      InputOptions options,
      int batchRows) {
    this.source = source;
    this.file = file;
    this.columns = columns;
    this.batch = batch;
    this.batchRows = batchRows;
    this.totalRows = file.getRecordCount();
    InputOptions.RowNumber numbers = options.rowNumber();
    this.rowNumbers = numbers == null ? null : (BigIntVector) batch.getVector(numbers.column());
    this.firstRowNumber = numbers == null ? 0 : numbers.first();
    List<org.apache.parquet.schema.Type> fields = new ArrayList<>();
    columns.forEach(column -> fields.add(column.fileType()));
    this.projection = new MessageType("columns", fields);
    file.setRequestedSchema(projection);
  }

  /** Takes ownership of the file, unless it throws. */
  static RowBatches of(
      InputSource source,
      ParquetFileReader file,
      Schema table,
      ColumnMatch match,
      InputOptions options,
      BufferAllocator allocator,
      int batchRows) {
    MessageType fileType = file.getFileMetaData().getSchema();
    VectorSchemaRoot batch = VectorSchemaRoot.create(ArrowSchemas.toArrow(table), allocator);
    try {
      List<ParquetColumn> columns = new ArrayList<>();
      List<Types.NestedField> fields = table.columns();
      for (int i = 0; i < fields.size(); i++) {
        if (match.fileColumn(i).isPresent()) {
          columns.add(
              ParquetColumn.of(
                  source.name(),
                  fileType.getType(match.fileColumn(i).getAsInt()).asPrimitiveType(),
                  fields.get(i),
                  batch.getVector(i)));
        }
      }
      return new FlatParquetBatches(source, file, columns, batch, options, batchRows);
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
    batch.getFieldVectors().forEach(FieldVector::reset);
    batch.setRowCount(0);
    while (rowGroupRowsRead == rowGroupRows) {
      if (!nextRowGroup()) {
        return false;
      }
    }
    int rows = (int) Math.min(batchRows, rowGroupRows - rowGroupRowsRead);
    try {
      for (ParquetColumn column : columns) {
        column.copy(rows, rowsRead);
      }
    } catch (ParquetRuntimeException e) {
      throw ParquetRows.unreadable(source, e);
    }
    if (rowNumbers != null) {
      for (int i = 0; i < rows; i++) {
        rowNumbers.setSafe(i, firstRowNumber + rowsRead + i);
      }
    }
    batch.setRowCount(rows);
    rowGroupRowsRead += rows;
    rowsRead += rows;
    return true;
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
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean nextRowGroup() {
    try {
      PageReadStore pages = file.readNextRowGroup();
      if (pages == null) {
        return false;
      }
      rowGroupRows = pages.getRowCount();
      rowGroupRowsRead = 0;
      ColumnReadStoreImpl readers =
          new ColumnReadStoreImpl(
              pages, new IgnoringConverter(), projection, file.getFileMetaData().getCreatedBy());
      for (ParquetColumn column : columns) {
        ColumnDescriptor descriptor =
            projection.getColumnDescription(new String[] {column.fileType().getName()});
        ColumnReader reader = readers.getColumnReader(descriptor);
        column.read(reader, descriptor.getMaxDefinitionLevel());
      }
      return true;
    } catch (IOException | ParquetRuntimeException e) {
      throw ParquetRows.unreadable(source, e);
    }
  }

  /** Column readers want converters, which are used only when rows are assembled. */
  private static final class IgnoringConverter extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return new PrimitiveConverter() {};
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
