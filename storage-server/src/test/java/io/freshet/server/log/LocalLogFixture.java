/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import io.freshet.server.log.Entries.Plain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A local log on a simulated disk, driven by the test's thread. */
final class LocalLogFixture implements AutoCloseable {
  static final BucketId BUCKET = new BucketId(new UUID(7, 8), 3);

  final BufferAllocator allocator = new RootAllocator();
  final ManualExecutor executor = new ManualExecutor();
  private final LocalLogConfiguration configuration;
  SimulatedDisk disk;
  Instant now = Instant.ofEpochSecond(1000);

  LocalLogFixture(long seed, LocalLogConfiguration configuration) {
    this.disk = new SimulatedDisk(seed);
    this.configuration = configuration;
  }

  /** What a new process opens. */
  BucketLog open(long epoch) {
    return new LocalLog(disk, executor, allocator, () -> now, configuration).open(BUCKET, epoch);
  }

  /** Takes the power away. */
  void crash() {
    executor.clear();
    disk = disk.crash();
  }

  /** Ends the process: nothing more is written, what was written stays. */
  void kill() {
    executor.clear();
  }

  /** Appends one entry of its own group, with a row for every offset. */
  Plain write(BucketLog log, int rows, int textBytes) {
    try (LogEntry entry =
        Entries.entry(
            allocator, log.endOffset(), rows, textBytes, now.toEpochMilli() * 1000, null)) {
      CompletableFuture<Void> durable = log.append(entry);
      executor.runAll();
      durable.join();
      return Entries.plain(allocator, entry);
    }
  }

  List<Plain> writeMany(BucketLog log, int entries, int rows) {
    List<Plain> written = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      written.add(write(log, rows, 10));
    }
    return written;
  }

  List<Plain> readAll(BucketLog log) {
    return Entries.readAll(allocator, log, log.startOffset(), 1000);
  }

  /** The file that is appended to. */
  String lastPath() {
    List<String> paths = disk.paths();
    return paths.get(paths.size() - 1);
  }

  @Override
  public void close() {
    allocator.close();
  }
}
