/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static java.util.Objects.requireNonNull;

import io.freshet.error.FreshetException;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** Copies one flat column of a Parquet file into its vector. */
final class ParquetColumn {
  private final String fileName;
  private final PrimitiveType fileType;
  private final Types.NestedField field;
  private final FieldVector vector;
  private final ParquetValues.Copier copier;
  private @Nullable ColumnReader reader;
  private int presentLevel;

  private ParquetColumn(
      String fileName,
      PrimitiveType fileType,
      Types.NestedField field,
      FieldVector vector,
      ParquetValues.Copier copier) {
    this.fileName = fileName;
    this.fileType = fileType;
    this.field = field;
    this.vector = vector;
    this.copier = copier;
  }

  static ParquetColumn of(
      String fileName, PrimitiveType fileType, Types.NestedField field, FieldVector vector) {
    ParquetValues.Copier copier =
        ParquetValues.copier(fileType, field.type(), vector)
            .orElseThrow(() ->
                FreshetException.of(
                    SCHEMA_MISMATCH,
                    "Column %s of %s is '%s', which the table's type %s can't take: change the"
                        + " column's type in the table, or in the file",
                    fileType.getName(),
                    fileName,
                    fileType,
                    field.type()));
    return new ParquetColumn(fileName, fileType, field, vector, copier);
  }

  PrimitiveType fileType() {
    return fileType;
  }

  /**
   * Goes on with the next row group.
   *
   * @param presentLevel the definition level of a value that is not null
   */
  void read(ColumnReader newReader, int newPresentLevel) {
    this.reader = newReader;
    this.presentLevel = newPresentLevel;
  }

  /**
   * Copies the next rows of the row group to the start of the vector.
   *
   * @param firstRow position of the first of them in the file, for messages
   */
  void copy(int rows, long firstRow) {
    ColumnReader values = requireNonNull(reader, "reader");
    int row = 0;
    try {
      for (; row < rows; row++) {
        if (values.getCurrentDefinitionLevel() == presentLevel) {
          copier.copy(values, row);
        } else if (field.isOptional()) {
          vector.setNull(row);
        } else {
          throw FreshetException.of(
              NULL_IN_REQUIRED_COLUMN,
              "%s row %d, column %s: the value is null, and the column is required",
              fileName,
              firstRow + row + 1,
              field.name());
        }
        values.consume();
      }
    } catch (ArithmeticException e) {
      throw new FreshetException(
          SCHEMA_MISMATCH,
          String.format(
              "%s row %d, column %s: the value (%s) does not fit the table's type %s",
              fileName, firstRow + row + 1, field.name(), e.getMessage(), field.type()),
          e);
    }
  }
}
