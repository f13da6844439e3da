/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Version 1 of a segment, the file that holds a part of a bucket's log. All numbers are little
 * endian and, unless it says otherwise, signed. Checksums are CRC-32C.
 *
 * <p>A segment is a segment header, an entry of kind WRITERS, and any number of other entries.
 * Entries follow each other without gaps, and each begins at a multiple of 8. The file is named
 * {@code <table id>/<bucket>/<start offset, 20 digits>.log}.
 *
 * <pre>
 * segment header, 64 bytes
 *    0  8  magic "FRESHLOG"
 *    8  2  version, 1
 *   10  2  bytes of this header, 64
 *   12  4  bucket
 *   16 16  table id: most, then least significant 8 bytes
 *   32  8  start offset: of the first change of this segment
 *   40  8  epoch of the owner that began this segment
 *   48 12  0
 *   60  4  checksum of bytes 0 to 60
 *
 * entry header, 96 bytes
 *    0  4  magic "FREN"
 *    4  1  kind: 1 BATCH, 2 WRITERS, 3 CLOSE; 4 is kept for a reference to a transaction
 *    5  1  flags: bit 0 set if there is a writer; the others 0
 *    6  2  0
 *    8  4  metadata bytes, a multiple of 8
 *   12  4  rows; 0 unless BATCH
 *   16  8  body bytes, a multiple of 8
 *   24  8  start offset: of the first row; unless BATCH, of the next change
 *   32  8  commit timestamp, microseconds since 1970 UTC; unless BATCH, that of the change before,
 *          0 if there never was one
 *   40 16  writer id, as the table id; 0 without a writer
 *   56  8  writer sequence; 0 without a writer
 *   64  8  durable position: all bytes of the file below it were synced before this entry was written
 *   72  4  schema id; 0 unless BATCH
 *   76  4  checksum of the payload
 *   80  8  position of this entry in its file
 *   88  4  0
 *   92  4  checksum of bytes 0 to 92
 *
 * payload, metadata bytes + body bytes
 *   BATCH    an encapsulated Arrow IPC message: metadata is 0xFFFFFFFF, the length of the rest of the
 *            metadata (4 bytes), a flatbuffer Message with a RecordBatch, and 0 to 7 bytes 0; body is
 *            the message's body, padded with 0 to 7 bytes 0
 *   WRITERS  no metadata; body is the writers whose batches this bucket remembers as of the start
 *            offset, the one that wrote least recently first:
 *            4  number of writers
 *            for each: 16 writer id, 4 number of batches, and for each batch, oldest first:
 *            8 sequence, 8 start offset, 8 end offset
 *            then 0 to 7 bytes 0
 *   CLOSE    empty. Written when the log is closed, after all else is synced
 * </pre>
 *
 * <p>The durable position tells a torn tail from corruption. A crash may leave any part of what was
 * written after the last sync, in any order; so a bad entry is torn if all good entries after it
 * were written before it could have been synced, and corrupt if one of them knows that it was.
 */
final class SegmentFormatV1 {
  static final int SEGMENT_HEADER_BYTES = 64;
  static final int ENTRY_HEADER_BYTES = 96;
  static final int ENTRY_MAGIC = 0x4e455246; // "FREN"

  static final byte BATCH = 1;
  static final byte WRITERS = 2;
  static final byte CLOSE = 3;

  /** Before the flatbuffer in a batch's metadata. */
  static final int MESSAGE_PREFIX_BYTES = 8;

  private static final long SEGMENT_MAGIC = 0x474f4c4853455246L; // "FRESHLOG"
  private static final short VERSION = 1;
  private static final int SEGMENT_CHECKSUM_AT = 60;
  private static final byte HAS_WRITER = 1;
  private static final UUID NO_WRITER = new UUID(0, 0);
  private static final int DURABLE_POSITION_AT = 64;
  private static final int POSITION_AT = 80;
  private static final int ENTRY_CHECKSUM_AT = 92;

  private SegmentFormatV1() {}

  /** The beginning of a segment. */
  record SegmentHeader(BucketId bucket, long startOffset, long epoch) {}

  /** The fixed part of an entry; see the format for what its fields mean for each kind. */
  record EntryHeader(
      byte kind,
      int metadataBytes,
      int rows,
      long bodyBytes,
      long startOffset,
      long commitTimestampMicros,
      @Nullable WriterSequence writer,
      long durablePosition,
      int schemaId,
      int payloadChecksum,
      long position) {
    long payloadBytes() {
      return metadataBytes + bodyBytes;
    }

    /** Where the next entry begins. */
    long endPosition() {
      return position + ENTRY_HEADER_BYTES + payloadBytes();
    }

    long endOffset() {
      return startOffset + rows;
    }
  }

  static long padded(long bytes) {
    return (bytes + 7) & -8L;
  }

  static String fileName(long startOffset) {
    return String.format("%020d.log", startOffset);
  }

  /** Writes a segment header into {@code out}, which has {@link #SEGMENT_HEADER_BYTES} left. */
  static void writeSegmentHeader(ByteBuffer out, SegmentHeader header) {
    int from = out.position();
    out.order(LITTLE_ENDIAN)
        .putLong(SEGMENT_MAGIC)
        .putShort(VERSION)
        .putShort((short) SEGMENT_HEADER_BYTES)
        .putInt(header.bucket().bucket());
    writeUuid(out, header.bucket().tableId());
    out.putLong(header.startOffset()).putLong(header.epoch()).putLong(0).putInt(0);
    out.putInt(checksum(out, from, SEGMENT_CHECKSUM_AT));
  }

  /** Reads the segment header at the beginning of {@code in}. */
  static SegmentHeader readSegmentHeader(ByteBuffer in) throws MalformedSegmentException {
    ByteBuffer bytes = in.duplicate().order(LITTLE_ENDIAN);
    if (bytes.limit() < SEGMENT_HEADER_BYTES) {
      throw new MalformedSegmentException("the segment header is cut off");
    }
    if (bytes.getLong(0) != SEGMENT_MAGIC) {
      throw new MalformedSegmentException("it does not begin as a segment does");
    }
    if (bytes.getInt(SEGMENT_CHECKSUM_AT) != checksum(bytes, 0, SEGMENT_CHECKSUM_AT)) {
      throw new MalformedSegmentException("the checksum of the segment header is wrong");
    }
    if (bytes.getShort(8) != VERSION) {
      throw new MalformedSegmentException(
          "the segment has version " + bytes.getShort(8) + ", this server reads version 1 only");
    }
    BucketId bucket = new BucketId(readUuid(bytes, 16), bytes.getInt(12));
    return new SegmentHeader(bucket, bytes.getLong(32), bytes.getLong(40));
  }

  /** Writes an entry header into {@code out}, which has {@link #ENTRY_HEADER_BYTES} left. */
  static void writeEntryHeader(ByteBuffer out, EntryHeader header) {
    int from = out.position();
    WriterSequence writer = header.writer();
    out.order(LITTLE_ENDIAN)
        .putInt(ENTRY_MAGIC)
        .put(header.kind())
        .put(writer == null ? 0 : HAS_WRITER)
        .putShort((short) 0)
        .putInt(header.metadataBytes())
        .putInt(header.rows())
        .putLong(header.bodyBytes())
        .putLong(header.startOffset())
        .putLong(header.commitTimestampMicros());
    writeUuid(out, writer == null ? NO_WRITER : writer.writer());
    out.putLong(writer == null ? 0 : writer.sequence())
        .putLong(header.durablePosition())
        .putInt(header.schemaId())
        .putInt(header.payloadChecksum())
        .putLong(header.position())
        .putInt(0);
    out.putInt(checksum(out, from, ENTRY_CHECKSUM_AT));
  }

  /**
   * Whether a whole entry header is at {@code index} of {@code in}, written for this {@code
   * position} of the file: rows may hold bytes that look like one, copied from another place.
   */
  static boolean isEntryHeader(ByteBuffer in, int index, long position) {
    return index + ENTRY_HEADER_BYTES <= in.limit()
        && in.getInt(index) == ENTRY_MAGIC
        && in.getLong(index + POSITION_AT) == position
        && in.getInt(index + ENTRY_CHECKSUM_AT) == checksum(in, index, ENTRY_CHECKSUM_AT);
  }

  /** The durable position of the entry at {@code index}, which {@link #isEntryHeader}. */
  static long durablePosition(ByteBuffer in, int index) {
    return in.getLong(index + DURABLE_POSITION_AT);
  }

  /**
   * Reads the entry header at {@code index} of {@code in}, which is little endian.
   *
   * @param position of this entry in its file
   */
  static EntryHeader readEntryHeader(ByteBuffer in, int index, long position)
      throws MalformedSegmentException {
    if (!isEntryHeader(in, index, position)) {
      throw new MalformedSegmentException(
          index + ENTRY_HEADER_BYTES > in.limit()
              ? "the entry header is cut off"
              : "the checksum of the entry header is wrong");
    }
    WriterSequence writer =
        in.get(index + 5) == HAS_WRITER
            ? new WriterSequence(readUuid(in, index + 40), in.getLong(index + 56))
            : null;
    return new EntryHeader(
        in.get(index + 4),
        in.getInt(index + 8),
        in.getInt(index + 12),
        in.getLong(index + 16),
        in.getLong(index + 24),
        in.getLong(index + 32),
        writer,
        in.getLong(index + DURABLE_POSITION_AT),
        in.getInt(index + 72),
        in.getInt(index + 76),
        position);
  }

  /** Why an entry of this kind can't be understood. */
  static String unknownKind(byte kind) {
    return "entries of kind "
        + kind
        + " are not known to this server; a newer one may have written it";
  }

  static boolean isKnown(byte kind) {
    return kind == BATCH || kind == WRITERS || kind == CLOSE;
  }

  /** Fails unless the payload of an entry, at {@code index} of {@code in}, is whole. */
  static void checkPayload(ByteBuffer in, int index, EntryHeader header)
      throws MalformedSegmentException {
    if (header.payloadBytes() > in.limit() - index) {
      throw new MalformedSegmentException("the entry is cut off");
    }
    if (checksum(in, index, (int) header.payloadBytes()) != header.payloadChecksum()) {
      throw new MalformedSegmentException("the checksum of the entry is wrong");
    }
  }

  static void writeUuid(ByteBuffer out, UUID id) {
    out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  static UUID readUuid(ByteBuffer in, int index) {
    return new UUID(in.getLong(index), in.getLong(index + 8));
  }

  private static int checksum(ByteBuffer bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    ByteBuffer view = bytes.duplicate();
    view.limit(from + length).position(from);
    checksum.update(view);
    return (int) checksum.getValue();
  }
}
