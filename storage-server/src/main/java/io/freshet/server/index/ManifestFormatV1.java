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
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.server.log.BucketId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Version 1 of the manifest, the file that says which runs make up the last complete checkpoint of
 * a key index, and which state of the table it stands for. All numbers are little endian. It is
 * named {@code manifest} and always replaced as a whole.
 *
 * <pre>
 *    0  8  magic "FRESHMAN"
 *    8  2  version, 1
 *   10  2  flags: bit 0 set if there is a base; the others 0
 *   12  4  bytes of this file
 *   16 16  table id: most, then least significant 8 bytes
 *   32  4  bucket
 *   36  4  words of a key: 1 or 2
 *   40  8  fingerprint of the key's types and secret
 *   48  8  log offset: of the first change that is not in the runs
 *   56  8  snapshot id of the base; 0 if there is none
 *   64  8  next file number: those of later runs are not below it
 *   72  4  number of runs
 *   76  4  bytes of the tiered offsets
 *   80     for each run, the newest first:
 *          8 file number, 8 bytes of the file, 4 checksum that its trailer ends with, 4 0
 *          then the tiered offsets as UTF-8 text
 *          then 4 CRC-32C of all bytes before
 * </pre>
 */
final class ManifestFormatV1 {
  static final String FILE_NAME = "manifest";

  private static final long MAGIC = 0x4e414d4853455246L; // "FRESHMAN"
  private static final short VERSION = 1;
  private static final int RUNS_AT = 80;
  private static final int RUN_BYTES = 24;

  private ManifestFormatV1() {}

  /** One run as the manifest names it. */
  record RunEntry(long fileNumber, long sizeBytes, int trailerChecksum) {}

  /** What a manifest says. */
  record Manifest(IndexCheckpoint checkpoint, long nextFileNumber, List<RunEntry> runs) {
    Manifest {
      runs = List.copyOf(runs);
    }
  }

  static ByteBuffer write(BucketId bucket, KeyForm form, long fingerprint, Manifest manifest) {
    IndexCheckpoint checkpoint = manifest.checkpoint();
    byte[] offsets = checkpoint.tieredOffsets().getBytes(UTF_8);
    int size = RUNS_AT + manifest.runs().size() * RUN_BYTES + offsets.length + Integer.BYTES;
    Long base = checkpoint.baseSnapshotId();
    ByteBuffer out =
        ByteBuffer.allocate(size)
            .order(LITTLE_ENDIAN)
            .putLong(MAGIC)
            .putShort(VERSION)
            .putShort((short) (base == null ? 0 : 1))
            .putInt(size)
            .putLong(bucket.tableId().getMostSignificantBits())
            .putLong(bucket.tableId().getLeastSignificantBits())
            .putInt(bucket.bucket())
            .putInt(form.words())
            .putLong(fingerprint)
            .putLong(checkpoint.logOffset())
            .putLong(base == null ? 0 : base)
            .putLong(manifest.nextFileNumber())
            .putInt(manifest.runs().size())
            .putInt(offsets.length);
    for (RunEntry run : manifest.runs()) {
      out.putLong(run.fileNumber()).putLong(run.sizeBytes());
      out.putInt(run.trailerChecksum()).putInt(0);
    }
    out.put(offsets);
    out.putInt(RunFormatV1.checksum(out, 0, size - Integer.BYTES));
    return out.flip();
  }

  /**
   * Reads a whole manifest, and fails if it is damaged or belongs to something else.
   *
   * @param file as an operator finds it
   */
  static Manifest read(
      ByteBuffer bytes, BucketId bucket, KeyForm form, long fingerprint, String file)
      throws MalformedIndexException {
    ByteBuffer in = bytes.duplicate().order(LITTLE_ENDIAN);
    int size = in.limit();
    if (size < RUNS_AT + Integer.BYTES || in.getLong(0) != MAGIC) {
      throw new MalformedIndexException(file, "it does not begin as a manifest does");
    }
    int checksumAt = size - Integer.BYTES;
    if (in.getInt(12) != size || in.getInt(checksumAt) != RunFormatV1.checksum(in, 0, checksumAt)) {
      throw new MalformedIndexException(file, "the checksum of its " + size + " bytes is wrong");
    }
    if (in.getShort(8) != VERSION) {
      throw new MalformedIndexException(
          file, "it has version " + in.getShort(8) + ", this server reads version 1 only");
    }
    BucketId found = new BucketId(new UUID(in.getLong(16), in.getLong(24)), in.getInt(32));
    if (!found.equals(bucket)) {
      throw new MalformedIndexException(file, "it belongs to bucket " + found);
    }
    if (in.getInt(36) != form.words() || in.getLong(40) != fingerprint) {
      throw new MalformedIndexException(file, "its keys have other types or another secret");
    }
    int count = in.getInt(72);
    List<RunEntry> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = RUNS_AT + i * RUN_BYTES;
      runs.add(new RunEntry(in.getLong(at), in.getLong(at + 8), in.getInt(at + 16)));
    }
    byte[] offsets = new byte[in.getInt(76)];
    in.get(RUNS_AT + count * RUN_BYTES, offsets);
    Long base = (in.getShort(10) & 1) == 0 ? null : (Long) in.getLong(56);
    return new Manifest(
        new IndexCheckpoint(base, new String(offsets, UTF_8), in.getLong(48)),
        in.getLong(64),
        runs);
  }
}
