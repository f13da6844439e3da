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
import java.util.Locale;

/** The formats of input files. */
public enum FileFormat {
  /** Comma-separated values with a header line, UTF-8. */
  CSV,
  /** One JSON object per line, or one array of objects, UTF-8. */
  JSON,
  PARQUET;

  /** The format that a file's name tells. */
  static FileFormat ofName(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    String extension = plain.substring(plain.lastIndexOf('.') + 1);
    return switch (extension) {
      case "csv", "tsv" -> CSV;
      case "json", "jsonl", "ndjson" -> JSON;
      case "parquet", "parq" -> PARQUET;
      default ->
          throw FreshetException.of(
              INVALID_REQUEST,
              "Can't tell the format of %s from its name: it ends with none of .csv, .tsv, .json,"
                  + " .jsonl, .ndjson (each also with .gz) and .parquet, so say --format csv, json or"
                  + " parquet",
              name);
    };
  }
}
