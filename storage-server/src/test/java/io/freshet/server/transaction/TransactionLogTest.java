/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetException;
import io.freshet.server.log.SimulatedDisk;
import io.freshet.server.transaction.TransactionRecord.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The transaction record on a disk that fails and loses power: what was acknowledged stays. */
final class TransactionLogTest {
  @Test
  void recordsThatWereStoredStayWhateverFails() {
    for (long seed = 0; seed < 150; seed++) {
      new Run(seed).steps();
    }
  }

  @Test
  void failureSaysWhereAndWhatToDo() {
    SimulatedDisk disk = new SimulatedDisk(1);
    TransactionLog log = TransactionLog.open(disk, "table");
    disk.failForces(1);
    assertThatThrownBy(() -> log.put(record("a", State.OPEN, 1)))
        .isInstanceOf(FreshetException.class)
        .hasMessage(
            "Cannot use the transaction record simulated:/table/record: simulated failure to sync."
                + " Free some space or check the disk, then try again.");
    assertThat(log.find("a")).isNull();
  }

  private static TransactionRecord record(String id, State state, long atMillis) {
    List<UUID> writers = atMillis % 2 == 0 ? null : List.of(new UUID(3, atMillis));
    return new TransactionRecord(id, new UUID(1, atMillis), state, atMillis, 1_000, writers, null);
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private final Map<String, TransactionRecord> stored = new HashMap<>();

    /** Failed, but may be there when the record is opened again: at most one of them. */
    private final List<TransactionRecord> uncertain = new ArrayList<>();

    private SimulatedDisk disk;
    private TransactionLog log;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.disk = new SimulatedDisk(seed);
      this.log = TransactionLog.open(disk, "table");
    }

    void steps() {
      for (int step = 0; step < 80; step++) {
        switch (random.nextInt(12)) {
          case 0 -> disk.failAppends(random.nextInt(2));
          case 1 -> disk.failForces(random.nextInt(2));
          case 2 -> disk.failTruncations(random.nextInt(2));
          case 3, 4 -> reopen();
          default -> put(step);
        }
      }
      reopen();
    }

    private void put(int step) {
      State state = State.values()[random.nextInt(State.values().length)];
      TransactionRecord record = record("transaction-é-" + random.nextInt(8), state, step);
      try {
        log.put(record);
        stored.put(record.id(), record);
        uncertain.clear();
      } catch (FreshetException e) {
        assertThat(e).hasMessageContaining("simulated failure");
        uncertain.add(record);
      }
      check(null);
    }

    private void reopen() {
      disk.failAppends(0);
      disk.failForces(0);
      disk.failTruncations(0);
      if (random.nextBoolean()) {
        disk = disk.crash();
      }
      log = TransactionLog.open(disk, "table");
      TransactionRecord cameBack =
          uncertain.stream()
              .filter(record -> record.equals(log.find(record.id())))
              .findFirst()
              .orElse(null);
      check(cameBack);
      if (cameBack != null) {
        stored.put(cameBack.id(), cameBack);
      }
      uncertain.clear();
    }

    private void check(@Nullable TransactionRecord cameBack) {
      Map<String, TransactionRecord> expected = new HashMap<>(stored);
      if (cameBack != null) {
        expected.put(cameBack.id(), cameBack);
      }
      assertThat(log.records())
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(expected.values());
    }
  }
}
