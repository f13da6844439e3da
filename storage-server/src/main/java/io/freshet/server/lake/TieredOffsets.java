/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * For each bucket, the offset below which the lake holds all its changes. Written as the offsets in
 * order of the buckets, joined by commas.
 */
public record TieredOffsets(List<Long> offsets) {
  public TieredOffsets {
    offsets = List.copyOf(offsets);
  }

  public static TieredOffsets zero(int buckets) {
    return new TieredOffsets(Collections.nCopies(buckets, 0L));
  }

  public static TieredOffsets parse(String text, int buckets) {
    try {
      TieredOffsets parsed =
          new TieredOffsets(Arrays.stream(text.split(",", -1)).map(Long::valueOf).toList());
      if (parsed.offsets.size() == buckets) {
        return parsed;
      }
    } catch (NumberFormatException e) {
      throw new FreshetException(LAKE_DIVERGED, message(text, buckets), e);
    }
    throw new FreshetException(LAKE_DIVERGED, message(text, buckets));
  }

  public long of(int bucket) {
    return offsets.get(bucket);
  }

  public int buckets() {
    return offsets.size();
  }

  /** Whether the lake holds everything below {@code other} too. */
  public boolean isAtLeast(TieredOffsets other) {
    for (int bucket = 0; bucket < offsets.size(); bucket++) {
      if (of(bucket) < other.of(bucket)) {
        return false;
      }
    }
    return true;
  }

  /** How many changes lie between {@code earlier} and these offsets. */
  public long rowsSince(TieredOffsets earlier) {
    long rows = 0;
    for (int bucket = 0; bucket < offsets.size(); bucket++) {
      rows += of(bucket) - earlier.of(bucket);
    }
    return rows;
  }

  @Override
  public String toString() {
    return offsets.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static String message(String text, int buckets) {
    return String.format(
        "Tiered offsets '%s' in the lake are not %d numbers joined by commas: the lake table was changed"
            + " by something other than Freshet; roll it back to a snapshot that Freshet wrote",
        text, buckets);
  }
}
