/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the disk can do at all: plain writes and syncs, with nothing around them. */
final class RawDisk {
  private static final int CHUNK_BYTES = 4 << 20;

  private final Path folder;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

  RawDisk(Path folder) {
    this.folder = folder;
    byte[] noise = new byte[CHUNK_BYTES];
    new Random(1).nextBytes(noise);
    chunk.put(noise).clear();
  }

  /** One file, written from start to end, and one sync. */
  double streamMegabytesPerSecond(long bytes) throws IOException {
    long start = System.nanoTime();
    write(folder.resolve("raw-stream"), List.of(bytes));
    return bytes / 1e6 / seconds(start);
  }

  /**
   * Several files at once, by a thread each, with a sync after each group.
   *
   * @param groups for each file, the bytes of its groups
   */
  double groupsMegabytesPerSecond(List<List<Long>> groups) throws Exception {
    long bytes = groups.stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
    ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, groups.size()));
    try {
      long start = System.nanoTime();
      List<Future<?>> writes = new ArrayList<>();
      for (int file = 0; file < groups.size(); file++) {
        Path path = folder.resolve("raw-group-" + file);
        List<Long> sizes = groups.get(file);
        writes.add(
            threads.submit(() -> {
              write(path, sizes);
              return null;
            }));
      }
      for (Future<?> write : writes) {
        write.get();
      }
      return bytes / 1e6 / seconds(start);
    } finally {
      threads.shutdown();
    }
  }

  private void write(Path path, List<Long> groups) throws IOException {
    try (FileChannel file = FileChannel.open(path, WRITE, CREATE_NEW)) {
      for (long group : groups) {
        long left = group;
        while (left > 0) {
          ByteBuffer part = chunk.duplicate();
          part.limit((int) Math.min(left, CHUNK_BYTES));
          left -= file.write(part);
        }
        file.force(false);
      }
    } finally {
      Files.deleteIfExists(path);
    }
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
