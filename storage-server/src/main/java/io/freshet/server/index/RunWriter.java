/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.server.index.RunFormatV1.Header;
import io.freshet.server.index.RunFormatV1.Trailer;
import io.freshet.server.log.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Writes a run from entries in the order of their keys, and makes its content durable. */
final class RunWriter {
  private static final int BUFFER_BYTES = 3 << 17;

  /** One large sync at the end would hold up those of the log. */
  private static final int SYNC_STEP_BYTES = 4 << 20;

  private final DiskFile file;
  private final int words;
  private final int directoryBits;
  private final int[] directory;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final CRC32C checksum = new CRC32C();

  private int unsynced;

  /** Cells of the directory below this one are set. */
  private int nextCell;

  private long entries;
  private long removals;
  private long startOffset = Long.MAX_VALUE;
  private long endOffset;
  private int startFileNumber = Integer.MAX_VALUE;
  private int endFileNumber;

  /**
   * @param file empty; stays its owner's
   * @param maxEntries how many entries will be added at most
   */
  RunWriter(DiskFile file, Header header, long maxEntries) throws IOException {
    if (maxEntries > RunFormatV1.MAX_ENTRIES) {
      throw new IOException(
          "a run of " + maxEntries + " entries is too large, use more buckets for the table");
    }
    this.file = file;
    this.words = header.form().words();
    this.directoryBits = RunFormatV1.directoryBits(maxEntries);
    this.directory = new int[(1 << directoryBits) + 1];
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    RunFormatV1.writeHeader(buffer, header);
    flush();
    checksum.reset();
  }

  /** Adds the entry at {@code at} of a block; its key is after those before. */
  void add(long[] block, int at) throws IOException {
    long first = block[at];
    long location = block[at + words];
    for (int cell = (int) (first >>> (Long.SIZE - directoryBits)); nextCell <= cell; nextCell++) {
      directory[nextCell] = (int) entries;
    }
    buffer.putLong(first);
    if (words == 2) {
      buffer.putLong(block[at + 1]);
    }
    buffer.putLong(location);
    entries++;
    note(location);
    if (!buffer.hasRemaining()) {
      flush();
    }
  }

  /** Writes the rest and makes all of it durable. */
  void finish() throws IOException {
    flush();
    int entriesChecksum = (int) checksum.getValue();
    checksum.reset();
    for (; nextCell < directory.length; nextCell++) {
      directory[nextCell] = (int) entries;
    }
    for (int start : directory) {
      buffer.putInt(start);
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
    // An odd number of cells never ends with the buffer.
    buffer.putInt(0);
    flush();
    LocationRange range =
        new LocationRange(
            endOffset == 0 ? 0 : startOffset,
            endOffset,
            endFileNumber == 0 ? 0 : startFileNumber,
            endFileNumber);
    Trailer trailer =
        new Trailer(
            entries, removals, directoryBits, range, entriesChecksum, (int) checksum.getValue());
    RunFormatV1.writeTrailer(buffer, trailer);
    flush();
    file.force();
  }

  private void note(long location) {
    if (location == Location.REMOVED) {
      removals++;
    } else if (Location.isFresh(location)) {
      startOffset = Math.min(startOffset, location);
      endOffset = Math.max(endOffset, location + 1);
    } else {
      int fileNumber = Location.fileNumber(location);
      startFileNumber = Math.min(startFileNumber, fileNumber);
      endFileNumber = Math.max(endFileNumber, fileNumber + 1);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer.duplicate());
    unsynced += buffer.remaining();
    file.append(new ByteBuffer[] {buffer});
    buffer.clear();
    if (unsynced >= SYNC_STEP_BYTES) {
      file.force();
      unsynced = 0;
    }
  }
}
