/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.fresh.FreshMemory;
import io.freshet.server.fresh.FreshRows;
import io.freshet.server.fresh.LongBatches;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.RecoveredWriters;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.loop.ManualLoop;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a transaction appends is held, and all that comes behind it. */
final class HeldEntriesTest {
  private static final UUID WRITER = new UUID(9, 9);
  private static final UUID ONE = new UUID(1, 1);
  private static final UUID OTHER = new UUID(2, 2);
  private static final int ROWS = 10;
  private static final long COMMIT_MICROS = 5_000_000;

  private final BufferAllocator allocator = new RootAllocator();
  private final ManualLoop loop = new ManualLoop();
  private final SettableClock clock = new SettableClock();
  private final ScriptedBucketLog log = new ScriptedBucketLog(new RecoveredWriters(Map.of()), 0);
  private final Bucket bucket =
      new Bucket(
          new BucketId(new UUID(1, 2), 3),
          loop,
          log,
          new FreshRows(log, new FreshMemory(1 << 20), LongBatches.schemas(), allocator),
          null,
          clock);

  private long nextSequence;

  @AfterEach
  void everythingIsReleased() {
    bucket.fresh().close();
    allocator.close();
  }

  @Test
  void heldRowsAreDurableAndInvisibleUntilTheyAreRevealed() {
    CompletableFuture<AppendResult> held = hold(ONE);
    assertThat(held).isNotDone();
    succeed(0);
    assertThat(held).isCompletedWithValue(new AppendResult(0, ROWS));
    assertThat(bucket.endOffset()).isZero();
    reveal(ONE);
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
    assertThat(LongBatches.read(bucket.fresh(), 0, ROWS, allocator)).hasSize(ROWS);
  }

  @Test
  void rowsBehindHeldOnesAreAcknowledgedAfterThem() {
    hold(ONE);
    CompletableFuture<AppendResult> behind = append();
    succeed(0);
    succeed(1);
    assertThat(behind).isNotDone();
    assertThat(bucket.endOffset()).isZero();
    reveal(ONE);
    assertThat(behind).isCompletedWithValue(new AppendResult(ROWS, 2 * ROWS));
    assertThat(bucket.endOffset()).isEqualTo(2 * ROWS);
  }

  @Test
  void rowsBeforeHeldOnesAreVisible() {
    CompletableFuture<AppendResult> before = append();
    hold(ONE);
    succeed(0);
    succeed(1);
    assertThat(before).isCompletedWithValue(new AppendResult(0, ROWS));
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
    reveal(ONE);
    assertThat(bucket.endOffset()).isEqualTo(2 * ROWS);
  }

  @Test
  void revealOfAnotherTransactionShowsNothing() {
    hold(ONE);
    succeed(0);
    reveal(OTHER);
    assertThat(bucket.endOffset()).isZero();
    reveal(ONE);
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
  }

  @Test
  void transactionsAreRevealedOneAfterTheOther() {
    hold(ONE);
    succeed(0);
    reveal(ONE);
    hold(OTHER);
    CompletableFuture<AppendResult> behind = append();
    succeed(1);
    succeed(2);
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
    reveal(OTHER);
    assertThat(bucket.endOffset()).isEqualTo(3 * ROWS);
    assertThat(behind).isCompletedWithValue(new AppendResult(2 * ROWS, 3 * ROWS));
  }

  @Test
  void failedWriteBehindHeldRowsKeepsThem() {
    hold(ONE);
    CompletableFuture<AppendResult> behind = append();
    succeed(0);
    fail(1);
    assertFails(behind);
    CompletableFuture<AppendResult> again = append();
    assertThat(log.appendedAt())
        .as("it goes on behind the held rows")
        .containsExactly(0L, 10L, 10L);
    succeed(2);
    assertThat(again).isNotDone();
    reveal(ONE);
    assertThat(again).isCompletedWithValue(new AppendResult(ROWS, 2 * ROWS));
    assertThat(bucket.endOffset()).isEqualTo(2 * ROWS);
  }

  @Test
  void failedWriteOfHeldRowsFailsThoseBehindThem() {
    CompletableFuture<AppendResult> held = hold(ONE);
    CompletableFuture<AppendResult> behind = append();
    fail(0);
    fail(1);
    assertFails(held);
    assertFails(behind);
    reveal(ONE);
    assertThat(bucket.endOffset()).isZero();
    append();
    succeed(2);
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
  }

  @Test
  void heldBatchThatIsSentAgainIsNotThereTwice() {
    CompletableFuture<AppendResult> first = hold(ONE, 7);
    CompletableFuture<AppendResult> again = hold(ONE, 7);
    succeed(0);
    assertThat(log.appendedAt()).containsExactly(0L);
    assertThat(first).isCompletedWithValue(new AppendResult(0, ROWS));
    assertThat(again).isCompletedWithValue(new AppendResult(0, ROWS));
    CompletableFuture<AppendResult> later = hold(ONE, 7);
    assertThat(log.appendedAt()).containsExactly(0L);
    assertThat(later).as("it is durable, although it is not shown").isDone();
    reveal(ONE);
    assertThat(bucket.endOffset()).isEqualTo(ROWS);
  }

  @Test
  void heldRowsHaveTheTimestampOfTheirCommit() {
    clock.micros = 1_000;
    append();
    hold(ONE);
    clock.micros = 2_000;
    append();
    assertThat(log.appendedMicros())
        .as("timestamps never go back")
        .containsExactly(1_000L, COMMIT_MICROS, COMMIT_MICROS);
    succeedAll();
  }

  @Test
  void timestampsStandStillWhileAClockIsHeld() {
    clock.micros = COMMIT_MICROS - 9_000;
    CompletableFuture<Long> held = bucket.holdClock(null);
    loop.runAll();
    assertThat(held).isCompletedWithValue(clock.micros);
    clock.micros = COMMIT_MICROS + 1_000;
    append();
    hold(ONE);
    append();
    reveal(ONE);
    append();
    assertThat(log.appendedMicros())
        .containsExactly(
            COMMIT_MICROS - 9_000, COMMIT_MICROS, COMMIT_MICROS, COMMIT_MICROS + 1_000);
    succeedAll();
  }

  @Test
  void clockOfACommitThatWasCutShortStandsWhereItsTimestampIs() {
    clock.micros = COMMIT_MICROS + 1_000;
    CompletableFuture<Long> unused = bucket.holdClock(COMMIT_MICROS);
    append();
    hold(ONE);
    assertThat(log.appendedMicros()).containsExactly(COMMIT_MICROS, COMMIT_MICROS);
    succeedAll();
  }

  @Test
  void clockOfACommitThatIsGivenUpGoesOn() {
    CompletableFuture<Long> unused = bucket.holdClock(null);
    bucket.releaseClock();
    loop.runAll();
    clock.micros = 7;
    append();
    assertThat(log.appendedMicros()).containsExactly(7L);
    succeedAll();
  }

  private CompletableFuture<AppendResult> hold(UUID transaction) {
    return hold(transaction, nextSequence++);
  }

  private CompletableFuture<AppendResult> hold(UUID transaction, long sequence) {
    CompletableFuture<AppendResult> result =
        bucket.appendHeld(
            request(new WriterSequence(transaction, sequence)), transaction, COMMIT_MICROS);
    loop.runAll();
    return result;
  }

  private CompletableFuture<AppendResult> append() {
    CompletableFuture<AppendResult> result =
        bucket.append(request(new WriterSequence(WRITER, nextSequence++)));
    loop.runAll();
    return result;
  }

  private AppendRequest request(WriterSequence writer) {
    return new AppendRequest(0, writer, null, null, LongBatches.batch(allocator, 0, ROWS));
  }

  private void reveal(UUID transaction) {
    CompletableFuture<Void> revealed = bucket.reveal(transaction);
    loop.runAll();
    assertThat(revealed).isCompleted();
  }

  private void succeedAll() {
    for (int append = 0; append < log.appendedAt().size(); append++) {
      succeed(append);
    }
  }

  private void succeed(int append) {
    log.succeed(append);
    loop.runAll();
  }

  private void fail(int append) {
    log.fail(
        append, FreshetException.of(FreshetErrorCode.LOG_WRITE_FAILED, "No space left on device"));
    loop.runAll();
  }

  private static final class SettableClock extends Clock {
    private long micros;

    @Override
    public Instant instant() {
      return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static void assertFails(CompletableFuture<AppendResult> result) {
    assertThat(result).isDone();
    assertThatThrownBy(result::join)
        .hasCauseInstanceOf(FreshetException.class)
        .hasMessageContaining("No space left on device");
  }
}
