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
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a file goes into which column of a table: the one with the same name, or else the
 * only one whose name is the same but for case.
 */
final class ColumnMatch {
  private final List<OptionalInt> fileColumns;

  private ColumnMatch(List<OptionalInt> fileColumns) {
    this.fileColumns = fileColumns;
  }

  static ColumnMatch of(
      String fileName, List<String> fileNames, Schema table, InputOptions options) {
    InputOptions.RowNumber rowNumber = options.rowNumber();
    checkRowNumber(fileName, fileNames, table, rowNumber);
    List<OptionalInt> matches = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> extra = new ArrayList<>(fileNames);
    for (Types.NestedField column : table.columns()) {
      Optional<String> name = match(column.name(), fileNames);
      name.ifPresent(extra::remove);
      matches.add(name.map(n -> OptionalInt.of(fileNames.indexOf(n))).orElse(OptionalInt.empty()));
      if (name.isEmpty() && column.isRequired() && !isRowNumber(column, rowNumber)) {
        missing.add(column.name());
      }
    }
    if (!missing.isEmpty()) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "%s lacks %s, which the table requires: it has the columns %s",
          fileName,
          columns(missing),
          String.join(", ", fileNames));
    }
    if (!extra.isEmpty() && options.extraColumns() == InputOptions.ExtraColumns.REFUSE) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "%s has %s, which the table lacks: add it to the table, or leave it out with"
              + " --ignore-extra-columns",
          fileName,
          columns(extra));
    }
    return new ColumnMatch(matches);
  }

  /** The position in the file of a column of the table, unless the file lacks it. */
  OptionalInt fileColumn(int tableColumn) {
    return fileColumns.get(tableColumn);
  }

  /** The name among {@code candidates} that stands for {@code name}. */
  static Optional<String> match(String name, List<String> candidates) {
    if (candidates.contains(name)) {
      return Optional.of(name);
    }
    List<String> near = candidates.stream().filter(name::equalsIgnoreCase).toList();
    return near.size() == 1 ? Optional.of(near.get(0)) : Optional.empty();
  }

  static boolean isRowNumber(Types.NestedField column, InputOptions.@Nullable RowNumber rowNumber) {
    return rowNumber != null && rowNumber.column().equals(column.name());
  }

  static void checkRowNumber(
      String fileName,
      List<String> fileNames,
      Schema table,
      InputOptions.@Nullable RowNumber rowNumber) {
    if (rowNumber == null) {
      return;
    }
    Types.NestedField column = table.asStruct().field(rowNumber.column());
    if (column == null || column.type().typeId() != Type.TypeID.LONG) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Row numbers need a column of type long, and the table has no such column %s",
          rowNumber.column());
    }
    if (match(rowNumber.column(), fileNames).isPresent()) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "%s has a column %s of its own, so that it can't be filled with row numbers",
          fileName,
          rowNumber.column());
    }
  }

  private static String columns(List<String> names) {
    return (names.size() == 1 ? "the column " : "the columns ") + String.join(", ", names);
  }
}
