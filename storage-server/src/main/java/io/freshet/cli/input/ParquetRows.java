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
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Rows of a Parquet file. Flat columns are read column by column; a file of which a nested column
 * is wanted is read row by row. Columns are matched by name, whatever field ids the file has.
 */
final class ParquetRows {
  private ParquetRows() {}

  static Schema inferSchema(InputSource source) {
    try (ParquetFileReader file = open(source)) {
      Schema schema = icebergSchema(source, file.getFileMetaData().getSchema());
      return TypeUtil.assignIncreasingFreshIds(schema);
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  static RowBatches read(
      InputSource source,
      Schema table,
      InputOptions options,
      BufferAllocator allocator,
      int batchRows) {
    ParquetFileReader file = open(source);
    try {
      MessageType fileType = file.getFileMetaData().getSchema();
      List<String> names = fileType.getFields().stream().map(Type::getName).toList();
      ColumnMatch match = ColumnMatch.of(source.name(), names, table, options);
      if (hasNestedColumn(fileType, table, match)) {
        long rows = file.getRecordCount();
        file.close();
        return NestedParquetBatches.of(
            source, fileType, rows, table, options, allocator, batchRows);
      }
      return FlatParquetBatches.of(source, file, table, match, options, allocator, batchRows);
    } catch (IOException e) {
      throw unreadable(source, e);
    } catch (RuntimeException e) {
      close(file, e);
      throw e;
    }
  }

  static FreshetException unreadable(InputSource source, Exception e) {
    return new FreshetException(
        INVALID_REQUEST, "Can't read " + source.name() + " as Parquet: " + e.getMessage(), e);
  }

  /** The Iceberg schema of a file, with its field ids if it has any. */
  static Schema icebergSchema(InputSource source, MessageType fileType) {
    try {
      return ParquetUuids.restored(ParquetSchemaUtil.convert(fileType), fileType);
    } catch (RuntimeException e) {
      throw new FreshetException(
          UNSUPPORTED,
          source.name() + " has a column of a type that Iceberg lacks: " + e.getMessage(),
          e);
    }
  }

  private static ParquetFileReader open(InputSource source) {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try {
      return ParquetFileReader.open(new LocalInputFile(source.path()), options);
    } catch (IOException | RuntimeException e) {
      if (String.valueOf(e.getMessage()).contains("is not a Parquet file")) {
        throw new FreshetException(INVALID_REQUEST, source.name() + " is not a Parquet file", e);
      }
      throw e instanceof FreshetException refused ? refused : unreadable(source, e);
    }
  }

  private static boolean hasNestedColumn(MessageType fileType, Schema table, ColumnMatch match) {
    List<Types.NestedField> columns = table.columns();
    for (int i = 0; i < columns.size(); i++) {
      if (match.fileColumn(i).isPresent()
          && (!fileType.getType(match.fileColumn(i).getAsInt()).isPrimitive()
              || !columns.get(i).type().isPrimitiveType()
              || fileType
                  .getType(match.fileColumn(i).getAsInt())
                  .isRepetition(Type.Repetition.REPEATED))) {
        return true;
      }
    }
    return false;
  }

  private static void close(ParquetFileReader file, RuntimeException failure) {
    try {
      file.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
