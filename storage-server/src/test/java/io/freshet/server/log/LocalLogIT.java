/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.server.log.Entries.Plain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The local log on real files, written by a real thread. */
final class LocalLogIT extends BucketLogContractTest {
  private final ExecutorService executor = Executors.newSingleThreadExecutor();

  @TempDir Path folder = Path.of("");

  @Override
  Log start() {
    return new LocalLog(
        new LocalDisk(folder),
        executor,
        allocator,
        () -> now,
        LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(2_000));
  }

  @Override
  void crash() {
    settle();
  }

  @Override
  void settle() {
    // Tasks that are scheduled by tasks end up behind the first marker.
    for (int i = 0; i < 3; i++) {
      try {
        executor.submit(() -> {}).get(30, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IllegalStateException("The log's thread does not go on", e);
      }
    }
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void manyReadersFollowTheWriterAndTheTrimmer() throws Exception {
    LocalLogConfiguration configuration =
        LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(8 << 20).withDurability(Durability.OS);
    Log log = new LocalLog(new LocalDisk(folder), executor, allocator, () -> now, configuration);
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      int entries = 300;
      List<Future<Long>> results = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        results.add(readers.submit(() -> follow(bucket, entries)));
      }
      for (int i = 0; i < entries; i++) {
        write(bucket, 1, 100_000 + i, null);
      }
      for (Future<Long> result : results) {
        assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo(entries);
      }
      assertThat(bucket.startOffset()).isZero();
      bucket.trim(entries, Duration.ZERO, 0);
      settle();
      assertThat(bucket.startOffset()).isPositive();
      List<Plain> left = Entries.readAll(allocator, bucket, bucket.startOffset(), 1 << 20);
      assertThat(left).hasSize(entries - (int) bucket.startOffset());
    } finally {
      readers.shutdownNow();
    }
  }

  @Test
  void filesLieWhereTheFormatSays() throws IOException {
    try (BucketLog bucket = start().open(BUCKET, 1)) {
      writeMany(bucket, 2, 3);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()))
          .containsExactly(BUCKET.tableId() + "/3/00000000000000000000.log");
    }
  }

  private long follow(BucketLog bucket, long until) {
    long offset = 0;
    while (offset < until) {
      for (LogEntry entry : bucket.read(offset, 3 << 20)) {
        try (entry) {
          assertThat(entry.startOffset()).isEqualTo(offset);
          assertThat(Entries.plain(allocator, entry).rows()).hasSize(1);
          offset = entry.endOffset();
        }
      }
    }
    return offset;
  }
}
