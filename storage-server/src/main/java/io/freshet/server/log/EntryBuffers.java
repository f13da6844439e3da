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
import static io.freshet.server.log.SegmentFormatV1.MESSAGE_PREFIX_BYTES;
import static io.freshet.server.log.SegmentFormatV1.padded;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.server.log.SegmentFormatV1.EntryHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Entries laid out for one gathered write: headers and metadata in memory of this object, bodies as
 * views of the batches' own buffers, which must live until {@link #clear}.
 */
final class EntryBuffers {
  private static final int STAGING_BYTES = 16 << 10;

  private final ByteBuffer zeros = ByteBuffer.allocateDirect(8);
  private final List<ByteBuffer> gathered = new ArrayList<>();
  private ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
  private long sizeBytes;

  /** Bytes that {@link #addBatch} adds for a batch's body. */
  static long bodyBytes(ArrowRecordBatch batch) {
    List<ArrowBuffer> layout = batch.getBuffersLayout();
    if (layout.isEmpty()) {
      return 0;
    }
    ArrowBuffer last = layout.get(layout.size() - 1);
    return padded(last.getOffset() + last.getSize());
  }

  /** At least what {@link #addBatch} adds for a batch: the flatbuffer's size is estimated. */
  static long maxSizeBytes(ArrowRecordBatch batch) {
    int structs = batch.getNodes().size() + batch.getBuffers().size();
    return ENTRY_HEADER_BYTES + MESSAGE_PREFIX_BYTES + 128 + 16L * structs + bodyBytes(batch);
  }

  /**
   * @param position where the entry will be in the file
   * @param durablePosition as in the format
   */
  void addBatch(LogEntry entry, long position, long durablePosition) {
    ByteBuffer message = MessageSerializer.serializeMetadata(entry.batch());
    int metadataBytes = (int) padded(MESSAGE_PREFIX_BYTES + message.remaining());
    ByteBuffer head = stage(ENTRY_HEADER_BYTES + metadataBytes);
    head.position(ENTRY_HEADER_BYTES);
    head.putInt(MessageSerializer.IPC_CONTINUATION_TOKEN)
        .putInt(metadataBytes - MESSAGE_PREFIX_BYTES)
        .put(message);
    while (head.hasRemaining()) {
      head.put((byte) 0);
    }
    CRC32C checksum = new CRC32C();
    checksum.update(head.position(ENTRY_HEADER_BYTES));
    gathered.add(head.rewind());
    long bodyBytes = gatherBody(entry.batch(), checksum);
    SegmentFormatV1.writeEntryHeader(
        head,
        new EntryHeader(
            SegmentFormatV1.BATCH,
            metadataBytes,
            entry.rows(),
            bodyBytes,
            entry.startOffset(),
            entry.commitTimestampMicros(),
            entry.writer(),
            durablePosition,
            entry.schemaId(),
            (int) checksum.getValue(),
            position));
    head.rewind();
    sizeBytes += ENTRY_HEADER_BYTES + metadataBytes + bodyBytes;
  }

  /** Adds an entry of a kind that has no metadata. {@code body} is direct, a multiple of 8 long. */
  void addMarker(
      byte kind,
      long nextOffset,
      long lastCommitTimestampMicros,
      @Nullable ByteBuffer body,
      long position,
      long durablePosition) {
    CRC32C checksum = new CRC32C();
    int bodyBytes = 0;
    ByteBuffer head = stage(ENTRY_HEADER_BYTES);
    gathered.add(head);
    if (body != null) {
      bodyBytes = body.remaining();
      checksum.update(body.duplicate());
      gathered.add(body);
    }
    SegmentFormatV1.writeEntryHeader(
        head,
        new EntryHeader(
            kind,
            0,
            0,
            bodyBytes,
            nextOffset,
            lastCommitTimestampMicros,
            null,
            durablePosition,
            0,
            (int) checksum.getValue(),
            position));
    head.rewind();
    sizeBytes += ENTRY_HEADER_BYTES + bodyBytes;
  }

  /** Bytes of all entries added since the last {@link #clear}. */
  long sizeBytes() {
    return sizeBytes;
  }

  ByteBuffer[] toArray() {
    return gathered.toArray(ByteBuffer[]::new);
  }

  void clear() {
    gathered.clear();
    staging.clear();
    sizeBytes = 0;
  }

  private long gatherBody(ArrowRecordBatch batch, CRC32C checksum) {
    List<ArrowBuf> buffers = batch.getBuffers();
    List<ArrowBuffer> layout = batch.getBuffersLayout();
    long end = 0;
    for (int i = 0; i < buffers.size(); i++) {
      ArrowBuffer place = layout.get(i);
      gatherZeros(place.getOffset() - end, checksum);
      if (place.getSize() > 0) {
        // A body is below MAX_ENTRY_BYTES, so the size is an int.
        gather(buffers.get(i).nioBuffer(0, Math.toIntExact(place.getSize())), checksum);
      }
      end = place.getOffset() + place.getSize();
    }
    gatherZeros(padded(end) - end, checksum);
    return padded(end);
  }

  private void gatherZeros(long count, CRC32C checksum) {
    if (count > 0) {
      gather(zeros.duplicate().limit(Math.toIntExact(count)), checksum);
    }
  }

  private void gather(ByteBuffer bytes, CRC32C checksum) {
    checksum.update(bytes.duplicate());
    gathered.add(bytes);
  }

  /** Memory that stays as it is until {@link #clear}. */
  private ByteBuffer stage(int bytes) {
    if (staging.remaining() < bytes) {
      staging = ByteBuffer.allocateDirect(Math.max(bytes, STAGING_BYTES));
    }
    ByteBuffer slice = staging.slice(staging.position(), bytes).order(LITTLE_ENDIAN);
    staging.position(staging.position() + bytes);
    return slice;
  }
}
