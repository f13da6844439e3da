/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;
import static io.freshet.error.FreshetErrorCode.WRITER_SEQUENCE_GAP;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.simulation.SimulationScheduler.VirtualClock;
import io.freshet.server.table.ServerTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A table on a server that fails, with writers and readers, and all that must hold of it. One
 * thread; all chance comes from the seed.
 */
final class TableSimulation implements AutoCloseable {
  private static final int MAX_DEPTH = 2;
  private static final int FINISHING_EVENTS = 40_000;

  private final Random random;
  private final VirtualClock clock = new VirtualClock();
  private final BufferAllocator allocator;
  private final SimulationSettings settings;
  private final SimulatedStorage storage;
  private final SimulatedLake lake;
  private final SimulatedTableStore store = new SimulatedTableStore();
  private final SimulatedRows rows;
  private final Oracle oracle;
  private final ServerInvariants invariants;
  private final SimulatedReader reader;
  private final List<Actor> actors = new ArrayList<>();

  private final ForeignWriter foreignWriter;
  private SimulatedServer server;
  private @Nullable UUID tableId;
  private long epoch = 1;
  private long events;
  private int crashes;
  private int depth;
  private boolean isCrashing;
  private boolean isFinishing;
  private @Nullable FreshetException lastFailure;
  private long lakeBackAtMillis;

  /** Who uses a table, besides those who always do. */
  interface Users {
    List<Actor> of(TableSimulation simulation);
  }

  /**
   * @param allocator belongs to this
   */
  TableSimulation(
      Random random,
      SimulationSettings settings,
      SimulatedRows rows,
      Oracle oracle,
      BufferAllocator allocator,
      Users users) {
    this.random = random;
    this.settings = settings;
    this.rows = rows;
    this.oracle = oracle;
    this.allocator = allocator;
    storage = settings.storage(random);
    lake = new SimulatedLake(random, settings.lakeFaultRate(), rows);
    foreignWriter =
        new ForeignWriter(random, lake, rows instanceof ChangeRows changes ? changes : null);
    invariants = new ServerInvariants(oracle, lake, settings.buckets());
    reader = new SimulatedReader(this);
    actors.add(new TableAdmin(this));
    actors.add(reader);
    for (Actor user : users.of(this)) {
      actors.add(user);
      actors.add(reader);
    }
    server = start();
  }

  SimulationSettings settings() {
    return settings;
  }

  SimulatedRows rows() {
    return rows;
  }

  Random random() {
    return random;
  }

  VirtualClock clock() {
    return clock;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  SimulatedServer server() {
    return server;
  }

  SimulatedLake lake() {
    return lake;
  }

  Oracle oracle() {
    return oracle;
  }

  ServerInvariants invariants() {
    return invariants;
  }

  /** Whether nothing new fails, and all that was begun is brought to its end. */
  boolean isFinishing() {
    return isFinishing;
  }

  /** What happened, in numbers. */
  String summary() {
    return String.format(
        "%d events, %d crashes, %d acknowledgements, %d union reads, %d lake snapshots",
        events,
        crashes,
        oracle.acknowledgements(),
        oracle.unionReads(),
        tableId == null || lake.find(tableId) == null ? 0 : lake.snapshots(tableId).size());
  }

  long events() {
    return events;
  }

  /** Lets things happen, and at last lets everything come to its end, unharmed. */
  void run(int wantedEvents) {
    while (events < wantedEvents) {
      step();
      if (isCrashing) {
        crash();
      } else if (depth == 0 && server.table() != null && random.nextInt(1_000) == 0) {
        stop();
      }
    }
    isFinishing = true;
    storage.heal();
    lake.heal();
    store.failSaves(0);
    if (random.nextBoolean() || storage.needsRestart()) {
      crash();
    }
    finish();
    crash();
    finish();
    stop();
  }

  /** Runs what a client does with an answer, unless its server is gone by then. */
  void callback(SimulatedServer from, Runnable action) {
    if (from == server && from.isAlive() && !isCrashing) {
      try {
        action.run();
      } catch (RuntimeException | AssertionError e) {
        from.scheduler().report(e);
      }
    }
  }

  /** The failure of an append, which must be one that appends can have. */
  FreshetException checkAppendFailure(CompletableFuture<?> answer) {
    return checkFailure(
        answer,
        OVERLOADED,
        LOG_WRITE_FAILED,
        WRITER_SEQUENCE_GAP,
        TABLE_NOT_READY,
        TABLE_NOT_FOUND);
  }

  FreshetException checkFailure(CompletableFuture<?> answer, FreshetErrorCode... allowed) {
    Throwable error = answer.handle((value, thrown) -> thrown).join();
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (!(cause instanceof FreshetException failure)
        || !Arrays.asList(allowed).contains(failure.code())) {
      throw new InvariantViolation(
          "ErrorsAreExpected", "%s is not one of %s", error, List.of(allowed));
    }
    lastFailure = failure;
    return failure;
  }

  @Override
  public void close() {
    allocator.close();
  }

  /** What happens elsewhere while a call is on its way. */
  private void elsewhere() {
    if (depth >= MAX_DEPTH || !server.isAlive()) {
      return;
    }
    depth++;
    try {
      for (int left = random.nextInt(12); left > 0 && !isCrashing; left--) {
        if (isFinishing) {
          finishingStep();
        } else {
          step();
        }
      }
    } catch (RuntimeException | AssertionError e) {
      server.scheduler().report(e);
    } finally {
      depth--;
    }
  }

  private void step() {
    events++;
    if (random.nextInt(4) == 0) {
      clock.advance(random.nextInt(20) == 0 ? random.nextInt(600) : random.nextInt(12));
    }
    double choice = random.nextDouble();
    if (choice < settings.faultRate()) {
      misbehave();
    } else if (choice < settings.faultRate() + settings.actorRate()) {
      actors.get(random.nextInt(actors.size())).act();
    } else if (!server.scheduler().runOne()) {
      server.scheduler().awaitTimer();
    }
    check();
  }

  private void check() {
    server.scheduler().rethrow();
    ServerTable table = server.table();
    if (table != null && !isCrashing) {
      notice(table.id());
      oracle.follow(table, lake);
      invariants.check(table);
      reader.checkLogsAreKept(table);
    }
    if (lakeBackAtMillis != 0 && clock.millis() > lakeBackAtMillis) {
      lake.setDown(false);
      lakeBackAtMillis = 0;
    }
  }

  /** Notices that there is another table. */
  private void notice(UUID id) {
    if (tableId != null && !tableId.equals(id)) {
      oracle.startAgain();
      invariants.startAgain();
      actors.forEach(Actor::tableReplaced);
    }
    tableId = id;
  }

  /** The table that was, as long as it is there; whichever comes next after that. */
  private boolean isSimulated(ServerTable table) {
    return tableId == null || tableId.equals(table.id()) || lake.find(tableId) == null;
  }

  private void misbehave() {
    switch (random.nextInt(8)) {
      case 0 -> isCrashing = true;
      case 1 -> {
        lake.setDown(true);
        lakeBackAtMillis = clock.millis() + random.nextInt(4_000);
      }
      case 2, 3 -> lake.landDelayedCommit();
      case 4 -> store.failSaves(random.nextInt(2));
      default -> {
        int beside = random.nextInt(5);
        if (beside < 2) {
          foreignWriter.act();
        } else if (beside == 2) {
          storage.misbehaveBeside(random);
        } else {
          storage.misbehave(random);
        }
      }
    }
  }

  private SimulatedServer start() {
    epoch += 2;
    return new SimulatedServer(
        epoch,
        settings,
        random,
        clock,
        storage,
        lake,
        store,
        allocator,
        this::elsewhere,
        this::isSimulated);
  }

  private void crash() {
    crashes++;
    isCrashing = true;
    actors.forEach(Actor::serverLost);
    server.crash();
    if (rows.hasKeys() && random.nextInt(4) == 0) {
      storage.loseIndexes(random);
    }
    isCrashing = false;
    server = start();
  }

  private void stop() {
    isCrashing = true;
    actors.forEach(Actor::serverLost);
    server.stop();
    isCrashing = false;
    server = start();
  }

  /** Nothing fails any more: all that was begun is done after a while, and can be read. */
  private void finish() {
    int reads = oracle.unionReads();
    int left = FINISHING_EVENTS;
    while (server.table() == null || !isIdle() || oracle.unionReads() < reads + 2) {
      finishingStep();
      if (left-- == 0) {
        throw new InvariantViolation(
            "EverythingEnds",
            "table is %s after %d reads, left to do: %s, %s, last failure: %s",
            server.table() == null ? "not open" : "open",
            oracle.unionReads() - reads,
            actors.stream().filter(actor -> !actor.isIdle()).toList(),
            server.scheduler(),
            String.valueOf(lastFailure));
      }
    }
  }

  private boolean isIdle() {
    return actors.stream().allMatch(Actor::isIdle);
  }

  private void finishingStep() {
    if (random.nextInt(4) == 0) {
      actors.get(random.nextInt(actors.size())).finish();
    } else if (!server.scheduler().runOne() && random.nextInt(8) == 0) {
      server.scheduler().awaitTimer();
    }
    check();
  }
}
