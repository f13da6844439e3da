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
import io.freshet.server.log.Entries.Plain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the local log does when its disk fails. */
final class LocalLogFailureTest {
  private LocalLogFixture fixture = new LocalLogFixture(2, LocalLogConfiguration.DEFAULT);

  @AfterEach
  void everythingIsReleased() {
    fixture.close();
  }

  @Test
  void failedWriteFailsAllThatWaitAndTheLogGoesOn() {
    BucketLog log = fixture.open(1);
    List<Plain> written = fixture.writeMany(log, 3, 5);
    fixture.disk.failAppends(1);
    try (LogEntry first = Entries.entry(fixture.allocator, 15, 5);
        LogEntry second = Entries.entry(fixture.allocator, 20, 5);
        LogEntry third = Entries.entry(fixture.allocator, 25, 5)) {
      CompletableFuture<Void> one = log.append(first);
      CompletableFuture<Void> two = log.append(second);
      fixture.executor.runAll();
      // Its owner has not heard of the failure yet.
      CompletableFuture<Void> three = log.append(third);
      assertWriteFailed(one, "simulated failure to write");
      assertWriteFailed(two, "simulated failure to write");
      assertWriteFailed(three, "the log goes on at 15");
    }
    written.addAll(fixture.writeMany(log, 3, 5));
    assertThat(fixture.readAll(log)).isEqualTo(written);
    assertThat(fixture.disk.paths()).as("a failed file is not written again").hasSize(2);
    fixture.crash();
    assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
  }

  @Test
  void failedSyncIsNotTriedAgainOnTheSameBytes() {
    for (int seed = 0; seed < 50; seed++) {
      fixture.close();
      fixture = new LocalLogFixture(seed, LocalLogConfiguration.DEFAULT);
      BucketLog log = fixture.open(1);
      List<Plain> written = fixture.writeMany(log, 3, 5);
      fixture.disk.failForces(1);
      assertWriteFailed(tryToWrite(log), "simulated failure to sync");
      written.addAll(fixture.writeMany(log, 3, 5));
      fixture.crash();
      assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
    }
  }

  @Test
  void firstWriteOfASegmentMayFail() {
    BucketLog log = fixture.open(1);
    fixture.disk.failForces(1);
    assertWriteFailed(tryToWrite(log), "simulated failure to sync");
    fixture.disk.failAppends(1);
    assertWriteFailed(tryToWrite(log), "simulated failure to write");
    List<Plain> written = fixture.writeMany(log, 3, 5);
    assertThat(fixture.readAll(log)).isEqualTo(written);
    fixture.crash();
    assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
  }

  @Test
  void fullDiskFailsWritesUntilThereIsRoom() {
    BucketLog log = fixture.open(1);
    List<Plain> written = fixture.writeMany(log, 3, 5);
    fixture.disk.limitCapacity(1_500);
    for (int i = 0; i < 10; i++) {
      CompletableFuture<Void> failed = tryToWrite(log);
      assertWriteFailed(failed, "No space left on device");
      assertWriteFailed(failed, "free some space");
      assertWriteFailed(failed, "bucket " + LocalLogFixture.BUCKET);
      assertThat(fixture.readAll(log)).isEqualTo(written);
    }
    fixture.disk.limitCapacity(Long.MAX_VALUE);
    written.addAll(fixture.writeMany(log, 3, 5));
    log.close();
    assertThat(fixture.readAll(fixture.open(1))).isEqualTo(written);
  }

  @Test
  void failedTruncationStopsAppendsUntilReopened() {
    BucketLog log = fixture.open(1);
    List<Plain> written = fixture.writeMany(log, 3, 5);
    String path = fixture.lastPath();
    fixture.disk.failAppends(1);
    fixture.disk.failTruncations(1);
    assertWriteFailed(tryToWrite(log), "simulated failure to write");
    assertWriteFailed(tryToWrite(log), "simulated failure to truncate");
    assertWriteFailed(tryToWrite(log), "cutting simulated:/" + path + " back to byte");
    assertWriteFailed(tryToWrite(log), "open the log again");
    assertThat(fixture.readAll(log)).isEqualTo(written);
    log.close();
    BucketLog again = fixture.open(1);
    assertThat(fixture.readAll(again)).startsWith(written.toArray(Plain[]::new));
    fixture.write(again, 1, 10);
  }

  @Test
  void entryThatComesBackAfterAFailedSyncIsThereForGood() {
    for (int seed = 0; seed < 50; seed++) {
      fixture.close();
      fixture = new LocalLogFixture(seed, LocalLogConfiguration.DEFAULT);
      BucketLog log = fixture.open(1);
      fixture.writeMany(log, 3, 5);
      fixture.disk.failForces(1);
      fixture.disk.failTruncations(1);
      assertWriteFailed(tryToWrite(log), "may come back");
      log.close();
      BucketLog next = fixture.open(2);
      assertThat(next.endOffset()).as("it has come back").isEqualTo(35);
      fixture.writeMany(next, 3, 5);
      List<Plain> all = fixture.readAll(next);
      fixture.crash();
      assertThat(fixture.readAll(fixture.open(3))).isEqualTo(all);
    }
  }

  @Test
  void groupIsSyncedOnce() {
    BucketLog log = fixture.open(1);
    int before = fixture.disk.forces();
    List<LogEntry> entries = new ArrayList<>();
    List<CompletableFuture<Void>> durable = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      entries.add(Entries.entry(fixture.allocator, i, 1));
      durable.add(log.append(entries.get(i)));
    }
    fixture.executor.runAll();
    assertThat(durable).allMatch(CompletableFuture::isDone);
    assertThat(fixture.disk.forces() - before).isEqualTo(1);
    entries.forEach(LogEntry::close);
  }

  @Test
  void groupLargerThanSegmentsFillsSeveral() {
    fixture.close();
    fixture = new LocalLogFixture(1, LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(3_000));
    BucketLog log = fixture.open(1);
    List<LogEntry> entries = new ArrayList<>();
    List<CompletableFuture<Void>> durable = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      entries.add(Entries.entry(fixture.allocator, i, 1));
      durable.add(log.append(entries.get(i)));
    }
    fixture.executor.runAll();
    assertThat(durable).allMatch(CompletableFuture::isDone);
    assertThat(fixture.disk.paths()).hasSizeGreaterThan(5);
    assertThat(fixture.disk.paths()).allMatch(path -> fixture.disk.bytes(path).length <= 3_000);
    assertThat(fixture.readAll(log)).hasSize(100);
    entries.forEach(LogEntry::close);
  }

  @Test
  void tooMuchThatWaitsIsRefused() {
    fixture.close();
    fixture = new LocalLogFixture(1, LocalLogConfiguration.DEFAULT.withMaxPendingBytes(1_000));
    BucketLog log = fixture.open(1);
    try (LogEntry first = Entries.entry(fixture.allocator, 0, 1, 5_000, 1, null);
        LogEntry second = Entries.entry(fixture.allocator, 1, 1)) {
      CompletableFuture<Void> one = log.append(first);
      CompletableFuture<Void> two = log.append(second);
      assertThatThrownBy(two::join)
          .cause()
          .hasMessageContaining("the limit is 1000")
          .extracting("code")
          .isEqualTo(FreshetErrorCode.OVERLOADED);
      fixture.executor.runAll();
      assertThat(one).isCompleted();
      CompletableFuture<Void> again = log.append(second);
      fixture.executor.runAll();
      assertThat(again).isCompleted();
    }
  }

  @Test
  void segmentThatCantBeDeletedIsTriedAgainBeforeLaterOnes() {
    fixture.close();
    fixture = new LocalLogFixture(1, LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(2_000));
    BucketLog log = fixture.open(1);
    fixture.writeMany(log, 30, 10);
    int files = fixture.disk.paths().size();
    fixture.disk.failDeletions(1);
    log.trim(100, Duration.ZERO, 0);
    fixture.executor.runAll();
    assertThat(fixture.disk.paths()).hasSize(files);
    log.trim(250, Duration.ZERO, 0);
    fixture.executor.runAll();
    assertThat(fixture.disk.paths()).hasSizeLessThan(files - 3);
    fixture.crash();
    assertThat(fixture.readAll(fixture.open(1))).isNotEmpty();
  }

  private CompletableFuture<Void> tryToWrite(BucketLog log) {
    try (LogEntry entry = Entries.entry(fixture.allocator, log.endOffset(), 20)) {
      CompletableFuture<Void> durable = log.append(entry);
      fixture.executor.runAll();
      assertThat(durable).isDone();
      return durable;
    }
  }

  private static void assertWriteFailed(CompletableFuture<Void> durable, String message) {
    assertThatThrownBy(durable::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .hasMessageContaining(message)
        .extracting("code")
        .isEqualTo(FreshetErrorCode.LOG_WRITE_FAILED);
  }
}
