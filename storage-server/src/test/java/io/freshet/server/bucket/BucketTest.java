/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import io.freshet.server.fresh.FreshMemory;
import io.freshet.server.fresh.FreshRows;
import io.freshet.server.fresh.LongBatches;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.RecoveredWriters;
import io.freshet.server.log.RecoveredWriters.WrittenBatch;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.loop.ManualLoop;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BucketTest {
  private static final int ROWS = 10;
  private static final UUID WRITER = new UUID(0, 7);
  private static final FreshetException NO_SPACE =
      FreshetException.of(LOG_WRITE_FAILED, "No space left");

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualLoop loop = new ManualLoop();
  private ScriptedBucketLog log = new ScriptedBucketLog(new RecoveredWriters(Map.of()), 0);
  private Bucket bucket = open();

  @AfterEach
  void everythingIsReleased() {
    bucket.fresh().close();
    allocator.close();
  }

  @Test
  void rowsAreVisibleAndAcknowledgedOnceTheyAreDurable() {
    CompletableFuture<AppendResult> result = append(1, null);
    assertThat(result).isNotDone();
    assertThat(bucket.endOffset()).isZero();
    succeed(0);
    assertThat(result).isCompletedWithValue(new AppendResult(0, ROWS));
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
    assertThat(LongBatches.read(bucket.fresh(), 0, ROWS, allocator)).hasSize(ROWS);
  }

  @Test
  void batchesOfAnonymousWritersAreAllNew() {
    appendAnonymous();
    appendAnonymous();
    assertThat(log.appendedAt()).containsExactly(0L, 10L);
    succeed(0);
    succeed(1);
    assertThat(bucket.endOffset()).isEqualTo(2 * ROWS);
  }

  @Test
  void batchSentAgainWhileItIsWrittenSharesItsFate() {
    CompletableFuture<AppendResult> first = append(1, null);
    CompletableFuture<AppendResult> again = append(1, null);
    assertThat(log.appendedAt()).containsExactly(0L);
    succeed(0);
    assertThat(first).isCompletedWithValue(new AppendResult(0, ROWS));
    assertThat(again).isCompletedWithValue(new AppendResult(0, ROWS));
  }

  @Test
  void batchSentAgainAfterARestartGetsItsOffsets() {
    bucket.fresh().close();
    log =
        new ScriptedBucketLog(
            new RecoveredWriters(Map.of(WRITER, List.of(new WrittenBatch(3, 20, 30)))), 30);
    bucket = open();
    assertThat(append(3, null)).isCompletedWithValue(new AppendResult(20, 30));
    append(4, 3L);
    assertThat(log.appendedAt()).containsExactly(30L);
    succeed(0);
  }

  @Test
  void batchOfLongAgoIsAcknowledgedWithoutItsOffsets() {
    for (int sequence = 0; sequence <= RecoveredWriters.BATCHES_PER_WRITER; sequence++) {
      append(sequence, null);
      succeed(sequence);
    }
    assertThat(append(1, null)).isCompletedWithValue(new AppendResult(ROWS, 2 * ROWS));
    assertThat(append(0, null)).isCompletedWithValue(new AppendResult(0, 0));
  }

  @Test
  void batchAfterAMissingOneIsRefused() {
    append(1, null);
    succeed(0);
    assertFails(
        append(3, 2L),
        "Batch 3 of writer "
            + WRITER
            + " can't go to bucket "
            + bucket.id()
            + ": batch 2 before it is"
            + " not there, the last one is 1");
  }

  @Test
  void batchAfterAMissingFirstOneIsRefused() {
    CompletableFuture<AppendResult> first = append(1, null);
    fail(0);
    assertFails(first, "No space left");
    assertFails(append(2, 1L), "batch 1 before it is not there, and no other of that writer");
    CompletableFuture<AppendResult> again = append(1, null);
    succeed(1);
    assertThat(again).isCompletedWithValue(new AppendResult(0, ROWS));
  }

  @Test
  void failedWriteFailsAllThatWaitBehindItAndTheBucketGoesOnWhereItWas() {
    CompletableFuture<AppendResult> one = append(1, null);
    CompletableFuture<AppendResult> two = append(2, 1L);
    CompletableFuture<AppendResult> three = append(3, 2L);
    succeed(0);
    fail(1);
    assertFails(appendAnonymous(), "is recovering from a failed write to its log");
    fail(2);
    assertThat(one).isCompletedWithValue(new AppendResult(0, ROWS));
    assertFails(two, "No space left");
    assertFails(three, "No space left");
    CompletableFuture<AppendResult> again = append(2, null);
    assertThat(log.appendedAt()).containsExactly(0L, 10L, 20L, 10L);
    succeed(3);
    assertThat(again).isCompletedWithValue(new AppendResult(ROWS, 2 * ROWS));
  }

  @Test
  void failedBatchIsNotTakenForOneOfLongAgoWhileLaterOnesAreYetToFail() {
    CompletableFuture<AppendResult> first = append(1, null);
    append(2, 1L);
    fail(0);
    assertFails(first, "No space left");
    assertFails(append(1, null), "is recovering from a failed write to its log");
    fail(1);
    CompletableFuture<AppendResult> again = append(1, null);
    succeed(2);
    assertThat(again).isCompletedWithValue(new AppendResult(0, ROWS));
  }

  @Test
  void refusalThatOvertakesAWriteWaitsForIt() {
    CompletableFuture<AppendResult> written = append(1, null);
    CompletableFuture<AppendResult> refused = append(2, 1L);
    fail(1);
    assertThat(refused).isNotDone();
    succeed(0);
    assertThat(written).isCompletedWithValue(new AppendResult(0, ROWS));
    assertFails(refused, "No space left");
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
  }

  @Test
  void fullLoopRefusesAndGivesTheBuffersBack() {
    loop.fill();
    assertFails(append(1, null), "The loop is full");
    assertThat(allocator.getAllocatedMemory()).isZero();
  }

  @Test
  void waitersAreToldOnceTheHighWatermarkIsBeyondTheirOffset() {
    CompletableFuture<Long> first = awaitBeyond(0);
    CompletableFuture<Long> second = awaitBeyond(ROWS);
    append(1, null);
    append(2, null);
    assertThat(first).isNotDone();

    succeed(0);
    assertThat(first).isCompletedWithValue((long) ROWS);
    assertThat(second).isNotDone();
    succeed(1);
    assertThat(second).isCompletedWithValue(2L * ROWS);
    assertThat(awaitBeyond(ROWS)).isCompletedWithValue(2L * ROWS);
  }

  @Test
  void drainedBucketHasWhatWasOnItsWayAndNothingMore() {
    appendAnonymous();
    appendAnonymous();
    CompletableFuture<Long> drained = bucket.drain(FreshetException.of(TABLE_NOT_READY, "No more"));
    loop.runAll();
    succeed(0);
    assertThat(drained).isNotDone();
    succeed(1);
    assertThat(drained).isCompletedWithValue(2L * ROWS);
    assertThatThrownBy(() -> appendAnonymous().join()).hasMessageContaining("No more");
  }

  @Test
  void waitersSeeATransactionAtOnce() {
    UUID transaction = new UUID(5, 5);
    CompletableFuture<Long> waiter = awaitBeyond(0);
    for (int batch = 0; batch < 3; batch++) {
      bucket.appendHeld(
          new AppendRequest(0, null, null, null, LongBatches.batch(allocator, 0, ROWS)),
          transaction,
          0);
      loop.runAll();
      succeed(batch);
    }
    assertThat(waiter).isNotDone();
    assertThat(bucket.endOffset()).isZero();

    bucket.reveal(transaction);
    loop.runAll();
    assertThat(waiter).isCompletedWithValue(3L * ROWS);
  }

  @Test
  void waitersFailWhenTheBucketTakesNoMore() {
    CompletableFuture<Long> waiter = awaitBeyond(0);
    loop.call(() -> {
      bucket.refuseAppends(NO_SPACE);
      return true;
    });
    assertThat(waiter).isCompletedExceptionally();
    assertThatThrownBy(() -> awaitBeyond(0).join()).hasCause(NO_SPACE);
  }

  @Test
  void waitersAreBoundedAndCanGoAway() {
    List<CompletableFuture<Long>> waiters = new ArrayList<>();
    for (int i = 0; i < EndWaiters.MAX_WAITERS; i++) {
      waiters.add(awaitBeyond(0));
    }
    assertThatThrownBy(() -> awaitBeyond(0).join())
        .hasMessageContaining(
            "10000 readers wait for changes of bucket 00000000-0000-0001-0000-000000000002/3 already:"
                + " have fewer of them, or let them read up to an end offset");

    waiters.forEach(waiter -> waiter.cancel(false));
    loop.runAll();
    assertThat(awaitBeyond(0)).isNotDone();
  }

  private CompletableFuture<Long> awaitBeyond(long offset) {
    CompletableFuture<Long> waiter = bucket.awaitBeyond(offset);
    loop.runAll();
    return waiter;
  }

  private Bucket open() {
    FreshRows fresh =
        new FreshRows(log, new FreshMemory(1 << 20), LongBatches.schemas(), allocator);
    return new Bucket(new BucketId(new UUID(1, 2), 3), loop, log, fresh, null, Clock.systemUTC());
  }

  private CompletableFuture<AppendResult> append(long sequence, @Nullable Long previous) {
    return append(new WriterSequence(WRITER, sequence), previous);
  }

  private CompletableFuture<AppendResult> appendAnonymous() {
    return append(null, null);
  }

  private CompletableFuture<AppendResult> append(
      @Nullable WriterSequence writer, @Nullable Long previous) {
    CompletableFuture<AppendResult> result =
        bucket.append(
            new AppendRequest(0, writer, previous, null, LongBatches.batch(allocator, 0, ROWS)));
    loop.runAll();
    return result;
  }

  private void succeed(int append) {
    log.succeed(append);
    loop.runAll();
  }

  private void fail(int append) {
    log.fail(append, NO_SPACE);
    loop.runAll();
  }

  private static void assertFails(CompletableFuture<AppendResult> result, String message) {
    assertThat(result).isDone();
    assertThatThrownBy(result::join)
        .hasCauseInstanceOf(FreshetException.class)
        .hasMessageContaining(message);
  }
}
