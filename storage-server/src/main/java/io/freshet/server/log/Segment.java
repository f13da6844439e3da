/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.log.SegmentFormatV1.EntryHeader;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One segment as its readers see it. One thread publishes what it has made durable; any thread
 * reads.
 */
final class Segment {
  private final Disk disk;
  private final BucketId bucket;
  private final String path;
  private final long startOffset;
  private final long epoch;
  private final long timestampMicrosBefore;
  private final SegmentBytes bytes;

  /** Null until somebody reads from a segment that was complete when the log was opened. */
  private volatile @Nullable SegmentIndex index;

  private volatile long readableEnd;

  /**
   * @param timestampMicrosBefore commit timestamp of the last change before this segment
   * @param index of the entries below {@code readableEnd}, or null to make it when it is needed
   * @param readableEnd position after the last entry that may be read
   */
  Segment(
      Disk disk,
      BucketId bucket,
      String path,
      long startOffset,
      long epoch,
      long timestampMicrosBefore,
      @Nullable SegmentIndex index,
      long readableEnd) {
    this.disk = disk;
    this.bucket = bucket;
    this.path = path;
    this.startOffset = startOffset;
    this.epoch = epoch;
    this.timestampMicrosBefore = timestampMicrosBefore;
    this.bytes = new SegmentBytes(disk, path);
    this.index = index;
    this.readableEnd = readableEnd;
  }

  String path() {
    return path;
  }

  long startOffset() {
    return startOffset;
  }

  long epoch() {
    return epoch;
  }

  long timestampMicrosBefore() {
    return timestampMicrosBefore;
  }

  long sizeBytes() {
    return readableEnd;
  }

  /** Lets readers see the entries below {@code newReadableEnd}. */
  void publish(long newReadableEnd) {
    readableEnd = newReadableEnd;
  }

  /** Notes a batch that will be published. Only for a segment that was made with an index. */
  void note(long batchStartOffset, long position) {
    SegmentIndex known = index;
    if (known != null) {
      known.add(batchStartOffset, position);
    }
  }

  /**
   * Adds entries to {@code into}, from the one that holds {@code offset} on, until their payloads
   * have {@code maxBytes} or one ends at {@code endOffset}.
   *
   * @param endOffset where this segment's durable entries end, or before it; not below {@code
   *     offset}
   * @return bytes of their payloads
   */
  long read(
      long offset, long endOffset, long maxBytes, BufferAllocator allocator, List<LogEntry> into)
      throws IOException {
    long end = readableEnd;
    long position = index(end, endOffset, allocator).positionBefore(offset);
    long collected = 0;
    long next = offset;
    try (SegmentCursor cursor = new SegmentCursor(this, bytes, end, allocator)) {
      while (next < endOffset && collected < maxBytes) {
        if (position >= end) {
          throw endsEarly(position, next, endOffset);
        }
        EntryHeader header = cursor.header(position, maxBytes - collected);
        if (header.kind() == SegmentFormatV1.BATCH && header.endOffset() > next) {
          boolean follows =
              next == offset ? header.startOffset() <= next : header.startOffset() == next;
          if (!follows) {
            throw doesNotFollow(header, next);
          }
          into.add(cursor.entry(header));
          collected += header.payloadBytes();
          next = header.endOffset();
        }
        position = header.endPosition();
      }
    }
    return collected;
  }

  /**
   * The offset of the first change of {@code timestampMicros} or later, or the end.
   *
   * @param endOffset where this segment's durable entries end, or before it
   */
  long offsetAt(long timestampMicros, long endOffset, BufferAllocator allocator)
      throws IOException {
    long end = readableEnd;
    long[] noted = index(end, endOffset, allocator).positions();
    try (SegmentCursor cursor = new SegmentCursor(this, bytes, end, allocator)) {
      int low = 0;
      int high = noted.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        boolean isBefore =
            noted[middle] < end
                && cursor.header(noted[middle], 0).commitTimestampMicros() < timestampMicros;
        if (isBefore) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      long position = low == 0 ? SegmentFormatV1.SEGMENT_HEADER_BYTES : noted[low - 1];
      while (position < end) {
        EntryHeader header = cursor.header(position, 0);
        if (header.kind() == SegmentFormatV1.BATCH
            && header.commitTimestampMicros() >= timestampMicros) {
          return Math.min(header.startOffset(), endOffset);
        }
        position = header.endPosition();
      }
      return endOffset;
    }
  }

  FreshetException corrupt(long position, String reason) {
    return corrupt(disk, bucket, path, position, reason);
  }

  static FreshetException corrupt(
      Disk disk, BucketId bucket, String path, long position, String reason) {
    return FreshetException.of(
        FreshetErrorCode.LOG_CORRUPT,
        "The log of bucket %s is corrupt in file %s at byte %d: %s. Restore the file from a copy,"
            + " or drop the table and load it again.",
        bucket,
        disk.locate(path),
        position,
        reason);
  }

  /** Made by going over the headers once, for a segment that nobody appends to. */
  private SegmentIndex index(long end, long endOffset, BufferAllocator allocator)
      throws IOException {
    SegmentIndex known = index;
    if (known != null) {
      return known;
    }
    SegmentIndex made = new SegmentIndex();
    long next = startOffset;
    long position = SegmentFormatV1.SEGMENT_HEADER_BYTES;
    try (SegmentCursor cursor = new SegmentCursor(this, bytes, end, allocator)) {
      while (position < end) {
        EntryHeader header = cursor.header(position, end - position);
        if (header.startOffset() != next) {
          throw doesNotFollow(header, next);
        }
        if (header.kind() == SegmentFormatV1.BATCH) {
          made.add(header.startOffset(), position);
        } else {
          // Nobody reads these again, so this is where their bit rot is found.
          cursor.checkPayload(header);
        }
        next = header.endOffset();
        position = header.endPosition();
      }
    }
    if (next < endOffset) {
      throw endsEarly(position, next, endOffset);
    }
    index = made;
    return made;
  }

  private FreshetException doesNotFollow(EntryHeader header, long next) {
    return corrupt(
        header.position(), "offset " + header.startOffset() + " is there instead of " + next);
  }

  private FreshetException endsEarly(long position, long next, long endOffset) {
    return corrupt(position, "the segment ends at offset " + next + " instead of " + endOffset);
  }
}
