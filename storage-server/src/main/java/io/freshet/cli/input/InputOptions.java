/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How input files are read.
 *
 * @param format null where the file's name tells it
 * @param delimiter between fields of a CSV file; null for a comma, or a tab in a .tsv file
 * @param nullText the unquoted field of a CSV file that stands for null
 * @param extraColumns what is done with columns that the table lacks
 * @param rowNumber a column to fill with the row's number, or null
 */
public record InputOptions(
    @Nullable FileFormat format,
    @Nullable Character delimiter,
    String nullText,
    ExtraColumns extraColumns,
    @Nullable RowNumber rowNumber) {
  /** What is done with columns that the table lacks. */
  public enum ExtraColumns {
    REFUSE,
    IGNORE
  }

  /**
   * A long column of the table that the file lacks and that is filled with the row's number, so
   * that rows without a key of their own have a stable one.
   *
   * @param first the number of the file's first row
   */
  public record RowNumber(String column, long first) {
    public RowNumber {
      requireNonNull(column, "column");
    }
  }

  public InputOptions {
    requireNonNull(nullText, "nullText");
    requireNonNull(extraColumns, "extraColumns");
  }

  /** Everything as the file's name and the CSV standard have it; extra columns are refused. */
  public static InputOptions defaults() {
    return new InputOptions(null, null, "", ExtraColumns.REFUSE, null);
  }

  public InputOptions withFormat(FileFormat newFormat) {
    return new InputOptions(newFormat, delimiter, nullText, extraColumns, rowNumber);
  }

  public InputOptions withDelimiter(char newDelimiter) {
    return new InputOptions(format, newDelimiter, nullText, extraColumns, rowNumber);
  }

  public InputOptions withNullText(String newNullText) {
    return new InputOptions(format, delimiter, newNullText, extraColumns, rowNumber);
  }

  public InputOptions withExtraColumns(ExtraColumns newExtraColumns) {
    return new InputOptions(format, delimiter, nullText, newExtraColumns, rowNumber);
  }

  public InputOptions withRowNumber(RowNumber newRowNumber) {
    return new InputOptions(format, delimiter, nullText, extraColumns, newRowNumber);
  }
}
