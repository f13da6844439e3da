/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.server.log.SegmentFormatV1.ENTRY_HEADER_BYTES;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.log.SegmentBytes.Window;
import io.freshet.server.log.SegmentFormatV1.EntryHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/**
 * One segment as its readers see it. One thread publishes what it has made durable; any thread
 * reads.
 */
final class Segment {
  /** Read at once when nothing says how long an entry is. */
  private static final long FIRST_READ_BYTES = 64 << 10;

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
    long position = index(end, endOffset).positionBefore(offset);
    long collected = 0;
    long next = offset;
    Window window = bytes.window(position, firstRead(position, end, maxBytes), end);
    while (next < endOffset && collected < maxBytes) {
      if (position >= end) {
        throw corrupt(position, "the segment ends at offset " + next + " instead of " + endOffset);
      }
      if (!window.holds(position, ENTRY_HEADER_BYTES)) {
        window = bytes.window(position, firstRead(position, end, maxBytes - collected), end);
      }
      EntryHeader header = header(window, position);
      if (header.kind() == SegmentFormatV1.BATCH && header.endOffset() > next) {
        if (!window.holds(position, ENTRY_HEADER_BYTES + header.payloadBytes())) {
          window = bytes.window(position, wholeEntry(header, end), end);
        }
        into.add(entry(window, header, next == offset, next, allocator));
        collected += header.payloadBytes();
        next = header.endOffset();
      }
      position = header.endPosition();
    }
    return collected;
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

  private static long firstRead(long position, long end, long maxBytes) {
    return Math.min(end - position, Math.max(FIRST_READ_BYTES, maxBytes));
  }

  private long wholeEntry(EntryHeader header, long end) {
    if (header.endPosition() > end) {
      throw corrupt(header.position(), "the entry is cut off");
    }
    return header.endPosition() - header.position();
  }

  private EntryHeader header(Window window, long position) {
    EntryHeader header;
    try {
      header = SegmentFormatV1.readEntryHeader(window.bytes(), window.index(position), position);
    } catch (MalformedSegmentException e) {
      throw corrupt(position, String.valueOf(e.getMessage()));
    }
    if (!SegmentFormatV1.isKnown(header.kind())) {
      throw corrupt(position, SegmentFormatV1.unknownKind(header.kind()));
    }
    return header;
  }

  private LogEntry entry(
      Window window, EntryHeader header, boolean isFirst, long next, BufferAllocator allocator)
      throws IOException {
    boolean follows = isFirst ? header.startOffset() <= next : header.startOffset() == next;
    if (!follows) {
      throw corrupt(
          header.position(), "offset " + header.startOffset() + " is there instead of " + next);
    }
    int payload = checkPayload(window, header);
    return new LogEntry(
        header.startOffset(),
        header.commitTimestampMicros(),
        header.schemaId(),
        header.writer(),
        batch(window, header, payload, allocator));
  }

  /** Returns where in the window the payload begins. */
  private int checkPayload(Window window, EntryHeader header) {
    int payload = window.index(header.position()) + ENTRY_HEADER_BYTES;
    try {
      SegmentFormatV1.checkPayload(window.bytes(), payload, header);
    } catch (MalformedSegmentException e) {
      throw corrupt(header.position(), String.valueOf(e.getMessage()));
    }
    return payload;
  }

  private static ArrowRecordBatch batch(
      Window window, EntryHeader header, int payload, BufferAllocator allocator)
      throws IOException {
    int messageAt = payload + SegmentFormatV1.MESSAGE_PREFIX_BYTES;
    ByteBuffer message =
        window
            .bytes()
            .slice(messageAt, header.metadataBytes() - SegmentFormatV1.MESSAGE_PREFIX_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    RecordBatch batch = (RecordBatch) Message.getRootAsMessage(message).header(new RecordBatch());
    long bodyAt = window.start() + payload + header.metadataBytes();
    ArrowBuf body =
        header.bodyBytes() == 0
            ? allocator.getEmpty()
            : window.wrap(bodyAt, header.bodyBytes(), allocator);
    // Takes over the body.
    return MessageSerializer.deserializeRecordBatch(batch, body);
  }

  /** Made by going over the headers once, for a segment that nobody appends to. */
  private SegmentIndex index(long end, long endOffset) throws IOException {
    SegmentIndex known = index;
    if (known != null) {
      return known;
    }
    SegmentIndex made = new SegmentIndex();
    long next = startOffset;
    long position = SegmentFormatV1.SEGMENT_HEADER_BYTES;
    Window window = bytes.window(0, end, end);
    while (position < end) {
      EntryHeader header = header(window, position);
      if (header.startOffset() != next) {
        throw corrupt(position, "offset " + header.startOffset() + " is there instead of " + next);
      }
      wholeEntry(header, end);
      if (header.kind() == SegmentFormatV1.BATCH) {
        made.add(header.startOffset(), position);
      } else {
        // Nobody reads these again, so this is where their bit rot is found.
        checkPayload(window, header);
      }
      next = header.endOffset();
      position = header.endPosition();
    }
    if (next < endOffset) {
      throw corrupt(position, "the segment ends at offset " + next + " instead of " + endOffset);
    }
    index = made;
    return made;
  }
}
