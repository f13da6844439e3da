/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/** A file of rows that can be read into a table. */
public final class RowFile {
  private final InputSource source;
  private final InputOptions options;
  private final FileFormat format;

  private RowFile(InputSource source, InputOptions options, FileFormat format) {
    this.source = source;
    this.options = options;
    this.format = format;
  }

  /**
   * A file, which must be there and be readable.
   *
   * @param path the file; {@code -} is the standard input, which needs a format in the options
   */
  public static RowFile of(String path, InputOptions options) {
    InputSource source = InputSource.of(path);
    FileFormat format = options.format();
    if (format == null) {
      format = FileFormat.ofName(source.name());
    }
    if (format == FileFormat.PARQUET) {
      source.path();
    }
    return new RowFile(source, options, format);
  }

  /** The file's name, as messages say it. */
  public String name() {
    return source.name();
  }

  /**
   * The schema of a table that can hold the file's rows, with fresh field ids. A Parquet file tells
   * it exactly; of other files the first 1000 rows are looked at, and every column is optional.
   */
  public Schema inferSchema() {
    Schema schema =
        switch (format) {
          case CSV -> CsvRows.inferSchema(source, options);
          case JSON -> JsonRows.inferSchema(source);
          case PARQUET -> ParquetRows.inferSchema(source);
        };
    InputOptions.RowNumber rowNumber = options.rowNumber();
    if (rowNumber == null) {
      return schema;
    }
    if (schema.findField(rowNumber.column()) != null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "%s has a column %s of its own: give the row numbers another name",
          source.name(),
          rowNumber.column());
    }
    List<Types.NestedField> columns = new ArrayList<>();
    int freshId = schema.highestFieldId() + 1;
    columns.add(Types.NestedField.required(freshId, rowNumber.column(), Types.LongType.get()));
    columns.addAll(schema.columns());
    return TypeUtil.assignIncreasingFreshIds(new Schema(columns));
  }

  /**
   * Starts to read the rows.
   *
   * @param table the schema of the table; the batches have its Arrow form
   * @param allocator is borrowed until the batches are closed
   * @param batchRows how many rows a batch holds at most
   */
  public RowBatches read(Schema table, BufferAllocator allocator, int batchRows) {
    return switch (format) {
      case CSV ->
          RecordBatches.of(new CsvRows(source, table, options), table, allocator, batchRows);
      case JSON ->
          RecordBatches.of(new JsonRows(source, table, options), table, allocator, batchRows);
      case PARQUET -> ParquetRows.read(source, table, options, allocator, batchRows);
    };
  }
}
