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

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.log.Entries.Plain;
import io.freshet.server.log.RecoveredWriters.WrittenBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The local log on a disk that fails and loses power, against a list: what was acknowledged is
 * always there, what failed never comes back, offsets are dense.
 */
final class LocalLogSimulationTest {
  private static final int SEEDS = 200;
  private static final int STEPS = 150;

  @Test
  void logIsAListThatSurvivesFailuresAndCrashes() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try (LocalLogFixture fixture =
          new LocalLogFixture(seed, LocalLogConfiguration.DEFAULT.withSegmentSizeBytes(6_000))) {
        new Run(fixture, new Random(seed)).steps();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("With seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static boolean saysWhatToDo(Throwable failure) {
    return failure instanceof FreshetException known
        && known.code() == FreshetErrorCode.LOG_WRITE_FAILED
        && String.valueOf(known.getMessage()).contains(" again");
  }

  private static final class Run {
    private final LocalLogFixture fixture;
    private final Random random;

    /** The model: all that was acknowledged, also what is trimmed. */
    private final List<Plain> acknowledged = new ArrayList<>();

    /** Appended, neither acknowledged nor failed: may survive a crash, in this order. */
    private final List<Pending> pending = new ArrayList<>();

    /** Failed, but could not be cut off: may come back when the log is opened again. */
    private final List<Plain> uncertain = new ArrayList<>();

    private final List<Throwable> failures = new ArrayList<>();
    private boolean outOfOrder;
    private BucketLog log;
    private long epoch = 1;
    private long nextOffset;
    private long nextSequence;

    private record Pending(Plain plain, LogEntry entry) {}

    Run(LocalLogFixture fixture, Random random) {
      this.fixture = fixture;
      this.random = random;
      this.log = fixture.open(epoch);
    }

    void steps() {
      for (int step = 0; step < STEPS; step++) {
        step();
        assertThat(outOfOrder).as("futures complete in order").isFalse();
        assertThat(failures).allMatch(LocalLogSimulationTest::saysWhatToDo);
        failures.clear();
        assertThat(log.endOffset()).isEqualTo(acknowledgedEnd());
        if (random.nextInt(5) == 0) {
          check();
        }
      }
      fixture.executor.runAll();
      log.close();
      reopen();
      log.close();
    }

    private void step() {
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3, 4, 5, 6 -> append();
        case 7, 8, 9 -> fixture.executor.runOne();
        case 10 -> {
          log.close();
          reopen();
        }
        case 11 -> {
          crash();
          reopen();
        }
        case 12 -> trim();
        case 13 -> fixture.disk.failAppends(random.nextInt(3));
        case 14 -> {
          fixture.disk.failForces(random.nextInt(3));
          fixture.disk.failTruncations(random.nextInt(4) == 0 ? 1 : 0);
        }
        default -> fixture.disk.limitCapacity(random.nextInt(3) == 0 ? 10_000 : Long.MAX_VALUE);
      }
    }

    private void append() {
      int rows = 1 + random.nextInt(5);
      int textBytes = random.nextInt(10) == 0 ? 5_000 : random.nextInt(200);
      WriterSequence writer =
          random.nextInt(3) == 0
              ? null
              : new WriterSequence(new UUID(0, random.nextInt(3)), nextSequence++);
      LogEntry entry =
          Entries.entry(
              fixture.allocator, nextOffset, rows, textBytes, 1_000_000 + nextOffset, writer);
      Pending added = new Pending(Entries.plain(fixture.allocator, entry), entry);
      pending.add(added);
      nextOffset += rows;
      log.append(entry).whenComplete((done, failure) -> completed(added, failure));
    }

    private void completed(Pending entry, @Nullable Throwable failure) {
      // A future swallows what its callbacks throw.
      outOfOrder |= pending.isEmpty() || pending.get(0) != entry;
      pending.remove(entry);
      entry.entry().close();
      if (failure == null) {
        acknowledged.add(entry.plain());
      } else {
        failures.add(failure);
        long end = uncertain.isEmpty() ? acknowledgedEnd() : endOf(uncertain);
        if (String.valueOf(failure.getMessage()).contains("may come back")
            && entry.plain().startOffset() == end) {
          uncertain.add(entry.plain());
        }
      }
      if (pending.isEmpty()) {
        nextOffset = log.endOffset();
      }
    }

    private void crash() {
      fixture.crash();
    }

    /** After a close or a crash: finds which of the pending entries have survived. */
    private void reopen() {
      fixture.disk.failAppends(0);
      fixture.disk.failForces(0);
      fixture.disk.failTruncations(0);
      fixture.disk.limitCapacity(Long.MAX_VALUE);
      if (random.nextBoolean()) {
        epoch++;
      }
      log = fixture.open(epoch);
      List<Plain> candidates =
          uncertain.isEmpty() ? pending.stream().map(Pending::plain).toList() : uncertain;
      for (Plain candidate : candidates) {
        if (log.endOffset() > acknowledgedEnd()) {
          acknowledged.add(candidate);
        }
      }
      assertThat(log.endOffset())
          .as("only what was appended survives")
          .isEqualTo(acknowledgedEnd());
      uncertain.clear();
      pending.forEach(lost -> lost.entry().close());
      pending.clear();
      nextOffset = log.endOffset();
      assertThat(log.recoveredWriters().batches()).isEqualTo(expectedWriters());
      check();
    }

    private void trim() {
      long before = random.nextInt((int) log.endOffset() + 1);
      long start = log.startOffset();
      log.trim(before, Duration.ZERO, 0);
      assertThat(log.startOffset()).isBetween(start, Math.max(start, before));
    }

    private void check() {
      long from = log.startOffset();
      List<Plain> expected =
          acknowledged.stream().filter(entry -> entry.endOffset() > from).toList();
      assertThat(Entries.readAll(fixture.allocator, log, from, random.nextInt(3_000)))
          .isEqualTo(expected);
    }

    private long acknowledgedEnd() {
      return acknowledged.isEmpty() ? 0 : endOf(acknowledged);
    }

    private static long endOf(List<Plain> entries) {
      return entries.get(entries.size() - 1).endOffset();
    }

    private Map<UUID, List<WrittenBatch>> expectedWriters() {
      Map<UUID, List<WrittenBatch>> all = new HashMap<>();
      for (Plain entry : acknowledged) {
        WriterSequence writer = entry.writer();
        if (writer != null) {
          all.computeIfAbsent(writer.writer(), id -> new ArrayList<>())
              .add(new WrittenBatch(writer.sequence(), entry.startOffset(), entry.endOffset()));
        }
      }
      all.replaceAll(
          (writer, batches) -> batches.subList(Math.max(0, batches.size() - 16), batches.size()));
      return all;
    }
  }
}
