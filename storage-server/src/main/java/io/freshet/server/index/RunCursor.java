/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.util.zip.CRC32C;

/** Goes over a run from its beginning to its end, and checks its checksum on the way. */
final class RunCursor implements EntryCursor {
  private static final int BLOCK_ENTRIES = 4096;

  private final MappedLongs entries;
  private final int stride;
  private final int expectedChecksum;
  private final String file;
  private final CRC32C checksum = new CRC32C();
  private final long[] block;
  private int count;
  private long next;

  RunCursor(MappedLongs entries, KeyForm form, int expectedChecksum, String file) {
    this.entries = entries;
    this.stride = form.words() + 1;
    this.expectedChecksum = expectedChecksum;
    this.file = file;
    this.block = new long[BLOCK_ENTRIES * stride];
  }

  @Override
  public boolean advance() throws MalformedIndexException {
    int longs = (int) Math.min(block.length, entries.size() - next);
    if (longs > 0) {
      entries.read(next, block, longs, checksum);
      next += longs;
      count = longs / stride;
      return true;
    }
    if ((int) checksum.getValue() != expectedChecksum) {
      throw new MalformedIndexException(
          file,
          "the checksum of the entries, bytes "
              + RunFormatV1.HEADER_BYTES
              + " to "
              + (RunFormatV1.HEADER_BYTES + entries.size() * Long.BYTES)
              + ", is wrong");
    }
    return false;
  }

  @Override
  public long[] block() {
    return block;
  }

  @Override
  public int count() {
    return count;
  }
}
