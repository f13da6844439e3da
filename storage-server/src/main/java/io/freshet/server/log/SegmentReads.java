/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Reads of a bucket's segments, for any thread. Segments may be trimmed under a read, which then
 * fails.
 *
 * @param allocator accounts for the entries that were read and are not yet closed
 */
record SegmentReads(BucketId bucket, BucketFiles files, BufferAllocator allocator) {
  /**
   * Entries from the one with the row at {@code offset} on, which the caller closes.
   *
   * @param endOffset of what is durable
   */
  List<LogEntry> read(long offset, long endOffset, long maxBytes) throws IOException {
    List<Segment> segments = files.segments();
    if (offset < segments.get(0).startOffset() || offset > endOffset) {
      throw outOfRange(offset, endOffset);
    }
    List<LogEntry> entries = new ArrayList<>();
    try {
      readInto(entries, segments, offset, endOffset, maxBytes);
      return entries;
    } catch (IOException | RuntimeException e) {
      entries.forEach(LogEntry::close);
      throw e;
    }
  }

  /** The first offset below {@code endOffset} whose timestamp is not earlier, or that. */
  long offsetAt(long timestampMicros, long endOffset) throws IOException {
    List<Segment> segments = files.segments();
    int last = 0;
    while (last + 1 < segments.size()
        && segments.get(last + 1).timestampMicrosBefore() < timestampMicros) {
      last++;
    }
    long segmentEnd =
        last + 1 < segments.size()
            ? Math.min(endOffset, segments.get(last + 1).startOffset())
            : endOffset;
    return segments.get(last).offsetAt(timestampMicros, segmentEnd, allocator);
  }

  FreshetException outOfRange(long offset, long endOffset) {
    return FreshetException.of(
        OFFSET_OUT_OF_RANGE,
        "Cannot read the log of bucket %s at offset %d: it holds [%d, %d). Ask for an offset in that"
            + " range; older changes are in the lake.",
        bucket,
        offset,
        files.startOffset(),
        endOffset);
  }

  private void readInto(
      List<LogEntry> entries, List<Segment> segments, long offset, long end, long maxBytes)
      throws IOException {
    long next = offset;
    long collected = 0;
    for (int i = 0; i < segments.size() && next < end; i++) {
      boolean isLast = i + 1 == segments.size();
      long segmentEnd = isLast ? end : Math.min(end, segments.get(i + 1).startOffset());
      if (next >= segmentEnd) {
        continue;
      }
      if (!entries.isEmpty() && collected >= maxBytes) {
        return;
      }
      long wanted = Math.max(1, maxBytes - collected);
      collected += segments.get(i).read(next, segmentEnd, wanted, allocator, entries);
      next = entries.get(entries.size() - 1).endOffset();
    }
  }
}
