/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.server.log.BucketId;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Version 1 of a run, a file with entries of a key index that is never changed. All numbers are
 * little endian. Checksums are CRC-32C. The file is named {@code <file number, 20 digits>.run}.
 *
 * <pre>
 * header, 64 bytes
 *    0  8  magic "FRESHRUN"
 *    8  2  version, 1
 *   10  2  bytes of this header, 64
 *   12  4  bucket
 *   16 16  table id: most, then least significant 8 bytes
 *   32  4  words of a key: 1 or 2
 *   36  4  0
 *   40  8  fingerprint of the key's types and secret
 *   48  8  file number
 *   56  4  0
 *   60  4  checksum of bytes 0 to 60
 *
 * entries, ordered by their keys' words, unsigned; no key twice
 *    for each: 8 or 16 the key's words, 8 the location (see Location), or -2 if the key was removed
 *
 * directory, (2^directory bits + 1) * 4 bytes, then 0 or 4 bytes 0
 *    for each value of the highest directory bits of a key's first word: 4 index of the first entry
 *    that is not below it, unsigned; at the end the number of entries
 *
 * trailer, 96 bytes, at the end of the file
 *    0  8  magic "RUNTRAIL"
 *    8  8  number of entries
 *   16  8  number of entries that are removals
 *   24  4  directory bits
 *   28  4  0
 *   32  8  lowest fresh offset among the locations
 *   40  8  one after the highest fresh offset; equal to the lowest if there is none
 *   48  4  lowest file number among the locations
 *   52  4  one after the highest file number; equal to the lowest if there is none
 *   56 24  0
 *   80  4  checksum of the entries
 *   84  4  checksum of the directory and what follows it
 *   88  4  0
 *   92  4  checksum of bytes 0 to 92
 * </pre>
 */
final class RunFormatV1 {
  static final int HEADER_BYTES = 64;
  static final int TRAILER_BYTES = 96;
  static final int MAX_DIRECTORY_BITS = 24;

  /** More would not fit into the directory. */
  static final long MAX_ENTRIES = Integer.MAX_VALUE;

  private static final long HEADER_MAGIC = 0x4e55524853455246L; // "FRESHRUN"
  private static final long TRAILER_MAGIC = 0x4c494152544e5552L; // "RUNTRAIL"
  private static final short VERSION = 1;
  private static final int HEADER_CHECKSUM_AT = 60;
  private static final int TRAILER_CHECKSUM_AT = 92;
  private static final int ENTRIES_PER_CELL_BITS = 4;

  private RunFormatV1() {}

  /** The beginning of a run. */
  record Header(BucketId bucket, KeyForm form, long fingerprint, long fileNumber) {}

  /** The end of a run. */
  record Trailer(
      long entries,
      long removals,
      int directoryBits,
      LocationRange range,
      int entriesChecksum,
      int directoryChecksum) {
    long directoryBytes() {
      return (((1L << directoryBits) + 1) * Integer.BYTES + 7) & -8L;
    }
  }

  static String fileName(long fileNumber) {
    return String.format("%020d.run", fileNumber);
  }

  /** Directory bits for runs of up to {@code entries}: 8 to 16 entries for each cell. */
  static int directoryBits(long entries) {
    int bits =
        Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, entries) >>> ENTRIES_PER_CELL_BITS);
    return Math.max(1, Math.min(MAX_DIRECTORY_BITS, bits));
  }

  static void writeHeader(ByteBuffer out, Header header) {
    int from = out.position();
    UUID table = header.bucket().tableId();
    out.order(LITTLE_ENDIAN)
        .putLong(HEADER_MAGIC)
        .putShort(VERSION)
        .putShort((short) HEADER_BYTES)
        .putInt(header.bucket().bucket())
        .putLong(table.getMostSignificantBits())
        .putLong(table.getLeastSignificantBits())
        .putInt(header.form().words())
        .putInt(0)
        .putLong(header.fingerprint())
        .putLong(header.fileNumber())
        .putInt(0);
    out.putInt(checksum(out, from, HEADER_CHECKSUM_AT));
  }

  /** Fails unless {@code in} begins with this header. */
  static void checkHeader(ByteBuffer in, Header expected, String file)
      throws MalformedIndexException {
    ByteBuffer bytes = in.duplicate().order(LITTLE_ENDIAN);
    if (bytes.getLong(0) != HEADER_MAGIC) {
      throw new MalformedIndexException(file, "it does not begin as a run does");
    }
    if (bytes.getInt(HEADER_CHECKSUM_AT) != checksum(bytes, 0, HEADER_CHECKSUM_AT)) {
      throw new MalformedIndexException(
          file, "the checksum of the header, bytes 0 to 64, is wrong");
    }
    if (bytes.getShort(8) != VERSION) {
      throw new MalformedIndexException(
          file, "it has version " + bytes.getShort(8) + ", this server reads version 1 only");
    }
    ByteBuffer wanted = ByteBuffer.allocate(HEADER_BYTES);
    writeHeader(wanted, expected);
    if (!bytes.slice(0, HEADER_BYTES).equals(wanted.flip())) {
      throw new MalformedIndexException(
          file, "it belongs to another bucket or table, or to keys of other types");
    }
  }

  static void writeTrailer(ByteBuffer out, Trailer trailer) {
    int from = out.position();
    LocationRange range = trailer.range();
    out.order(LITTLE_ENDIAN)
        .putLong(TRAILER_MAGIC)
        .putLong(trailer.entries())
        .putLong(trailer.removals())
        .putInt(trailer.directoryBits())
        .putInt(0)
        .putLong(range.startOffset())
        .putLong(range.endOffset())
        .putInt(range.startFileNumber())
        .putInt(range.endFileNumber())
        .putLong(0)
        .putLong(0)
        .putLong(0)
        .putInt(trailer.entriesChecksum())
        .putInt(trailer.directoryChecksum())
        .putInt(0);
    out.putInt(checksum(out, from, TRAILER_CHECKSUM_AT));
  }

  /** The checksum that a trailer ends with: it stands for the whole content of a run. */
  static int trailerChecksum(ByteBuffer trailer) {
    return trailer.duplicate().order(LITTLE_ENDIAN).getInt(TRAILER_CHECKSUM_AT);
  }

  /**
   * Reads a trailer.
   *
   * @param sizeBytes of the whole file
   */
  static Trailer readTrailer(ByteBuffer in, KeyForm form, long sizeBytes, String file)
      throws MalformedIndexException {
    ByteBuffer bytes = in.duplicate().order(LITTLE_ENDIAN);
    if (bytes.getLong(0) != TRAILER_MAGIC
        || bytes.getInt(TRAILER_CHECKSUM_AT) != checksum(bytes, 0, TRAILER_CHECKSUM_AT)) {
      throw new MalformedIndexException(
          file, "the checksum of the trailer, the last 96 of " + sizeBytes + " bytes, is wrong");
    }
    LocationRange range =
        new LocationRange(bytes.getLong(32), bytes.getLong(40), bytes.getInt(48), bytes.getInt(52));
    Trailer trailer =
        new Trailer(
            bytes.getLong(8),
            bytes.getLong(16),
            bytes.getInt(24),
            range,
            bytes.getInt(80),
            bytes.getInt(84));
    long expected =
        HEADER_BYTES
            + trailer.entries() * form.entryBytes()
            + trailer.directoryBytes()
            + TRAILER_BYTES;
    if (expected != sizeBytes) {
      throw new MalformedIndexException(
          file, "it has " + sizeBytes + " bytes, its trailer asks for " + expected);
    }
    return trailer;
  }

  static int checksum(ByteBuffer bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.duplicate().limit(from + length).position(from));
    return (int) checksum.getValue();
  }
}
