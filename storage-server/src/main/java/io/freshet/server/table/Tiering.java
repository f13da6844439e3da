/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.FENCED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.error.FreshetException;
import io.freshet.protocol.TierResult;
import io.freshet.server.keys.RowCut;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeDeletes;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.RewrittenFiles;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a table's fresh rows into the lake and keeps its base, which is the lake state that fresh
 * rows are relative to. One run at a time; a run that fails is repeated later, and one whose commit
 * may or may not have taken effect looks at the lake first. Belongs to the table's event loop.
 */
final class Tiering {
  private static final Logger LOG = LoggerFactory.getLogger(Tiering.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration SEAL_PAUSE = Duration.ofMillis(20);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

  private final TableName table;
  private final TableContext context;
  private final LakeTable lake;
  private final TableBuckets buckets;
  private final @Nullable TableKeys keys;
  private final BaseSwapper base;
  private final Consumer<FreshetException> onFenced;
  private final Consumer<String> onStale;

  private boolean isRunning;

  /** Whether the lake may have another state than the base. */
  private boolean isBaseUncertain;

  /** What waits for its turn between two runs. */
  private final Deque<Turn> turns = new ArrayDeque<>();

  private int tierings;

  /** What callers wait for: that the lake holds all that was visible when their run began. */
  private record Wanted(
      TieredOffsets ends, List<CompletableFuture<TierResult>> requests, long startMillis) {}

  private int failures;
  private long nextAttemptMillis;
  private final TierRequests waiting = new TierRequests();

  /**
   * @param keys null for a log table
   * @param onStale told on the event loop when the table has to be opened again, and why
   * @param onFenced told on the event loop when another server has taken the table over
   */
  Tiering(
      TableName table,
      TableContext context,
      LakeTable lake,
      TableBuckets buckets,
      @Nullable TableKeys keys,
      BaseSwapper base,
      Consumer<FreshetException> onFenced,
      Consumer<String> onStale) {
    this.table = table;
    this.context = context;
    this.lake = lake;
    this.buckets = buckets;
    this.keys = keys;
    this.base = base;
    this.onFenced = onFenced;
    this.onStale = onStale;
  }

  /** Tiers all rows that are visible now, at once or after the run that is under way. */
  void request(TableDefinition definition, CompletableFuture<TierResult> result) {
    waiting.add(List.of(result));
    nextAttemptMillis = 0;
    start(definition);
  }

  /** How many tierings have moved rows since the table was opened. */
  int tierings() {
    return tierings;
  }

  /** Whether somebody waits for a run or a commit that has not started. */
  boolean isRequested() {
    return !waiting.isEmpty() || !turns.isEmpty();
  }

  /** Starts a run unless one is under way or it is too early after a failure. */
  void start(TableDefinition definition) {
    takeTurns();
    if (isRunning || base.isFollowing() || context.clock().millis() < nextAttemptMillis) {
      return;
    }
    TieredOffsets ends = buckets.ends();
    Wanted wanted = new Wanted(ends, waiting.take(), context.clock().millis());
    if (base.state().tiered().equals(ends) && !isBaseUncertain) {
      wanted.requests.forEach(
          request -> request.complete(new TierResult(base.state().snapshotId(), 0, 0)));
      return;
    }
    isRunning = true;
    buckets
        .seal()
        .whenComplete((cuts, error) ->
            context
                .loop()
                .execute(() -> {
                  if (error == null) {
                    run(definition, cuts, wanted);
                  } else {
                    isRunning = false;
                    waiting.add(wanted.requests);
                    nextAttemptMillis = context.clock().millis() + SEAL_PAUSE.toMillis();
                    LOG.debug("Can't cut table {} yet", table, error);
                  }
                }));
  }

  private void run(TableDefinition definition, List<RowCut> cuts, Wanted wanted) {
    boolean isReload = isBaseUncertain;
    LakeState from = base.state();
    TieringRun run =
        new TieringRun(
            definition,
            lake,
            buckets.buckets(),
            keys,
            from,
            cuts,
            context.epoch(),
            context.newId().get(),
            context.allocator());
    inLake(
        () -> attempt(run, from, isReload),
        (done, error) -> finish(definition, run, done, error, wanted));
  }

  /** Does work that blocks, and tells the event loop what came of it. */
  private <T> void inLake(Supplier<T> work, BiConsumer<@Nullable T, @Nullable Throwable> finish) {
    CompletableFuture<T> done = new CompletableFuture<>();
    done.whenComplete((value, error) -> context.loop().execute(() -> finish.accept(value, error)));
    try {
      context
          .blocking()
          .execute(() -> {
            try {
              done.complete(work.get());
            } catch (RuntimeException | Error e) {
              done.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e); // The server is shutting down.
    }
  }

  /** What became of a run, and what the base has deleted if there is a new one. */
  private record Attempt(CommitOutcome outcome, @Nullable LakeDeletes deletes) {}

  private Attempt attempt(TieringRun run, LakeState from, boolean isReload) {
    CommitOutcome outcome = null;
    if (isReload) {
      LakeState state = lake.load();
      if (!state.tiered().equals(from.tiered())) {
        outcome = new CommitOutcome.Committed(state);
      }
    }
    if (outcome == null) {
      outcome = run.run();
    }
    boolean needsDeletes = keys != null && outcome instanceof CommitOutcome.Committed;
    return new Attempt(
        outcome,
        needsDeletes
            ? lake.deletes(((CommitOutcome.Committed) outcome).state().snapshotId())
            : null);
  }

  /**
   * Commits files that a compaction has written, between two tierings. Completes with what became
   * of it; but for an unknown outcome the files are of no more use unless it was committed.
   */
  CompletableFuture<CommitOutcome> commit(RewrittenFiles files) {
    CompletableFuture<CommitOutcome> done = new CompletableFuture<>();
    turns.addLast(new Turn(() -> startCommit(files, done), done));
    takeTurns();
    return done;
  }

  /** Does work that changes the lake table, and that blocks, between two tierings. */
  CompletableFuture<Boolean> alone(Runnable work) {
    return alone(() -> CompletableFuture.completedFuture(true), unused -> work.run());
  }

  /**
   * Does work that changes the lake table, and that blocks, between two tierings.
   *
   * @param prepare called on the event loop when the turn has come
   * @param work gets what was prepared
   */
  <T> CompletableFuture<Boolean> alone(Supplier<CompletableFuture<T>> prepare, Consumer<T> work) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Runnable start =
        () ->
            prepare
                .get()
                .whenComplete((prepared, error) ->
                    context
                        .loop()
                        .execute(() -> {
                          if (error == null) {
                            inLake(
                                () -> {
                                  work.accept(prepared);
                                  return true;
                                },
                                (unused, failure) -> endTurn(done, failure));
                          } else {
                            endTurn(done, error);
                          }
                        }));
    turns.addLast(new Turn(start, done));
    takeTurns();
    return done;
  }

  private void endTurn(CompletableFuture<Boolean> done, @Nullable Throwable error) {
    isRunning = false;
    if (error == null) {
      done.complete(true);
    } else {
      done.completeExceptionally(error);
    }
    takeTurns();
  }

  /** Work that waits until no run is under way, and whom its end is told. */
  private record Turn(Runnable start, CompletableFuture<?> done) {}

  private void takeTurns() {
    if (!isRunning && !base.isFollowing() && !isBaseUncertain && !turns.isEmpty()) {
      isRunning = true;
      turns.removeFirst().start().run();
    }
  }

  private void startCommit(RewrittenFiles files, CompletableFuture<CommitOutcome> done) {
    RewriteRun run =
        new RewriteRun(lake, keys, files, base.state(), context.epoch(), context.newId().get());
    inLake(run::run, (rewritten, error) -> finish(done, rewritten, error));
  }

  private void finish(
      CompletableFuture<CommitOutcome> done,
      RewriteRun.@Nullable Result rewritten,
      @Nullable Throwable error) {
    isRunning = false;
    if (rewritten == null) {
      isBaseUncertain = true;
      done.completeExceptionally(error);
      return;
    }
    if (rewritten.outcome() instanceof CommitOutcome.Committed committed) {
      base.move(committed.state(), rewritten);
    } else if (rewritten.outcome() instanceof CommitOutcome.Unknown) {
      isBaseUncertain = true;
    } else if (rewritten.outcome() instanceof CommitOutcome.Conflict conflict && keys != null) {
      onStale.accept(foreign(conflict.snapshotId()));
    }
    done.complete(rewritten.outcome());
    takeTurns();
  }

  /** Those who wait for a run that has not started. */
  TierRequests requests() {
    return waiting;
  }

  /** Goes on from a state of the lake that somebody else has made. */
  void adopt(LakeState state) {
    boolean isSameLayout = base.state().layout().equals(state.layout());
    boolean isSame = isSameLayout && Objects.equals(base.state().snapshotId(), state.snapshotId());
    if (isRunning || base.isFollowing() || isBaseUncertain) {
      return; // A run that is under way finds out itself.
    }
    if (isSame) {
      base.refresh(state); // Its metadata may be newer.
      return;
    }
    if (!isSameLayout) {
      onStale.accept("another writer has changed its columns or its layout");
      return;
    }
    if (keys != null) {
      onStale.accept(foreign(state.snapshotId()));
      return;
    }
    FreshetException failure = base.swapForLog(state);
    if (failure == null) {
      LOG.info(
          "Table {} goes on from lake snapshot {} of another writer", table, state.snapshotId());
    } else {
      LOG.warn("Table {} can't go on from the lake: {}", table, failure.toString());
    }
  }

  static String foreign(@Nullable Long snapshotId) {
    return "another writer has committed lake snapshot " + snapshotId;
  }

  /** Fails all who wait for a run that has not started. */
  void close(FreshetException reason) {
    turns.forEach(turn -> turn.done().completeExceptionally(reason));
    turns.clear();
    waiting.close(reason);
  }

  private void finish(
      TableDefinition definition,
      TieringRun run,
      @Nullable Attempt attempt,
      @Nullable Throwable error,
      Wanted wanted) {
    context.loop().assertInLoop();
    isRunning = false;
    Throwable failure = error;
    CommitOutcome outcome = attempt == null ? null : attempt.outcome();
    if (keys != null && outcome instanceof CommitOutcome.Conflict conflict) {
      waiting.add(wanted.requests);
      onStale.accept(foreign(conflict.snapshotId()));
      return;
    }
    LakeState before = base.state();
    if (attempt != null && outcome instanceof CommitOutcome.Committed committed) {
      failure = base.swap(committed.state(), attempt.deletes(), run);
    } else if (outcome instanceof CommitOutcome.Rejected rejected) {
      failure = rejected.reason();
    } else if (outcome instanceof CommitOutcome.Conflict conflict) {
      failure = conflict.reason();
    } else if (outcome instanceof CommitOutcome.Unknown unknown) {
      failure = unknown.reason();
    }
    if (failure == null) {
      succeed(before, wanted);
    } else {
      if (run.mayBeCommitted()) {
        base.addUnresolved(run);
      }
      fail(failure, wanted.requests);
    }
    if (!waiting.isEmpty()) {
      start(definition);
    }
  }

  private void succeed(LakeState before, Wanted wanted) {
    failures = 0;
    tierings++;
    nextAttemptMillis = 0;
    isBaseUncertain = false;
    LakeState state = base.state();
    long rows = state.tiered().rowsSince(before.tiered());
    long millis = context.clock().millis() - wanted.startMillis;
    LOG.info("Tiered {} rows of table {} in {} ms", rows, table, millis);
    if (state.tiered().isAtLeast(wanted.ends)) {
      wanted.requests.forEach(
          request -> request.complete(new TierResult(state.snapshotId(), rows, millis)));
    } else {
      // An earlier commit or cut has taken a part; the rest of what was asked for is yet to go.
      waiting.add(wanted.requests);
    }
  }

  private void fail(Throwable failure, List<CompletableFuture<TierResult>> requests) {
    isBaseUncertain = true;
    long pauseMillis =
        Math.min(LAST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures, 10));
    failures++;
    nextAttemptMillis = context.clock().millis() + pauseMillis;
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    LOG.warn(
        "Can't tier table {}, next attempt in {} ms; fresh rows stay readable: {}",
        table,
        pauseMillis,
        cause.toString());
    LOG.debug("Tiering of table {} failed", table, cause);
    FreshetException answer =
        cause instanceof FreshetException known
            ? known
            : new FreshetException(
                LAKE_UNAVAILABLE,
                String.format(
                    "Can't tier table %s: %s. Its fresh rows stay readable; try again later.",
                    table, cause.getMessage()),
                cause);
    requests.forEach(request -> request.completeExceptionally(answer));
    if (answer.code() == FENCED) {
      onFenced.accept(answer);
    }
  }
}
