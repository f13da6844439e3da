/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.bucket.Bucket;
import io.freshet.server.fresh.FreshMemory;
import io.freshet.server.index.KeyIndexConfiguration;
import io.freshet.server.index.KeyIndexConfiguration.Verification;
import io.freshet.server.keys.IndexStorage;
import io.freshet.server.keys.KeyedRows;
import io.freshet.server.lake.Lake;
import io.freshet.server.log.Log;
import io.freshet.server.loop.EventLoop;
import io.freshet.server.simulation.SimulationScheduler.VirtualClock;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.TableContext;
import io.freshet.server.table.TableOpener;
import io.freshet.server.table.Tables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** One process of the server, from its start to its stop or crash: all real but what is below. */
final class SimulatedServer {
  static final Duration DEFAULT_LEASE = Duration.ofMillis(800);
  static final Duration MAX_LEASE = Duration.ofSeconds(5);

  private final long epoch;
  private final SimulationScheduler scheduler;
  private final SimulatedStorage storage;
  private final BufferAllocator allocator;
  private final Tables tables;
  private final Predicate<ServerTable> isSimulated;
  private boolean isAlive = true;

  /** All that were ever open: one that is opened again is nowhere else while it is closed. */
  private final Set<ServerTable> opened = new LinkedHashSet<>();

  /**
   * Starts a process.
   *
   * @param elsewhere what happens while a call to the lake is on its way
   * @param isSimulated whether the simulation is about a table; there may be others beside
   */
  SimulatedServer(
      long epoch,
      SimulationSettings settings,
      Random random,
      VirtualClock clock,
      SimulatedStorage storage,
      SimulatedLake lake,
      SimulatedTableStore store,
      BufferAllocator allocator,
      Runnable elsewhere,
      Predicate<ServerTable> isSimulated) {
    this.epoch = epoch;
    this.isSimulated = isSimulated;
    this.storage = storage;
    this.allocator = allocator;
    this.scheduler = new SimulationScheduler(random, clock);
    List<EventLoop> loops = new ArrayList<>();
    for (int i = 0; i < settings.loops(); i++) {
      loops.add(scheduler.newLoop(settings.maxWaitingRequests()));
    }
    Log log = storage.start(scheduler.newExecutor(4), allocator, clock);
    TableContext context =
        new TableContext(
            loops.get(0),
            scheduler.newExecutor(2),
            scheduler.newExecutor(2),
            () -> new UUID(random.nextLong(), random.nextLong()),
            new IndexStorage(
                storage.indexes(),
                scheduler.newExecutor(2),
                allocator,
                new KeyIndexConfiguration(6, 1 << 20, 3, Verification.EVERYTHING),
                random),
            storage.transactions(),
            clock,
            epoch,
            DEFAULT_LEASE,
            MAX_LEASE,
            allocator);
    Lake connected = lake.connect(() -> isAlive, elsewhere);
    this.tables =
        new Tables(
            store.connect(() -> isAlive),
            connected,
            new TableOpener(
                log, new FreshMemory(settings.freshMemoryBytes()), loops, context, allocator),
            scheduler.newExecutor(1),
            loops.get(0),
            () -> new UUID(random.nextLong(), random.nextLong()),
            clock);
    tables
        .start()
        .whenComplete((unused, error) -> {
          if (error != null) {
            scheduler.report(error);
          }
        });
  }

  long epoch() {
    return epoch;
  }

  SimulationScheduler scheduler() {
    return scheduler;
  }

  Tables tables() {
    return tables;
  }

  boolean isAlive() {
    return isAlive;
  }

  /** The simulated table, or null if it is not open. */
  @Nullable ServerTable table() {
    List<ServerTable> open = tables.open();
    opened.addAll(open);
    return open.stream().filter(isSimulated).findFirst().orElse(null);
  }

  /**
   * Kills the process. Its tasks still run, so that they give back their memory, but neither disk
   * nor lake nor anybody who called knows of them.
   */
  void crash() {
    isAlive = false;
    storage.crash(epoch + 1);
    scheduler.stop();
    tables.open().forEach(table -> table.transactions().close());
    buckets()
        .forEach(bucket -> {
          bucket.log().close();
          release(bucket);
        });
    scheduler.stop();
    checkMemory();
  }

  /** Ends the process in order, in the middle of whatever it does. */
  void stop() {
    CompletableFuture<?> closed =
        CompletableFuture.allOf(
            tables.open().stream().map(ServerTable::close).toArray(CompletableFuture[]::new));
    for (int left = 10_000; !closed.isDone(); left--) {
      if (left == 0 || !(scheduler.runOne() || scheduler.awaitTimer())) {
        throw new InvariantViolation("ServerStops", "waiting for %s", scheduler);
      }
    }
    for (Bucket bucket : buckets()) {
      bucket.log().close();
      bucket.loop().execute(() -> release(bucket));
    }
    scheduler.stop();
    // Of a table that was just being opened.
    buckets()
        .forEach(bucket -> {
          bucket.log().close();
          release(bucket);
        });
    scheduler.stop();
    isAlive = false;
    checkMemory();
  }

  private static void release(Bucket bucket) {
    bucket.fresh().close();
    KeyedRows keyed = bucket.keyed();
    if (keyed != null) {
      bucket
          .loop()
          .call(() -> {
            keyed.close();
            return true;
          });
    }
  }

  private List<Bucket> buckets() {
    opened.addAll(tables.open());
    return opened.stream().flatMap(table -> table.buckets().stream()).toList();
  }

  private void checkMemory() {
    scheduler.rethrow();
    if (allocator.getAllocatedMemory() != 0) {
      throw new InvariantViolation(
          "MemoryIsGivenBack",
          "%d bytes are left of server %d",
          allocator.getAllocatedMemory(),
          epoch);
    }
  }
}
