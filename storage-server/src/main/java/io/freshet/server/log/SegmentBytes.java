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
import org.jspecify.annotations.Nullable;

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

  /**
   * A part of the file in memory.
   *
   * @param start position in the file of the first byte of {@code bytes}
   * @param copy where the bytes are, or null if they are mapped
   */
  record Window(long start, ByteBuffer bytes, @Nullable ArrowBuf copy) implements AutoCloseable {
    int index(long position) {
      return (int) (position - start);
    }

    boolean holds(long position, long sizeBytes) {
      return position >= start && position + sizeBytes <= end();
    }

    /** A part of this memory, which it keeps from being unmapped or used again. */
    ArrowBuf share(long position, long sizeBytes, BufferAllocator allocator) {
      if (copy == null) {
        long address = MemoryUtil.getByteBufferAddress(bytes) + index(position);
        return allocator.wrapForeignAllocation(new Pinned(bytes, sizeBytes, address));
      }
      copy.getReferenceManager().retain();
      return copy.slice(index(position), sizeBytes);
    }

    @Override
    public void close() {
      if (copy != null) {
        copy.close();
      }
    }

    private long end() {
      return start + bytes.limit();
    }
  }

  /**
   * A window from {@code position}, where an entry begins. If it was mapped, it holds the whole
   * entry, else {@code sizeBytes} bytes. The caller closes it.
   *
   * @param end where an entry ends; nothing is read beyond it
   */
  Window window(long position, long sizeBytes, long end, BufferAllocator allocator)
      throws IOException {
    Window known = mapped(position, end);
    if (known != null) {
      return known;
    }
    ArrowBuf copy = allocator.buffer(sizeBytes);
    try {
      ByteBuffer bytes = copy.nioBuffer(0, Math.toIntExact(sizeBytes));
      disk.read(path, position, bytes);
      return new Window(position, bytes.clear().order(LITTLE_ENDIAN), copy);
    } catch (IOException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private synchronized @Nullable Window mapped(long position, long end) throws IOException {
    for (int i = mapped.size() - 1; i >= 0; i--) {
      if (mapped.get(i).holds(position, 1)) {
        return mapped.get(i);
      }
    }
    long mappedEnd = mapped.isEmpty() ? 0 : mapped.get(mapped.size() - 1).end();
    if (end - mappedEnd < MIN_MAPPING_BYTES) {
      return null;
    }
    int size = Math.toIntExact(end - mappedEnd);
    Window added =
        new Window(mappedEnd, disk.map(path, mappedEnd, size).order(LITTLE_ENDIAN), null);
    mapped.add(added);
    return added;
  }

  private static final class Pinned extends ForeignAllocation {
    /** Unmapped once nothing refers to it. */
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
