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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.log.Entries.Plain;
import io.freshet.server.log.RecoveredWriters.WrittenBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Log} promises. */
abstract class BucketLogContractTest {
  static final BucketId BUCKET = new BucketId(new UUID(7, 8), 3);
  static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private static final UUID WRITER = new UUID(1, 2);

  final BufferAllocator allocator = new RootAllocator();
  Instant now = Instant.ofEpochSecond(1000);

  private Log log = new NoLog();

  /** What a new process opens, on the data that the one before has left. */
  abstract Log start();

  /** Ends the process without closing anything; at most what is not durable may be lost. */
  abstract void crash();

  /** Lets pending writes and deletions finish. */
  abstract void settle();

  @BeforeEach
  final void startLog() {
    log = start();
  }

  @AfterEach
  final void everythingIsReleased() {
    allocator.close();
  }

  @Test
  void newLogIsEmpty() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      assertThat(bucket.startOffset()).isZero();
      assertThat(bucket.endOffset()).isZero();
      assertThat(bucket.recoveredWriters().batches()).isEmpty();
      assertThat(bucket.read(0, 1000)).isEmpty();
    }
  }

  @Test
  void entriesAreReadAsTheyWereAppended() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      List<Plain> written = new ArrayList<>();
      written.add(write(bucket, 5, 10, null));
      written.add(write(bucket, 1, 100_000, new WriterSequence(WRITER, 44)));
      written.add(write(bucket, 800, 3, new WriterSequence(WRITER, 45)));
      assertThat(bucket.endOffset()).isEqualTo(806);
      assertThat(Entries.readAll(allocator, bucket, 0, 1)).isEqualTo(written);
      assertThat(Entries.readAll(allocator, bucket, 0, Long.MAX_VALUE)).isEqualTo(written);
    }
  }

  @Test
  void readStartsWithTheEntryThatHoldsTheOffset() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      writeMany(bucket, 40, 5);
      for (long offset = 0; offset < 200; offset++) {
        assertThat(startOffsets(bucket, offset, 1)).containsExactly(offset / 5 * 5);
      }
    }
  }

  @Test
  void readStopsOnceItHasEnoughBytes() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      for (int i = 0; i < 20; i++) {
        write(bucket, 1, 10_000, null);
      }
      assertThat(startOffsets(bucket, 4, 15_000)).containsExactly(4L, 5L);
      assertThat(startOffsets(bucket, 18, 1_000_000)).containsExactly(18L, 19L);
    }
  }

  @Test
  void offsetOfATimestampIsThatOfTheFirstChangeFromThenOn() {
    long start = now.toEpochMilli() * 1000;
    for (int restart = 0; restart < 3; restart++) {
      try (BucketLog bucket = log.open(BUCKET, restart + 1)) {
        long last = bucket.endOffset() == 0 ? 0 : now.toEpochMilli() * 1000 - 2000;
        assertThat(bucket.lastTimestampMicros()).isEqualTo(last);
        for (int i = 0; i < 20; i++) {
          write(bucket, 3, 20_000, null);
          write(bucket, 2, 10, null); // Of the same moment.
          now = now.plusMillis(2);
        }
        for (int i = 0; i < 20 * (restart + 1); i++) {
          assertThat(bucket.offsetAt(start + i * 2000L)).isEqualTo(5L * i);
          assertThat(bucket.offsetAt(start + i * 2000L + 1)).isEqualTo(5L * (i + 1));
        }
        assertThat(bucket.offsetAt(Long.MIN_VALUE)).isZero();
        assertThat(bucket.offsetAt(Long.MAX_VALUE)).isEqualTo(bucket.endOffset());
      }
    }
  }

  @Test
  void readAtTheEndIsEmptyAndBeyondItIsRefused() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      writeMany(bucket, 2, 5);
      assertThat(bucket.read(10, 100)).isEmpty();
      assertThatThrownBy(() -> bucket.read(11, 100))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining("bucket " + BUCKET)
          .hasMessageContaining("at offset 11")
          .hasMessageContaining("[0, 10)")
          .extracting("code")
          .isEqualTo(FreshetErrorCode.OFFSET_OUT_OF_RANGE);
      assertThatThrownBy(() -> bucket.read(-1, 100)).hasMessageContaining("at offset -1");
    }
  }

  @Test
  void futuresCompleteInAppendOrderAndAfterTheEndHasMoved() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      List<Long> completed = new ArrayList<>();
      List<LogEntry> entries = new ArrayList<>();
      for (long offset = 0; offset < 100; offset += 10) {
        LogEntry entry = Entries.entry(allocator, offset, 10);
        entries.add(entry);
        @SuppressWarnings("unused")
        CompletableFuture<Void> noted =
            bucket
                .append(entry)
                .thenRun(() -> {
                  assertThat(bucket.endOffset()).isGreaterThanOrEqualTo(entry.endOffset());
                  completed.add(entry.startOffset());
                });
      }
      settle();
      assertThat(completed).containsExactly(0L, 10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L);
      entries.forEach(LogEntry::close);
    }
  }

  @Test
  void entryThatDoesNotFollowIsABug() {
    try (BucketLog bucket = log.open(BUCKET, 1);
        LogEntry entry = Entries.entry(allocator, 7, 1);
        LogEntry empty = Entries.entry(allocator, 0, 0)) {
      assertThatThrownBy(() -> bucket.append(entry)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> bucket.append(empty)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void closedLogGoesOnWhereItEnded() {
    List<Plain> written;
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      written = writeMany(bucket, 10, 7);
    }
    log = start();
    for (long epoch = 1; epoch < 4; epoch++) {
      try (BucketLog bucket = log.open(BUCKET, epoch)) {
        written.addAll(writeMany(bucket, 3, 2));
        assertThat(Entries.readAll(allocator, bucket, 0, 50)).isEqualTo(written);
      }
    }
  }

  @Test
  void acknowledgedEntriesSurviveACrash() {
    List<Plain> written = writeMany(log.open(BUCKET, 1), 10, 7);
    crash();
    log = start();
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      assertThat(Entries.readAll(allocator, bucket, 0, 50)).isEqualTo(written);
      assertThat(bucket.endOffset()).isEqualTo(70);
    }
  }

  @Test
  void closeWritesWhatIsPending() {
    BucketLog bucket = log.open(BUCKET, 1);
    try (LogEntry entry = Entries.entry(allocator, 0, 4)) {
      CompletableFuture<Void> durable = bucket.append(entry);
      bucket.close();
      bucket.close();
      assertThat(durable).isCompleted();
      assertThat(bucket.append(entry)).isCompletedExceptionally();
      assertThatThrownBy(() -> bucket.read(0, 1)).hasMessageContaining("is closed");
    }
    settle();
    log = start();
    try (BucketLog again = log.open(BUCKET, 1)) {
      assertThat(again.endOffset()).isEqualTo(4);
    }
  }

  @Test
  void readEntriesOutliveTheirLogAndTrimming() {
    BucketLog bucket = log.open(BUCKET, 1);
    List<Plain> written = writeMany(bucket, 50, 10);
    List<LogEntry> read = bucket.read(0, Long.MAX_VALUE);
    bucket.trim(500, Duration.ZERO, 0);
    settle();
    bucket.close();
    log.delete(BUCKET.tableId());
    assertThat(read.stream().map(entry -> Entries.plain(allocator, entry))).isEqualTo(written);
    read.forEach(LogEntry::close);
  }

  @Test
  void writersAreRememberedOverRestarts() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      for (int sequence = 0; sequence < 20; sequence++) {
        write(bucket, 2, 10, new WriterSequence(WRITER, sequence * 10));
      }
    }
    log = start();
    BucketLog bucket = log.open(BUCKET, 2);
    UUID other = new UUID(5, 5);
    write(bucket, 3, 10, new WriterSequence(other, 1));
    crash();
    log = start();
    try (BucketLog again = log.open(BUCKET, 2)) {
      assertThat(again.recoveredWriters().batches()).containsOnlyKeys(WRITER, other);
      assertThat(again.recoveredWriters().batches().get(other))
          .containsExactly(new WrittenBatch(1, 40, 43));
      assertThat(again.recoveredWriters().batches().get(WRITER))
          .hasSize(RecoveredWriters.BATCHES_PER_WRITER)
          .startsWith(new WrittenBatch(40, 8, 10))
          .endsWith(new WrittenBatch(190, 38, 40));
    }
  }

  @Test
  void trimKeepsWhatTheLakeDoesNotHold() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      writeMany(bucket, 50, 10);
      bucket.trim(123, Duration.ZERO, 0);
      assertThat(bucket.startOffset()).isBetween(1L, 123L);
      assertThat(Entries.readAll(allocator, bucket, bucket.startOffset(), 1)).isNotEmpty();
      assertThatThrownBy(() -> bucket.read(0, 1))
          .hasMessageContaining("[" + bucket.startOffset() + ", 500)");
    }
  }

  @Test
  void trimKeepsTheNewestBytesThatAreNotTooOld() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      now = Instant.ofEpochSecond(2000);
      writeMany(bucket, 25, 10);
      now = Instant.ofEpochSecond(3000);
      writeMany(bucket, 25, 10);
      bucket.trim(500, FOREVER, Long.MAX_VALUE);
      assertThat(bucket.startOffset()).isZero();
      bucket.trim(500, Duration.ofSeconds(500), Long.MAX_VALUE);
      assertThat(bucket.startOffset()).isBetween(1L, 250L);
      bucket.trim(500, FOREVER, 5_000);
      assertThat(bucket.startOffset()).isBetween(251L, 500L);
      long bytes = 0;
      for (LogEntry entry : bucket.read(bucket.startOffset(), Long.MAX_VALUE)) {
        bytes += entry.batch().computeBodyLength();
        entry.close();
      }
      // Of the 5000, the rest is headers.
      assertThat(bytes).isGreaterThan(2_000);
      settle();
    }
  }

  @Test
  void writersOutliveTrimming() {
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      write(bucket, 2, 10, new WriterSequence(WRITER, 1));
      writeMany(bucket, 50, 10);
      bucket.trim(400, Duration.ZERO, 0);
      settle();
      assertThat(bucket.startOffset()).isPositive();
    }
    log = start();
    try (BucketLog bucket = log.open(BUCKET, 1)) {
      assertThat(bucket.startOffset()).isPositive();
      assertThat(bucket.recoveredWriters().batches().get(WRITER))
          .containsExactly(new WrittenBatch(1, 0, 2));
    }
  }

  @Test
  void olderEpochIsRefused() {
    log.open(BUCKET, 5).close();
    log = start();
    assertThatThrownBy(() -> log.open(BUCKET, 4))
        .hasMessageContaining("bucket " + BUCKET)
        .hasMessageContaining("epoch 4")
        .hasMessageContaining("epoch 5")
        .extracting("code")
        .isEqualTo(FreshetErrorCode.FENCED);
    log.open(BUCKET, 5).close();
  }

  @Test
  void newerOwnerStopsTheOlder() {
    BucketLog older = log.open(BUCKET, 1);
    write(older, 2, 10, null);
    assertThatThrownBy(() -> log.open(BUCKET, 1)).hasMessageContaining("has it");
    try (LogEntry late = Entries.entry(allocator, 2, 1);
        BucketLog newer = log.open(BUCKET, 2)) {
      CompletableFuture<Void> refused = older.append(late);
      settle();
      assertThatThrownBy(refused::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .hasMessageContaining("epoch 2")
          .extracting("code")
          .isEqualTo(FreshetErrorCode.FENCED);
      older.close();
      assertThat(newer.endOffset()).isEqualTo(2);
      write(newer, 1, 10, null);
      assertThat(Entries.readAll(allocator, newer, 0, 1)).hasSize(2);
    }
  }

  @Test
  void deleteForgetsThatTableOnly() {
    BucketId other = new BucketId(new UUID(9, 9), 3);
    try (BucketLog bucket = log.open(BUCKET, 3);
        BucketLog kept = log.open(other, 3)) {
      write(bucket, 2, 10, null);
      write(kept, 2, 10, null);
    }
    log.delete(BUCKET.tableId());
    log.delete(BUCKET.tableId());
    try (BucketLog bucket = log.open(BUCKET, 1);
        BucketLog kept = log.open(other, 3)) {
      assertThat(bucket.endOffset()).isZero();
      assertThat(kept.endOffset()).isEqualTo(2);
    }
  }

  /** Appends one entry at the end, waits for it, and returns it as a value. */
  final Plain write(BucketLog bucket, int rows, int textBytes, @Nullable WriterSequence writer) {
    long micros = now.toEpochMilli() * 1000;
    try (LogEntry entry =
        Entries.entry(allocator, bucket.endOffset(), rows, textBytes, micros, writer)) {
      CompletableFuture<Void> durable = bucket.append(entry);
      settle();
      durable.join();
      return Entries.plain(allocator, entry);
    }
  }

  final List<Plain> writeMany(BucketLog bucket, int entries, int rows) {
    List<Plain> written = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      written.add(write(bucket, rows, 10, null));
    }
    return written;
  }

  private static List<Long> startOffsets(BucketLog bucket, long offset, long maxBytes) {
    List<Long> offsets = new ArrayList<>();
    for (LogEntry entry : bucket.read(offset, maxBytes)) {
      offsets.add(entry.startOffset());
      entry.close();
    }
    return offsets;
  }

  private static final class NoLog implements Log {
    @Override
    public BucketLog open(BucketId bucket, long epoch) {
      throw new IllegalStateException("not started");
    }

    @Override
    public void delete(UUID tableId) {
      throw new IllegalStateException("not started");
    }
  }
}
