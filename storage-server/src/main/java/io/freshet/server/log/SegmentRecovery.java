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
import static io.freshet.server.log.SegmentFormatV1.SEGMENT_HEADER_BYTES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.server.log.SegmentFormatV1.EntryHeader;
import io.freshet.server.log.SegmentFormatV1.SegmentHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes over the last segment of a bucket when its log is opened: cuts off what a crash has torn,
 * refuses what is corrupt, and finds where the log goes on.
 */
final class SegmentRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

  private final Disk disk;
  private final BucketId bucket;
  private final String path;
  private final ByteBuffer bytes;

  private final SegmentIndex index = new SegmentIndex();
  private WriterHistory writers = new WriterHistory();
  private long nextOffset;
  private long timestampMicros;
  private long batches;
  private long position = SEGMENT_HEADER_BYTES;
  private boolean endsWithClose;

  /** All bytes below were synced. */
  private long durablePosition;

  private SegmentRecovery(
      Disk disk, BucketId bucket, String path, ByteBuffer bytes, long startOffset) {
    this.disk = disk;
    this.bucket = bucket;
    this.path = path;
    this.bytes = bytes;
    this.nextOffset = startOffset;
  }

  /**
   * What is in the last segment; all of it is durable.
   *
   * @param endPosition the file's size
   * @param timestampMicros commit timestamp of the last change
   */
  record Recovered(
      long endPosition,
      long endOffset,
      long timestampMicros,
      boolean hasBatches,
      boolean endsWithClose,
      SegmentIndex index,
      WriterHistory writers) {}

  /**
   * Reads the beginning of any segment. Segments get their name once this is durable, so there are
   * no torn ones.
   *
   * @param startOffset that the file's name gives
   */
  static Segment describe(Disk disk, BucketId bucket, String path, long startOffset)
      throws IOException {
    long size = disk.sizeBytes(path);
    ByteBuffer head =
        ByteBuffer.allocate((int) Math.min(size, SEGMENT_HEADER_BYTES + ENTRY_HEADER_BYTES))
            .order(LITTLE_ENDIAN);
    disk.read(path, 0, head);
    head.clear();
    long position = 0;
    try {
      SegmentHeader header = SegmentFormatV1.readSegmentHeader(head);
      if (!header.bucket().equals(bucket) || header.startOffset() != startOffset) {
        throw new MalformedSegmentException(
            "it belongs to bucket " + header.bucket() + " at offset " + header.startOffset());
      }
      if (size > Integer.MAX_VALUE) {
        throw new MalformedSegmentException("it is longer than a segment can be");
      }
      position = SEGMENT_HEADER_BYTES;
      EntryHeader writers =
          SegmentFormatV1.readEntryHeader(head, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES);
      long timestamp = writers.commitTimestampMicros();
      return new Segment(disk, bucket, path, startOffset, header.epoch(), timestamp, null, size);
    } catch (MalformedSegmentException e) {
      throw Segment.corrupt(disk, bucket, path, position, String.valueOf(e.getMessage()));
    }
  }

  static Recovered recover(Disk disk, BucketId bucket, Segment last) throws IOException {
    long size = disk.sizeBytes(last.path());
    ByteBuffer bytes = disk.map(last.path(), 0, (int) size).order(LITTLE_ENDIAN);
    SegmentRecovery recovery =
        new SegmentRecovery(disk, bucket, last.path(), bytes, last.startOffset());
    String reason = recovery.scan();
    if (reason != null) {
      recovery.refuseCorruption(reason);
    }
    try (DiskFile file = disk.open(last.path())) {
      if (reason != null) {
        LOG.warn(
            "Cut {} bytes that a crash has torn off the log of bucket {}, file {} at byte {}: {}",
            size - recovery.position,
            bucket,
            disk.locate(last.path()),
            recovery.position,
            reason);
        file.truncate(recovery.position);
      }
      // A killed process leaves entries that were written but not yet synced, or whose sync has
      // failed, so that they are only in memory and another sync would pass them over.
      int doubtful = (int) (recovery.position - recovery.durablePosition);
      file.rewrite(recovery.durablePosition, bytes.slice((int) recovery.durablePosition, doubtful));
      file.force();
    }
    return new Recovered(
        recovery.position,
        recovery.nextOffset,
        recovery.timestampMicros,
        recovery.batches > 0,
        recovery.endsWithClose,
        recovery.index,
        recovery.writers);
  }

  /** Moves to the first bad entry and says what is wrong, or to the end and returns null. */
  private @Nullable String scan() {
    try {
      while (position < bytes.limit()) {
        int at = (int) position;
        EntryHeader header = SegmentFormatV1.readEntryHeader(bytes, at, position);
        SegmentFormatV1.checkPayload(bytes, at + ENTRY_HEADER_BYTES, header);
        apply(header, at + ENTRY_HEADER_BYTES);
        position = header.endPosition();
      }
      return null;
    } catch (MalformedSegmentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void apply(EntryHeader header, int payload) {
    if (header.startOffset() != nextOffset) {
      throw corrupt("offset " + header.startOffset() + " is there instead of " + nextOffset);
    }
    endsWithClose = false;
    durablePosition = Math.max(durablePosition, header.durablePosition());
    switch (header.kind()) {
      case SegmentFormatV1.BATCH -> {
        index.add(header.startOffset(), position);
        writers.add(header.writer(), header.startOffset(), header.endOffset());
        batches++;
      }
      case SegmentFormatV1.WRITERS -> {
        writers = WriterHistory.decode(bytes, payload);
        // The segment has its name since all up to here was synced.
        durablePosition = header.endPosition();
      }
      case SegmentFormatV1.CLOSE -> endsWithClose = true;
      default -> throw corrupt(SegmentFormatV1.unknownKind(header.kind()));
    }
    nextOffset = header.endOffset();
    timestampMicros = header.commitTimestampMicros();
  }

  /** Fails if the bad entry at {@link #position} was durable once. */
  private void refuseCorruption(String reason) {
    if (position == SEGMENT_HEADER_BYTES) {
      throw corrupt(reason);
    }
    for (long later = position + 8; later + ENTRY_HEADER_BYTES <= bytes.limit(); later += 8) {
      int at = (int) later;
      if (SegmentFormatV1.isEntryHeader(bytes, at, later)
          && SegmentFormatV1.durablePosition(bytes, at) > position) {
        throw corrupt(reason);
      }
    }
  }

  private RuntimeException corrupt(String reason) {
    return Segment.corrupt(disk, bucket, path, position, reason);
  }
}
