/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.cli.input.FileFormat;
import io.freshet.cli.input.InputOptions;
import io.freshet.cli.input.InputOptions.ExtraColumns;
import io.freshet.cli.input.InputOptions.RowNumber;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say how input files are read. */
final class InputArguments {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--format",
      paramLabel = "csv|json|parquet",
      description =
          "The file's format; its name tells it if it ends with .csv, .tsv, .json,"
              + " .jsonl, .ndjson or .parquet.")
  private @Nullable FileFormat format;

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      description =
          "What separates the fields of a CSV file: one character, or 'tab'. Default: a"
              + " comma, and a tab in a .tsv file.")
  private @Nullable String delimiter;

  @Option(
      names = "--null-text",
      paramLabel = "TEXT",
      description = "The unquoted field of a CSV file that stands for null. Default: an empty one.")
  private String nullText = "";

  @Option(
      names = "--ignore-extra-columns",
      description = "Leave out columns that the table lacks, instead of refusing the file.")
  private boolean ignoresExtraColumns;

  @Option(
      names = "--row-number",
      paramLabel = "COLUMN",
      description = "Fill this column, of type long, with the row's number in the file.")
  private @Nullable String rowNumberColumn;

  @Option(
      names = "--first-row-number",
      paramLabel = "N",
      description = "The number of the first row, with --row-number. Default: 0.")
  private long firstRowNumber;

  InputOptions options() {
    return new InputOptions(
        format,
        delimiter(),
        nullText,
        ignoresExtraColumns ? ExtraColumns.IGNORE : ExtraColumns.REFUSE,
        rowNumberColumn == null ? null : new RowNumber(rowNumberColumn, firstRowNumber));
  }

  private @Nullable Character delimiter() {
    if (delimiter == null) {
      return null;
    }
    if (delimiter.equals("tab") || delimiter.equals("\\t")) {
      return '\t';
    }
    if (delimiter.length() != 1) {
      throw new ParameterException(
          command.commandLine(),
          "--delimiter takes one character or 'tab', not '" + delimiter + "'");
    }
    return delimiter.charAt(0);
  }
}
