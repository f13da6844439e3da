/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static java.util.Objects.requireNonNull;

import io.freshet.server.log.Disk;
import io.freshet.server.log.LocalLog;
import io.freshet.server.log.LocalLogConfiguration;
import io.freshet.server.log.Log;
import io.freshet.server.log.SimulatedDisk;
import io.freshet.server.log.SimulatedLog;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** Where logs are kept: it outlives the processes that use it, and fails. */
sealed interface SimulatedStorage {
  /** The logs as a new process opens them. */
  Log start(Executor writes, BufferAllocator allocator, Clock clock);

  /** The disk of the transaction records as a new process finds it. */
  Disk transactions();

  /** The disk of the key indexes as a new process finds it. */
  Disk indexes();

  /**
   * Takes the power away: what the process still does to its logs fails.
   *
   * @param nextEpoch between those of this process and of the next
   */
  void crash(long nextEpoch);

  /** Makes some later operations fail. */
  void misbehave(Random random);

  /** Makes some later operations fail that are not on logs. */
  void misbehaveBeside(Random random);

  /** Loses or spoils some files of the key indexes, while no process runs. */
  void loseIndexes(Random random);

  /** Whether a log may refuse all writes until it is opened again. */
  boolean needsRestart();

  /** Lets nothing fail that has not failed yet. */
  void heal();

  private static void misbehave(SimulatedDisk disk, Random random) {
    switch (random.nextInt(6)) {
      case 0 -> disk.failAppends(1 + random.nextInt(3));
      case 1 -> disk.failForces(1 + random.nextInt(3));
      case 2 -> disk.failDeletions(1 + random.nextInt(2));
      case 3 -> disk.failTruncations(1);
      case 4 -> disk.limitCapacity(random.nextInt(20_000));
      default -> heal(disk);
    }
  }

  private static void heal(SimulatedDisk disk) {
    disk.failAppends(0);
    disk.failForces(0);
    disk.failDeletions(0);
    disk.failTruncations(0);
    disk.limitCapacity(Long.MAX_VALUE);
  }

  private static void loseSome(SimulatedDisk disk, Random random) {
    List<String> paths = disk.paths();
    if (paths.isEmpty()) {
      return;
    }
    String one = paths.get(random.nextInt(paths.size()));
    switch (random.nextInt(4)) {
      case 0 -> paths.forEach(disk::erase);
      case 1 -> paths.stream().filter(path -> random.nextInt(4) == 0).forEach(disk::erase);
      case 2 -> disk.erase(one);
      default -> {
        byte[] bytes = disk.bytes(one);
        if (bytes.length > 0) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          disk.overwrite(one, bytes);
        }
      }
    }
  }

  /** The local log, on a simulated disk. */
  final class OnDisk implements SimulatedStorage {
    private final LocalLogConfiguration configuration;
    private SimulatedDisk disk;
    private SimulatedDisk indexes;
    private SimulatedDisk transactions;
    private boolean needsRestart;

    OnDisk(long seed, LocalLogConfiguration configuration) {
      this.disk = new SimulatedDisk(seed);
      this.indexes = new SimulatedDisk(seed + 1);
      this.transactions = new SimulatedDisk(seed + 2);
      this.configuration = configuration;
    }

    @Override
    public Log start(Executor writes, BufferAllocator allocator, Clock clock) {
      return new LocalLog(disk, writes, allocator, clock, configuration);
    }

    @Override
    public Disk transactions() {
      return transactions;
    }

    @Override
    public Disk indexes() {
      return indexes;
    }

    @Override
    public void crash(long nextEpoch) {
      disk = disk.crash();
      indexes = indexes.crash();
      transactions = transactions.crash();
      needsRestart = false;
    }

    @Override
    public void misbehave(Random random) {
      switch (random.nextInt(8)) {
        case 0, 1 -> disk.failAppends(1 + random.nextInt(3));
        case 2, 3 -> {
          disk.failForces(random.nextInt(4) == 0 ? 2 : 1);
          needsRestart = true;
        }
        case 4 -> disk.failDeletions(1 + random.nextInt(2));
        case 5 -> {
          disk.failTruncations(random.nextInt(4) == 0 ? 1 : 0);
          needsRestart = true;
        }
        case 6 -> disk.limitCapacity(random.nextInt(100_000));
        default -> heal();
      }
    }

    @Override
    public void misbehaveBeside(Random random) {
      SimulatedStorage.misbehave(random.nextBoolean() ? indexes : transactions, random);
    }

    @Override
    public void loseIndexes(Random random) {
      SimulatedStorage.loseSome(indexes, random);
    }

    @Override
    public boolean needsRestart() {
      return needsRestart;
    }

    @Override
    public void heal() {
      SimulatedStorage.heal(disk);
      SimulatedStorage.heal(indexes);
      SimulatedStorage.heal(transactions);
    }
  }

  /** The log without files. */
  final class InMemory implements SimulatedStorage {
    private @Nullable SimulatedLog log;
    private Executor current = task -> {};
    private SimulatedDisk indexes = new SimulatedDisk(1);
    private SimulatedDisk transactions = new SimulatedDisk(2);

    @Override
    public Log start(Executor writes, BufferAllocator allocator, Clock clock) {
      current = writes;
      SimulatedLog same = log;
      if (same == null) {
        same = new SimulatedLog(task -> current.execute(task), allocator, clock);
        log = same;
      }
      return same;
    }

    @Override
    public Disk transactions() {
      return transactions;
    }

    @Override
    public Disk indexes() {
      return indexes;
    }

    /** Another owner takes the logs, so that what waits to be written never is. */
    @Override
    public void crash(long nextEpoch) {
      started().fenceAll(nextEpoch);
      indexes = indexes.crash();
      transactions = transactions.crash();
    }

    @Override
    public void misbehave(Random random) {
      started().failWrites(random.nextInt(4));
    }

    @Override
    public void misbehaveBeside(Random random) {
      SimulatedStorage.misbehave(random.nextBoolean() ? indexes : transactions, random);
    }

    @Override
    public void loseIndexes(Random random) {
      SimulatedStorage.loseSome(indexes, random);
    }

    @Override
    public boolean needsRestart() {
      return false;
    }

    @Override
    public void heal() {
      started().failWrites(0);
      SimulatedStorage.heal(indexes);
      SimulatedStorage.heal(transactions);
    }

    private SimulatedLog started() {
      return requireNonNull(log, "no process was started");
    }
  }
}
