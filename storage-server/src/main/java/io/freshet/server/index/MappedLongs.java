/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import io.freshet.server.log.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.zip.CRC32C;

/** A part of a file as little-endian longs, mapped into memory in chunks, as one map has 2 GiB. */
final class MappedLongs {
  private static final int CHUNK_BITS = 27;
  private static final long CHUNK_MASK = (1L << CHUNK_BITS) - 1;

  private final ByteBuffer[] bytes;
  private final LongBuffer[] chunks;
  private final long size;

  /**
   * @param size number of longs
   */
  MappedLongs(Disk disk, String path, long position, long size) throws IOException {
    this.size = size;
    int count = (int) ((size + CHUNK_MASK) >>> CHUNK_BITS);
    this.bytes = new ByteBuffer[count];
    this.chunks = new LongBuffer[count];
    for (int i = 0; i < count; i++) {
      long from = (long) i << CHUNK_BITS;
      int chunkBytes = (int) (Math.min(size - from, CHUNK_MASK + 1) * Long.BYTES);
      bytes[i] = disk.map(path, position + from * Long.BYTES, chunkBytes);
      chunks[i] = bytes[i].duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    }
  }

  long size() {
    return size;
  }

  long get(long index) {
    return chunks[(int) (index >>> CHUNK_BITS)].get((int) (index & CHUNK_MASK));
  }

  /** Copies {@code count} longs from {@code index} on, and adds their bytes to a checksum. */
  void read(long index, long[] target, int count, CRC32C checksum) {
    for (int done = 0; done < count; ) {
      int chunk = (int) (index + done >>> CHUNK_BITS);
      int from = (int) (index + done & CHUNK_MASK);
      int part = Math.min(count - done, chunks[chunk].limit() - from);
      chunks[chunk].get(from, target, done, part);
      checksum.update(bytes[chunk].slice(from * Long.BYTES, part * Long.BYTES));
      done += part;
    }
  }
}
