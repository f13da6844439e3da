/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.parquet.ParquetRuntimeException;

/** Says which data file can't be read, and from where on. */
final class DataFileFailure {
  private DataFileFailure() {}

  static FreshetException of(DataFile file, long position, Exception cause) {
    if (cause instanceof FreshetException known) {
      return known;
    }
    if (cause instanceof IOException
        || cause instanceof UncheckedIOException
        || cause instanceof RuntimeIOException
        || cause instanceof NotFoundException) {
      return new FreshetException(
          LAKE_UNAVAILABLE,
          "Cannot read data file %s from position %d on: %s. Try again when the lake's storage works"
              .formatted(file.location(), position, cause.getMessage()),
          cause);
    }
    String damage = cause instanceof ParquetRuntimeException ? "it is damaged" : "it is unreadable";
    return new FreshetException(
        LAKE_DIVERGED,
        "Cannot read data file %s from position %d on: %s (%s). Restore the file, or roll the table"
                .formatted(file.location(), position, damage, cause.getMessage())
            + " back to a snapshot without it",
        cause);
  }
}
