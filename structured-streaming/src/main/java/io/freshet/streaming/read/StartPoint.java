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
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where a stream starts when it has no checkpoint yet: the option {@code start}. */
sealed interface StartPoint {
  /** All rows of the lake, then all changes that it does not hold. */
  record Full() implements StartPoint {}

  /** The oldest change that the log has. */
  record Earliest() implements StartPoint {}

  /** What comes after the start. */
  record Latest() implements StartPoint {}

  /** Changes that the server took in at a moment or later. */
  record Timestamp(Instant from) implements StartPoint {}

  /** Changes that a lake snapshot does not hold: for those who have read that snapshot. */
  record Snapshot(long snapshotId) implements StartPoint {}

  /** The first change of every bucket, by its number. */
  record Offsets(TreeMap<Integer, Long> byBucket) implements StartPoint {}

  /**
   * @throws FreshetException INVALID_REQUEST
   */
  static StartPoint parse(String text) {
    String start = text.strip();
    int colon = start.indexOf(':');
    String value = start.substring(colon + 1).strip();
    try {
      return switch (colon < 0 ? start : start.substring(0, colon)) {
        case "full" -> new Full();
        case "earliest" -> new Earliest();
        case "latest" -> new Latest();
        case "timestamp" -> new Timestamp(OffsetDateTime.parse(value).toInstant());
        case "snapshot" -> new Snapshot(Long.parseLong(value));
        case "offsets" -> new Offsets(offsets(value));
        default -> throw bad(text, null);
      };
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw bad(text, e);
    }
  }

  private static TreeMap<Integer, Long> offsets(String text) {
    TreeMap<Integer, Long> offsets = new TreeMap<>();
    for (String entry : text.split(",", -1)) {
      String[] pair = entry.split("=", -1);
      if (pair.length != 2) {
        throw new IllegalArgumentException("'" + entry + "' is not bucket=offset");
      }
      offsets.put(Integer.valueOf(pair[0].strip()), Long.valueOf(pair[1].strip()));
    }
    return offsets;
  }

  private static FreshetException bad(String text, @Nullable RuntimeException cause) {
    return new FreshetException(
        INVALID_REQUEST,
        String.format(
            "A stream can't start at '%s': use full, earliest, latest, timestamp:2026-01-31T12:00:00Z,"
                + " snapshot:<id of a lake snapshot> or offsets:0=120,1=85 (an offset of every bucket)",
            text),
        cause);
  }
}
