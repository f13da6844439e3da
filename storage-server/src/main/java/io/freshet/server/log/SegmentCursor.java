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
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.server.log.SegmentBytes.Window;
import io.freshet.server.log.SegmentFormatV1.EntryHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/** Reads the entries of one segment, going forward. Used by one thread. */
final class SegmentCursor implements AutoCloseable {
  /** Read at once at least, because nothing says yet how long the entry is. */
  private static final long MIN_READ_BYTES = 64 << 10;

  private final Segment segment;
  private final SegmentBytes bytes;
  private final long end;
  private final BufferAllocator allocator;
  private @Nullable Window window;

  /**
   * @param end position after the last entry that may be read
   */
  SegmentCursor(Segment segment, SegmentBytes bytes, long end, BufferAllocator allocator) {
    this.segment = segment;
    this.bytes = bytes;
    this.end = end;
    this.allocator = allocator;
  }

  /**
   * The header of the entry at {@code position}, below the end.
   *
   * @param wantedBytes how much the caller wants to read from there, about
   */
  EntryHeader header(long position, long wantedBytes) throws IOException {
    long ahead = Math.min(end - position, Math.max(MIN_READ_BYTES, wantedBytes));
    Window current = window(position, ENTRY_HEADER_BYTES, ahead);
    try {
      EntryHeader header =
          SegmentFormatV1.readEntryHeader(current.bytes(), current.index(position), position);
      if (!SegmentFormatV1.isKnown(header.kind())) {
        throw new MalformedSegmentException(SegmentFormatV1.unknownKind(header.kind()));
      }
      if (header.endPosition() > end) {
        throw new MalformedSegmentException("the entry is cut off");
      }
      return header;
    } catch (MalformedSegmentException e) {
      throw segment.corrupt(position, String.valueOf(e.getMessage()));
    }
  }

  /** Fails with LOG_CORRUPT unless the payload is as it was written. */
  void checkPayload(EntryHeader header) throws IOException {
    long size = header.endPosition() - header.position();
    Window current = window(header.position(), size, size);
    try {
      SegmentFormatV1.checkPayload(
          current.bytes(), current.index(header.position()) + ENTRY_HEADER_BYTES, header);
    } catch (MalformedSegmentException e) {
      throw segment.corrupt(header.position(), String.valueOf(e.getMessage()));
    }
  }

  /** The entry with this header, of kind BATCH, after checking it. The caller closes it. */
  LogEntry entry(EntryHeader header) throws IOException {
    checkPayload(header);
    long size = header.endPosition() - header.position();
    Window current = window(header.position(), size, size);
    long metadataAt = header.position() + ENTRY_HEADER_BYTES;
    ByteBuffer message =
        current
            .bytes()
            .slice(
                current.index(metadataAt) + MESSAGE_PREFIX_BYTES,
                header.metadataBytes() - MESSAGE_PREFIX_BYTES)
            .order(LITTLE_ENDIAN);
    RecordBatch batch = (RecordBatch) Message.getRootAsMessage(message).header(new RecordBatch());
    ArrowBuf body =
        header.bodyBytes() == 0
            ? allocator.getEmpty()
            : current.share(metadataAt + header.metadataBytes(), header.bodyBytes(), allocator);
    return new LogEntry(
        header.startOffset(),
        header.commitTimestampMicros(),
        header.schemaId(),
        header.writer(),
        // Takes over the body.
        MessageSerializer.deserializeRecordBatch(batch, body));
  }

  @Override
  public void close() {
    if (window != null) {
      window.close();
      window = null;
    }
  }

  /** A window that holds the bytes from {@code position} on: these, or all up to the end. */
  private Window window(long position, long neededBytes, long wantedBytes) throws IOException {
    Window current = window;
    if (current == null || !current.holds(position, Math.min(neededBytes, end - position))) {
      close();
      current = bytes.window(position, wantedBytes, end, allocator);
      window = current;
    }
    return current;
  }
}
