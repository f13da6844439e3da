/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import io.freshet.cli.input.InputOptions;
import io.freshet.cli.input.RowFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The quickstart's data, which comes with this program, as files. */
record FlightFiles(RowFile history, RowFile live, RowFile airports) {
  /** How many rows the live file has. */
  static final int LIVE_ROWS = 60_000;

  /** Every flight's id is below this. */
  static final int MAX_ID = 3_000_000;

  /** Copies them into a folder. */
  static FlightFiles copyTo(Path folder) {
    return new FlightFiles(
        copy("flights-history.parquet", folder),
        copy("flights-live.parquet", folder),
        copy("airports.csv", folder));
  }

  private static RowFile copy(String name, Path folder) {
    Path file = folder.resolve(name);
    try (InputStream bytes =
        FlightFiles.class.getResourceAsStream("/io/freshet/quickstart/" + name)) {
      if (bytes == null) {
        throw new FileNotFoundException("This build has no file " + name);
      }
      Files.copy(bytes, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return RowFile.of(file.toString(), InputOptions.defaults());
  }
}
