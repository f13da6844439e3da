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
import io.freshet.server.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.zip.CRC32C;

/**
 * An immutable run, mapped into memory. A key is found through the directory, which gives the 8 to
 * 16 entries that begin with the same bits, and then by interpolation among them: one or two
 * accesses to the file's pages.
 *
 * <p>Only the loop that owns the index looks keys up; {@link #cursor} may be used by any thread.
 */
final class Run implements EntrySource {
  /** Ranges longer than this are halved before they are gone through. */
  private static final int MAX_WALK = 32;

  private final String file;
  private final long fileNumber;
  private final long sizeBytes;
  private final int trailerChecksum;
  private final Trailer trailer;
  private final KeyForm form;
  private final int stride;
  private final IntBuffer directory;
  private final MappedLongs entries;

  // Of the keys that are looked up side by side: int[GROUP], long[GROUP].
  private final int[] starts = new int[GROUP];
  private final int[] ends = new int[GROUP];
  private final int[] guesses = new int[GROUP];
  private final long[] guessed = new long[GROUP];

  private Run(
      Disk disk, String path, Header header, long sizeBytes, Trailer trailer, int trailerChecksum)
      throws IOException {
    this.file = disk.locate(path);
    this.fileNumber = header.fileNumber();
    this.sizeBytes = sizeBytes;
    this.trailer = trailer;
    this.trailerChecksum = trailerChecksum;
    this.form = header.form();
    this.stride = form.words() + 1;
    long entryBytes = trailer.entries() * form.entryBytes();
    this.entries = new MappedLongs(disk, path, RunFormatV1.HEADER_BYTES, entryBytes / Long.BYTES);
    ByteBuffer mapped =
        disk.map(path, RunFormatV1.HEADER_BYTES + entryBytes, (int) trailer.directoryBytes());
    this.directory = mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    CRC32C checksum = new CRC32C();
    checksum.update(mapped);
    if ((int) checksum.getValue() != trailer.directoryChecksum()) {
      throw new MalformedIndexException(
          file,
          "the checksum of the directory, from byte "
              + (RunFormatV1.HEADER_BYTES + entryBytes)
              + " on, is wrong");
    }
  }

  /** Opens a run and checks all but its entries. */
  static Run open(Disk disk, String path, Header expected) throws IOException {
    String file = disk.locate(path);
    long size = disk.sizeBytes(path);
    if (size < RunFormatV1.HEADER_BYTES + RunFormatV1.TRAILER_BYTES) {
      throw new MalformedIndexException(file, "it is cut off at byte " + size);
    }
    ByteBuffer header = ByteBuffer.allocate(RunFormatV1.HEADER_BYTES);
    disk.read(path, 0, header);
    RunFormatV1.checkHeader(header.flip(), expected, file);
    ByteBuffer end = ByteBuffer.allocate(RunFormatV1.TRAILER_BYTES);
    disk.read(path, size - RunFormatV1.TRAILER_BYTES, end);
    Trailer trailer = RunFormatV1.readTrailer(end.flip(), expected.form(), size, file);
    return new Run(disk, path, expected, size, trailer, RunFormatV1.trailerChecksum(end));
  }

  long fileNumber() {
    return fileNumber;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  int trailerChecksum() {
    return trailerChecksum;
  }

  @Override
  public long entryCount() {
    return trailer.entries();
  }

  LocationRange range() {
    return trailer.range();
  }

  /** Checks every entry; the rest was checked when the run was opened. */
  void verify() throws IOException {
    RunCursor cursor = cursor();
    while (cursor.advance()) {
      // Its end checks the checksum.
    }
  }

  @Override
  public RunCursor cursor() {
    return new RunCursor(entries, form, trailer.entriesChecksum(), file);
  }

  @Override
  public int find(KeyHashes keys, int[] rows, int count, long[] locations) {
    narrow(keys, rows, count);
    // Nothing depends on these loads, so all of them are under way at once.
    for (int i = 0; i < count; i++) {
      guessed[i] = starts[i] < ends[i] ? entries.get((long) guesses[i] * stride) : 0;
    }
    int unknown = 0;
    int known = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      long found = find(i, keys.first(row), keys.second(row));
      if (found == Location.ABSENT) {
        rows[unknown++] = row;
      } else {
        locations[row] = found == Location.REMOVED ? Location.ABSENT : found;
        starts[known++] = row;
      }
    }
    System.arraycopy(starts, 0, rows, unknown, known);
    return unknown;
  }

  /** Sets the range of entries where each key can be, and where in it the key should be. */
  private void narrow(KeyHashes keys, int[] rows, int count) {
    int bits = trailer.directoryBits();
    for (int i = 0; i < count; i++) {
      int cell = (int) (keys.first(rows[i]) >>> (Long.SIZE - bits));
      starts[i] = directory.get(cell);
      ends[i] = directory.get(cell + 1);
    }
    for (int i = 0; i < count; i++) {
      long rest = keys.first(rows[i]) << bits >>> Integer.SIZE;
      guesses[i] = starts[i] + (int) ((ends[i] - starts[i]) * rest >>> Integer.SIZE);
    }
  }

  /** The location of the key at {@code i} of the group, REMOVED, or ABSENT. */
  private long find(int i, long first, long second) {
    int start = starts[i];
    int end = ends[i];
    if (start >= end) {
      return Location.ABSENT;
    }
    int at = guesses[i];
    long word = guessed[i];
    if (end - start > MAX_WALK) {
      at = halve(start, end, first);
      word = entries.get((long) at * stride);
    }
    while (at > start && Long.compareUnsigned(word, first) >= 0) {
      if (word == first && form == KeyForm.EXACT) {
        return entries.get((long) at * stride + 1);
      }
      at--;
      word = entries.get((long) at * stride);
    }
    // From here on the key is at this entry or after it.
    while (true) {
      int comparison = Long.compareUnsigned(word, first);
      if (comparison > 0) {
        return Location.ABSENT;
      }
      if (comparison == 0
          && (form == KeyForm.EXACT || entries.get((long) at * stride + 1) == second)) {
        return entries.get((long) at * stride + stride - 1);
      }
      if (++at == end) {
        return Location.ABSENT;
      }
      word = entries.get((long) at * stride);
    }
  }

  /** The first entry of a range whose first word is not below {@code first}, or the last one. */
  private int halve(int from, int to, long first) {
    int start = from;
    int end = to - 1;
    while (start < end) {
      int middle = (start + end) >>> 1;
      if (Long.compareUnsigned(entries.get((long) middle * stride), first) < 0) {
        start = middle + 1;
      } else {
        end = middle;
      }
    }
    return start;
  }
}
