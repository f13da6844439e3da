/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import io.freshet.spark.stream.StreamedTable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of a stream that reads a table.
 *
 * @param readChangeFeed whether rows say what they change, and deletes are rows
 * @param skipDeletes whether deletes are left out; else a stream without a change feed fails at one
 * @param failOnDataLoss whether the stream fails when the log was trimmed beyond it
 * @param columns which of the table's are read; all if null
 * @param filter of rows, as {@link io.freshet.filter.FilterText} says; all if null
 * @param maxFiles lake files in a batch; null for no limit, as for the others
 * @param maxRows rows in a batch
 * @param maxBytes bytes in a batch, about
 * @param realTimeTasks how many tasks share the buckets in real-time mode; as many as cores if null
 */
public record StreamOptions(
    StartPoint start,
    boolean readChangeFeed,
    boolean skipDeletes,
    boolean failOnDataLoss,
    @Nullable List<String> columns,
    @Nullable String filter,
    @Nullable Long maxFiles,
    @Nullable Long maxRows,
    @Nullable Long maxBytes,
    @Nullable Long realTimeTasks) {
  /**
   * @throws FreshetException INVALID_REQUEST
   */
  public static StreamOptions parse(CaseInsensitiveStringMap options) {
    String columns = options.get("columns");
    return new StreamOptions(
        StartPoint.parse(options.getOrDefault(StartPoint.OPTION, "full")),
        flag(options, "readChangeFeed", false),
        flag(options, "skipDeletes", false),
        flag(options, "failOnDataLoss", true),
        columns == null ? null : Arrays.stream(columns.split(",")).map(String::strip).toList(),
        options.get("filter"),
        limit(options, "maxFilesPerTrigger"),
        limit(options, "maxRowsPerTrigger"),
        limit(options, "maxBytesPerTrigger"),
        limit(options, "realTimeTasks"));
  }

  /** Refuses what would give other columns than the table's. */
  public void checkSameColumns(StreamedTable table) {
    if (readChangeFeed || columns != null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "A stream of table %s by its name has the table's columns: the option %s would change them."
              + " Use .format(\"freshet\") with the same options, and .load(\"%s\").",
          table.name(),
          readChangeFeed ? "readChangeFeed" : "columns",
          table.name());
    }
  }

  private static boolean flag(CaseInsensitiveStringMap options, String name, boolean otherwise) {
    String text = options.get(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
      throw FreshetException.of(
          INVALID_REQUEST, "Option %s is true or false, not '%s'", name, text);
    }
    return Boolean.parseBoolean(text);
  }

  private static @Nullable Long limit(CaseInsensitiveStringMap options, String name) {
    String text = options.get(name);
    if (text == null) {
      return null;
    }
    try {
      long limit = Long.parseLong(text.strip());
      if (limit >= 1) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw badLimit(name, text, e);
    }
    throw badLimit(name, text, null);
  }

  private static FreshetException badLimit(
      String name, String text, @Nullable NumberFormatException cause) {
    return new FreshetException(
        INVALID_REQUEST,
        String.format("Option %s is a number from 1 on, not '%s'", name, text),
        cause);
  }
}
