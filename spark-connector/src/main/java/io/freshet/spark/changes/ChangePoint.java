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
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.TableOffsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Between two changes of each bucket, as options say it. */
public sealed interface ChangePoint {
  /** How to write one, for messages. */
  String FORMS =
      "earliest, latest, timestamp:2026-01-31T12:00:00Z or offsets:0=120,1=85 (an offset of every bucket)";

  /** Before the oldest change that the log has. */
  record Earliest() implements ChangePoint {}

  /** After the newest one. */
  record Latest() implements ChangePoint {}

  /** Before the first change that the server took in at that moment or later. */
  record Timestamp(Instant from) implements ChangePoint {}

  /** Before the change with that offset, of every bucket by its number. */
  record Offsets(Map<Integer, Long> byBucket) implements ChangePoint {}

  /** What a text says; empty if it is none of {@link #FORMS}. */
  static Optional<ChangePoint> parse(String text) {
    String point = text.strip();
    int colon = point.indexOf(':');
    String value = point.substring(colon + 1).strip();
    try {
      return switch (colon < 0 ? point : point.substring(0, colon)) {
        case "earliest" -> Optional.of(new Earliest());
        case "latest" -> Optional.of(new Latest());
        case "timestamp" -> Optional.of(new Timestamp(OffsetDateTime.parse(value).toInstant()));
        case "offsets" -> Optional.of(new Offsets(offsets(value)));
        default -> Optional.empty();
      };
    } catch (DateTimeParseException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The offset of every bucket at this point, in their order.
   *
   * @param option its name, for messages
   * @param now what the log has
   * @param from what it has, with the first changes from a moment on
   * @throws FreshetException INVALID_REQUEST if this has offsets of other buckets
   */
  default List<Long> offsets(
      String option, TableOffsets now, Function<Instant, TableOffsets> from) {
    if (this instanceof Offsets given) {
      return given(option, given.byBucket(), now);
    }
    if (this instanceof Timestamp timestamp) {
      return from.apply(timestamp.from()).offsets().stream()
          .map(bucket -> {
            Long offset = bucket.timestampOffset();
            return offset == null ? bucket.endOffset() : offset;
          })
          .toList();
    }
    return now.offsets().stream()
        .map(bucket -> this instanceof Earliest ? bucket.startOffset() : bucket.endOffset())
        .toList();
  }

  private static List<Long> given(String option, Map<Integer, Long> byBucket, TableOffsets now) {
    List<Integer> buckets = now.offsets().stream().map(BucketOffsets::bucket).toList();
    if (!byBucket.keySet().equals(Set.copyOf(buckets))) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Option %s has offsets of buckets %s, and table %s has the buckets %s: give one of each",
          option,
          byBucket.keySet(),
          now.table(),
          buckets);
    }
    return buckets.stream().map(bucket -> byBucket.getOrDefault(bucket, 0L)).toList();
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
}
