/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.jspecify.annotations.Nullable;

/**
 * How much one batch may have; null is no limit. A batch has one file or row at least.
 *
 * @param bytes about
 */
record ReadLimits(@Nullable Long files, @Nullable Long rows, @Nullable Long bytes) {
  static final ReadLimits NONE = new ReadLimits(null, null, null);

  static ReadLimits of(StreamOptions options) {
    return new ReadLimits(options.maxFiles(), options.maxRows(), options.maxBytes());
  }

  boolean isNone() {
    return equals(NONE);
  }

  /** How Spark shows them. */
  ReadLimit toSpark() {
    List<ReadLimit> limits =
        Stream.of(
                files == null ? null : ReadLimit.maxFiles((int) Math.min(files, Integer.MAX_VALUE)),
                rows == null ? null : ReadLimit.maxRows(rows),
                bytes == null ? null : ReadLimit.maxBytes(bytes))
            .filter(limit -> limit != null)
            .toList();
    return limits.isEmpty()
        ? ReadLimit.allAvailable()
        : ReadLimit.compositeLimit(limits.toArray(ReadLimit[]::new));
  }

  /** How many of these files, from the first on, one batch reads. */
  int admit(List<LakeFile> waiting) {
    long admittedRows = 0;
    long admittedBytes = 0;
    int admitted = 0;
    for (LakeFile file : waiting) {
      admittedRows += file.rows();
      admittedBytes += file.bytes();
      boolean isTooMuch =
          isBeyond(files, admitted + 1L)
              || isBeyond(rows, admittedRows)
              || isBeyond(bytes, admittedBytes);
      if (isTooMuch && admitted > 0) {
        break;
      }
      admitted++;
    }
    return admitted;
  }

  /**
   * The offsets up to which one batch reads; buckets share a limit by what waits in them.
   *
   * @param end what there is
   * @param bytesPerRow about
   */
  List<Long> admit(List<Long> start, List<Long> end, long bytesPerRow) {
    long waiting = 0;
    for (int bucket = 0; bucket < start.size(); bucket++) {
      waiting += end.get(bucket) - start.get(bucket);
    }
    long most = rows == null ? Long.MAX_VALUE : rows;
    if (bytes != null) {
      most = Math.min(most, Math.max(1, bytes / Math.max(1, bytesPerRow)));
    }
    if (waiting <= most) {
      return end;
    }
    List<Long> admitted = new ArrayList<>();
    long left = most;
    for (int bucket = 0; bucket < start.size(); bucket++) {
      long rowsOfBucket = end.get(bucket) - start.get(bucket);
      long share = (long) Math.ceil((double) rowsOfBucket / waiting * most);
      long taken = Math.min(Math.min(share, rowsOfBucket), left);
      admitted.add(start.get(bucket) + taken);
      left -= taken;
    }
    return admitted;
  }

  private static boolean isBeyond(@Nullable Long limit, long value) {
    return limit != null && value > limit;
  }
}
