/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.server.log.BucketId;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.LogEntry;
import io.freshet.server.log.SimulatedLog;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FreshRowsTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final BucketLog log =
      new SimulatedLog(Runnable::run, allocator, Clock.systemUTC())
          .open(new BucketId(new UUID(1, 2), 0), 1);
  private FreshMemory memory = new FreshMemory(1 << 20);
  private FreshRows rows = newRows();
  private long end;

  @AfterEach
  void everythingIsReleased() {
    rows.close();
    assertThat(memory.usedBytes()).isZero();
    log.close();
    allocator.close();
  }

  @Test
  void smallBatchesAreMergedAndReadAsBefore() {
    add(200, 10);
    assertThat(read(0, 2_000)).isEqualTo(expected(0, 2_000));
    assertThat(slices(0, 2_000)).isLessThan(40);
  }

  @Test
  void mergedBatchesStopToGrow() {
    add(3 * FreshRows.SMALL_BATCHES, FreshRows.SMALL_BATCH_ROWS / FreshRows.SMALL_BATCHES + 1);
    assertThat(read(0, end)).isEqualTo(expected(0, end));
    assertThat(slices(0, end)).isEqualTo(3);
  }

  @Test
  void largeBatchesStayAsTheyAre() {
    add(3, FreshRows.SMALL_BATCH_ROWS);
    assertThat(slices(0, end)).isEqualTo(3);
  }

  @Test
  void evictedRowsAreReadFromTheLog() {
    shrinkMemoryTo(1_000);
    add(100, 20);
    assertThat(memory.usedBytes()).isLessThanOrEqualTo(1_000);
    assertThat(read(0, end)).isEqualTo(expected(0, end));
    assertThat(read(33, 1_234)).isEqualTo(expected(33, 1_234));
  }

  @Test
  void slicesBeginAndEndWithinBatches() {
    add(40, 10);
    for (long start = 0; start < end; start += 17) {
      for (long to = start; to <= end; to += 23) {
        assertThat(read(start, to)).isEqualTo(expected(start, to));
      }
    }
  }

  @Test
  void dropBelowKeepsTheBatchThatReachesBeyond() {
    add(5, 100);
    rows.dropBelow(250);
    assertThat(read(200, end)).isEqualTo(expected(200, end));
    assertThat(rows.bytes(250, 500)).isPositive();
  }

  @Test
  void droppedRowsAreReadFromTheLogUntilItIsTrimmed() {
    add(5, 100);
    rows.dropBelow(end);
    assertThat(memory.usedBytes()).isZero();
    assertThat(read(0, end)).isEqualTo(expected(0, end));
    log.trim(200, Duration.ZERO, 0);
    assertThat(read(200, end)).isEqualTo(expected(200, end));
  }

  @Test
  void droppedBatchesAreNotMerged() {
    add(FreshRows.SMALL_BATCHES - 1, 10);
    rows.dropBelow(end - 50);
    long kept = end - 50;
    add(FreshRows.SMALL_BATCHES, 10);
    assertThat(read(kept, end)).isEqualTo(expected(kept, end));
  }

  @Test
  void ageIsThatOfTheOldestRowFromAnOffsetOn() {
    add(3, 100);
    assertThat(rows.commitTimestampMicros(0, 77)).isZero();
    assertThat(rows.commitTimestampMicros(150, 77)).isEqualTo(100);
    assertThat(rows.commitTimestampMicros(300, 77)).isEqualTo(77);
  }

  @Test
  void newestEntriesAreThoseOfTheLogWhileTheyAreInMemory() {
    add(5, 10);
    assertThat(newestEntries(12, Long.MAX_VALUE))
        .containsExactly("10-20 at 10", "20-30 at 20", "30-40 at 30", "40-50 at 40");
    assertThat(newestEntries(12, 1)).containsExactly("10-20 at 10");
    assertThat(newestEntries(end, Long.MAX_VALUE)).isEmpty();

    rows.dropBelow(end);
    assertThat(newestEntries(12, Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void mergedEntriesAreLeftToTheLogWhichKnowsTheirMoments() {
    add(FreshRows.SMALL_BATCHES + 2, 10);
    long merged = 10L * FreshRows.SMALL_BATCHES;
    assertThat(newestEntries(0, Long.MAX_VALUE)).isEmpty();
    assertThat(newestEntries(merged, Long.MAX_VALUE)).hasSize(2);
  }

  private List<String> newestEntries(long offset, long maxBytes) {
    List<LogEntry> entries = rows.newestEntries(offset, maxBytes);
    entries.forEach(LogEntry::close);
    return entries.stream()
        .map(entry ->
            entry.startOffset() + "-" + entry.endOffset() + " at " + entry.commitTimestampMicros())
        .toList();
  }

  private FreshRows newRows() {
    return new FreshRows(log, memory, LongBatches.schemas(), allocator);
  }

  private void shrinkMemoryTo(long bytes) {
    memory = new FreshMemory(bytes);
    rows = newRows();
  }

  private void add(int batches, int rowsPerBatch) {
    for (int i = 0; i < batches; i++) {
      try (LogEntry entry =
          new LogEntry(end, end, 0, null, LongBatches.batch(allocator, end, rowsPerBatch))) {
        assertThat(log.append(entry)).isCompleted();
        rows.add(entry);
        end = entry.endOffset();
      }
    }
  }

  private List<Long> read(long startOffset, long endOffset) {
    return LongBatches.read(rows, startOffset, endOffset, allocator);
  }

  private int slices(long startOffset, long endOffset) {
    int count = 0;
    try (FreshCursor cursor = rows.read(startOffset, endOffset)) {
      for (FreshSlice slice = cursor.next(); slice != null; slice = cursor.next()) {
        slice.close();
        count++;
      }
    }
    return count;
  }

  private static List<Long> expected(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
