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
import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;

import io.freshet.error.FreshetException;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.TableOffsets;
import io.freshet.table.TableName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * Changes of one bucket that a scan reads.
 *
 * @param startOffset inclusive
 * @param endOffset exclusive
 */
record ChangeRange(int bucket, long startOffset, long endOffset) {
  static final String START = "start";
  static final String END = "end";

  /**
   * What the options say, of the buckets that have any such change.
   *
   * @param now what the log has; changes that come later are not read
   * @param from what it has, with the first changes from a moment on
   * @throws FreshetException INVALID_REQUEST, or OFFSET_OUT_OF_RANGE if the log has not got all
   */
  static List<ChangeRange> of(
      TableOffsets now, Function<Instant, TableOffsets> from, CaseInsensitiveStringMap options) {
    ChangePoint start = point(START, options.getOrDefault(START, "earliest"));
    ChangePoint end = point(END, options.getOrDefault(END, "latest"));
    List<Long> starts = start.offsets(START, now, from);
    List<Long> ends = end.offsets(END, now, from);
    List<ChangeRange> ranges = new ArrayList<>();
    for (int i = 0; i < now.offsets().size(); i++) {
      BucketOffsets held = now.offsets().get(i);
      // What came after the scan began is not in it.
      long startOffset = Math.min(starts.get(i), held.endOffset());
      long endOffset = Math.min(ends.get(i), held.endOffset());
      boolean mayBeTrimmed =
          start instanceof ChangePoint.Timestamp && startOffset == held.startOffset();
      if (startOffset < held.startOffset() || (mayBeTrimmed && held.startOffset() > 0)) {
        throw trimmed(now.table(), held, options.getOrDefault(START, "earliest"));
      }
      if (startOffset < endOffset) {
        ranges.add(new ChangeRange(held.bucket(), startOffset, endOffset));
      }
    }
    return ranges;
  }

  private static ChangePoint point(String option, String text) {
    return ChangePoint.parse(text)
        .orElseThrow(() ->
            FreshetException.of(
                INVALID_REQUEST,
                "Changes can't be read with %s = '%s': use %s",
                option,
                text,
                ChangePoint.FORMS));
  }

  private static FreshetException trimmed(TableName table, BucketOffsets held, String start) {
    return FreshetException.of(
        OFFSET_OUT_OF_RANGE,
        "Changes of table %s from %s on are not all in the log any more: that of bucket %d starts at"
            + " offset %d. Leave the option start out to read what there is; to keep more, raise"
            + " freshet.log.retention.time and freshet.log.retention.size.",
        table,
        start,
        held.bucket(),
        held.startOffset());
  }
}
