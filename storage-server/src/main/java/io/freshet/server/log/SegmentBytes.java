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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * The bytes of one segment for its readers, mapped in pieces as it grows. What is not yet worth a
 * mapping is copied, because mappings are a limited resource.
 */
final class SegmentBytes {
  private static final long MIN_MAPPING_BYTES = 4 << 20;

  private final Disk disk;
  private final String path;

  /** In file order, without gaps from position 0; each ends where an entry ends. */
  private final List<Window> mapped = new ArrayList<>();

  SegmentBytes(Disk disk, String path) {
    this.disk = disk;
    this.path = path;
  }

  /** Bytes [start, start + bytes.limit()) of the file. */
  record Window(long start, ByteBuffer bytes) {
    long end() {
      return start + bytes.limit();
    }

    int index(long position) {
      return (int) (position - start);
    }

    boolean holds(long position, long sizeBytes) {
      return position >= start && position + sizeBytes <= end();
    }

    /** These bytes without a copy; they stay in memory until the buffer is released. */
    ArrowBuf wrap(long position, long sizeBytes, BufferAllocator allocator) {
      long address = MemoryUtil.getByteBufferAddress(bytes) + index(position);
      return allocator.wrapForeignAllocation(new Pinned(bytes, sizeBytes, address));
    }
  }

  /**
   * A window with at least {@code sizeBytes} bytes from {@code position}, where an entry begins.
   *
   * @param readableEnd where the last readable entry ends
   */
  synchronized Window window(long position, long sizeBytes, long readableEnd) throws IOException {
    for (int i = mapped.size() - 1; i >= 0; i--) {
      if (mapped.get(i).holds(position, sizeBytes)) {
        return mapped.get(i);
      }
    }
    long mappedEnd = mapped.isEmpty() ? 0 : mapped.get(mapped.size() - 1).end();
    if (position >= mappedEnd && readableEnd - mappedEnd >= MIN_MAPPING_BYTES) {
      int length = Math.toIntExact(readableEnd - mappedEnd);
      Window window = new Window(mappedEnd, disk.map(path, mappedEnd, length).order(LITTLE_ENDIAN));
      mapped.add(window);
      return window;
    }
    int length = Math.toIntExact(Math.min(sizeBytes, readableEnd - position));
    ByteBuffer copy = ByteBuffer.allocateDirect(length).order(LITTLE_ENDIAN);
    disk.read(path, position, copy);
    return new Window(position, copy.clear());
  }

  private static final class Pinned extends ForeignAllocation {
    /** Unmapped or freed once nothing refers to it. */
    @SuppressWarnings("unused")
    private final ByteBuffer bytes;

    Pinned(ByteBuffer bytes, long sizeBytes, long address) {
      super(sizeBytes, address);
      this.bytes = bytes;
    }

    @Override
    protected void release0() {}
  }
}
