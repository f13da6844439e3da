/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.TierResult;
import io.freshet.server.lake.Lake.DropMode;
import io.freshet.server.log.Durability;
import io.freshet.server.log.LocalLogConfiguration;
import io.freshet.server.simulation.SimulationScheduler.VirtualClock;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.table.TableName;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tables that are dropped, renamed and opened again at unlucky moments. */
final class TableLifeSimulationTest {
  private static final TableName NAME = SimulatedRows.TABLE;
  private static final TableName OTHER = TableName.parse("sim.other");
  private static final int MAX_EVENTS = 10_000;

  private final Random random = new Random(7);
  private final SimulationSettings settings =
      new SimulationSettings(2, 2, 1_000, 1 << 20, 1, 1, 10, 0, 0, 0.3);
  private final ChangeRows rows = new ChangeRows(settings, random);
  private final BufferAllocator allocator = new RootAllocator();
  private final SimulatedLake lake = new SimulatedLake(random, 0, rows);
  private final SimulatedTableStore store = new SimulatedTableStore();
  private final VirtualClock clock = new VirtualClock();
  private final SimulatedStorage storage =
      new SimulatedStorage.OnDisk(1, new LocalLogConfiguration(1 << 20, Durability.FSYNC, 1 << 20));
  private SimulatedServer server = start(1);

  @AfterEach
  void nothingIsLeft() {
    server.stop();
    allocator.close();
  }

  @Test
  void renameThatCannotBeSavedChangesNothing() {
    ServerTable table = create();
    store.failSaves(1);
    assertFails(tables().rename(NAME, OTHER), INTERNAL);
    assertThat(tables().get(NAME)).isSameAs(table);
    await(tables().rename(NAME, OTHER));
    assertThat(tables().names()).containsExactly(OTHER);
  }

  @Test
  void tableThatIsDroppedWhileItIsOpenedAgainStaysDropped() {
    create();
    CompletableFuture<Void> truncated = tables().truncate(NAME);
    runUntil(() -> tables().open().isEmpty());
    CompletableFuture<Void> dropped = tables().drop(NAME, DropMode.PURGE);
    await(dropped);
    await(truncated);
    runAll();
    assertThat(tables().names()).isEmpty();
    assertThat(lake.tables()).isEmpty();
    ServerTable again = create();
    runAll();
    assertThat(tables().get(NAME)).isSameAs(again);
  }

  @Test
  void tableThatIsDroppedWhileItsRenameWaitsForTheLakeIsGoneThere() {
    create();
    lake.setDown(true);
    await(tables().rename(NAME, OTHER));
    CompletableFuture<Void> dropped = tables().drop(OTHER, DropMode.PURGE);
    await(dropped);
    lake.setDown(false);
    runAll();
    assertThat(lake.tables()).isEmpty();
    assertThat(create().name()).isEqualTo(NAME);
  }

  @Test
  void tieringThatIsAskedForOfATableThatIsDroppedInsteadFails() {
    ServerTable table = create();
    CompletableFuture<TierResult> running = table.tier();
    lake.setDown(true);
    CompletableFuture<TierResult> tiered = table.tier();
    CompletableFuture<Void> renamed = tables().rename(NAME, OTHER);
    await(renamed);
    await(tables().drop(OTHER, DropMode.PURGE));
    runAll();
    assertThat(running).isDone();
    assertThat(tiered).isDone();
  }

  private SimulatedServer start(long epoch) {
    return new SimulatedServer(
        epoch, settings, random, clock, storage, lake, store, allocator, () -> {}, table -> true);
  }

  private Tables tables() {
    return server.tables();
  }

  private ServerTable create() {
    return await(tables().create(rows.definition(Map.of())));
  }

  private <T> T await(CompletableFuture<T> future) {
    runUntil(future::isDone);
    return future.join();
  }

  private void assertFails(CompletableFuture<?> future, FreshetErrorCode code) {
    assertThatThrownBy(() -> await(future))
        .cause()
        .isInstanceOfSatisfying(FreshetException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private void runUntil(BooleanSupplier isReached) {
    for (int left = MAX_EVENTS; !isReached.getAsBoolean(); left--) {
      assertThat(left > 0 && step()).as("it comes to that").isTrue();
    }
  }

  /** Runs what waits, and what timers bring for a while. */
  private void runAll() {
    long end = clock.millis() + 10_000;
    while (clock.millis() < end && step()) {
      // Until nothing is left.
    }
  }

  /** Runs the next event; false if there is none. */
  private boolean step() {
    boolean hasRun = server.scheduler().runOne() || server.scheduler().awaitTimer();
    server.scheduler().rethrow();
    return hasRun;
  }
}
