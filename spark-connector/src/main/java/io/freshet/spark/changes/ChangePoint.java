/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.changes;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Between two changes of each bucket, as the options {@code start} and {@code end} say it. */
sealed interface ChangePoint {
  /** Before the oldest change that the log has. */
  record Earliest() implements ChangePoint {}

  /** After the newest one. */
  record Latest() implements ChangePoint {}

  /** Before the first change that the server took in at that moment or later. */
  record Timestamp(Instant from) implements ChangePoint {}

  /** Before the change with that offset, of every bucket by its number. */
  record Offsets(Map<Integer, Long> byBucket) implements ChangePoint {}

  /**
   * @param option its name, for messages
   * @throws FreshetException INVALID_REQUEST
   */
  static ChangePoint parse(String option, String text) {
    String point = text.strip();
    int colon = point.indexOf(':');
    String value = point.substring(colon + 1).strip();
    try {
      return switch (colon < 0 ? point : point.substring(0, colon)) {
        case "earliest" -> new Earliest();
        case "latest" -> new Latest();
        case "timestamp" -> new Timestamp(OffsetDateTime.parse(value).toInstant());
        case "offsets" -> new Offsets(offsets(value));
        default -> throw bad(option, text, null);
      };
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw bad(option, text, e);
    }
  }

  private static Map<Integer, Long> offsets(String text) {
    Map<Integer, Long> offsets = new TreeMap<>();
    for (String entry : text.split(",", -1)) {
      String[] pair = entry.split("=", -1);
      if (pair.length != 2) {
        throw new IllegalArgumentException("'" + entry + "' is not bucket=offset");
      }
      offsets.put(Integer.valueOf(pair[0].strip()), Long.valueOf(pair[1].strip()));
    }
    return offsets;
  }

  private static FreshetException bad(
      String option, String text, @Nullable RuntimeException cause) {
    return new FreshetException(
        INVALID_REQUEST,
        String.format(
            "Changes can't be read with %s = '%s': use earliest, latest, timestamp:2026-01-31T12:00:00Z or"
                + " offsets:0=120,1=85 (an offset of every bucket)",
            option, text),
        cause);
  }
}
