/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A table's own settings, read from its properties. Names that start with {@code freshet.} are ours
 * and unknown ones are refused; all others are Iceberg's and go to the lake table as they are.
 *
 * @param freshness fresh rows are tiered once the oldest is this old
 * @param tieringBytes fresh rows are tiered once they are this many bytes of Arrow data
 * @param logRetentionTime tiered changes stay in the log at most this long
 * @param logRetentionBytes tiered changes stay in a bucket's log while it is at most this large
 * @param compactionMinFiles so many small files of a partition are joined
 * @param compactionDeleteRatio a lake file is rewritten once so large a part of it is deleted
 * @param viewMaxStaleness in the fresh view a row may be missing for so long after it was
 *     acknowledged; null for as long as the warehouse allows
 */
public record TableOptions(
    Duration freshness,
    long tieringBytes,
    Duration logRetentionTime,
    long logRetentionBytes,
    int compactionMinFiles,
    double compactionDeleteRatio,
    @Nullable Duration viewMaxStaleness) {
  public static final String FRESHNESS = "freshet.freshness";
  public static final String TIERING_SIZE = "freshet.tiering.size";
  public static final String LOG_RETENTION_TIME = "freshet.log.retention.time";
  public static final String LOG_RETENTION_SIZE = "freshet.log.retention.size";

  public static final String COMPACTION_MIN_FILES = "freshet.compaction.min-files";
  public static final String COMPACTION_DELETE_RATIO = "freshet.compaction.delete-ratio";
  public static final String VIEW_MAX_STALENESS = "freshet.view.max-staleness";

  /** Written by Freshet into the lake table's properties; not a user's to set. */
  public static final String TABLE_ID = "freshet.table-id";

  public static final String BUCKETS = "freshet.buckets";
  public static final String BUCKET_KEY = "freshet.bucket-key";

  private static final String OURS = "freshet.";
  private static final Set<String> SETTABLE =
      Set.of(
          FRESHNESS,
          TIERING_SIZE,
          LOG_RETENTION_TIME,
          LOG_RETENTION_SIZE,
          COMPACTION_MIN_FILES,
          COMPACTION_DELETE_RATIO,
          VIEW_MAX_STALENESS);
  private static final Set<String> RESERVED =
      Set.of(TABLE_ID, BUCKETS, BUCKET_KEY, "format-version");
  private static final Pattern RATIO = Pattern.compile("\\d?\\.?\\d{1,9}");
  private static final Pattern QUANTITY = Pattern.compile("(\\d{1,12})\\s*([A-Za-z]*)");

  /** The options that {@code properties} set, and defaults for the rest. */
  public static TableOptions of(Map<String, String> properties) {
    return new TableOptions(
        duration(FRESHNESS, properties.getOrDefault(FRESHNESS, "60s")),
        size(TIERING_SIZE, properties.getOrDefault(TIERING_SIZE, "128MB")),
        duration(LOG_RETENTION_TIME, properties.getOrDefault(LOG_RETENTION_TIME, "1h")),
        size(LOG_RETENTION_SIZE, properties.getOrDefault(LOG_RETENTION_SIZE, "1GB")),
        fileCount(COMPACTION_MIN_FILES, properties.getOrDefault(COMPACTION_MIN_FILES, "5")),
        ratio(COMPACTION_DELETE_RATIO, properties.getOrDefault(COMPACTION_DELETE_RATIO, "0.3")),
        properties.containsKey(VIEW_MAX_STALENESS)
            ? duration(VIEW_MAX_STALENESS, properties.get(VIEW_MAX_STALENESS))
            : null);
  }

  /** Refuses properties that a user can't set, and values that can't be read. */
  public static void check(Map<String, String> properties) {
    checkNames(properties.keySet());
    TableOptions unused = of(properties);
  }

  /** Refuses properties that a user can't set or remove. */
  public static void checkNames(Collection<String> names) {
    for (String name : names) {
      if (RESERVED.contains(name)) {
        throw FreshetException.of(
            INVALID_REQUEST, "Property %s is set by Freshet itself and can't be changed", name);
      }
      if (name.startsWith(OURS) && !SETTABLE.contains(name)) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "There is no table property %s; those of Freshet are %s",
            name,
            SETTABLE.stream().sorted().toList());
      }
    }
  }

  /**
   * Reads a duration such as {@code 500ms}, {@code 60s}, {@code 5min}, {@code 1h} or {@code 7d}.
   */
  public static Duration duration(String name, String text) {
    Matcher matcher = QUANTITY.matcher(text.strip());
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m", "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> null;
          };
      if (duration != null) {
        return duration;
      }
    }
    throw FreshetException.of(
        INVALID_REQUEST,
        "%s = '%s' is not a duration: write 500ms, 60s, 5min, 1h or 7d",
        name,
        text);
  }

  /** Reads a size in bytes such as {@code 64MB} or {@code 1GB}; units are powers of 1024. */
  public static long size(String name, String text) {
    Matcher matcher = QUANTITY.matcher(text.strip());
    if (matcher.matches()) {
      Integer shift = shift(matcher.group(2).toUpperCase(Locale.ROOT));
      long number = Long.parseLong(matcher.group(1));
      if (shift != null && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw FreshetException.of(
        INVALID_REQUEST, "%s = '%s' is not a size: write bytes, 64KB, 64MB or 1GB", name, text);
  }

  private static int fileCount(String name, String text) {
    Matcher matcher = QUANTITY.matcher(text.strip());
    if (matcher.matches() && matcher.group(2).isEmpty()) {
      long number = Long.parseLong(matcher.group(1));
      if (number >= 2 && number <= Integer.MAX_VALUE) {
        return (int) number;
      }
    }
    throw FreshetException.of(
        INVALID_REQUEST, "%s = '%s' is not a number of files: write 2 or more", name, text);
  }

  private static double ratio(String name, String text) {
    if (RATIO.matcher(text.strip()).matches()) {
      double ratio = Double.parseDouble(text.strip());
      if (ratio > 0 && ratio <= 1) {
        return ratio;
      }
    }
    throw FreshetException.of(
        INVALID_REQUEST,
        "%s = '%s' is not a ratio: write a number above 0, and at most 1, such as 0.3",
        name,
        text);
  }

  private static @Nullable Integer shift(String unit) {
    return switch (unit) {
      case "", "B" -> 0;
      case "K", "KB", "KIB" -> 10;
      case "M", "MB", "MIB" -> 20;
      case "G", "GB", "GIB" -> 30;
      case "T", "TB", "TIB" -> 40;
      default -> null;
    };
  }
}
