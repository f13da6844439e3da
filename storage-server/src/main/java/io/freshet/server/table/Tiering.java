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
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.error.FreshetException;
import io.freshet.protocol.TierResult;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
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
  private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

  private final TableName table;
  private final TableContext context;
  private final LakeTable lake;
  private final TableBuckets buckets;
  private final Runnable onNewBase;
  private final Consumer<FreshetException> onFenced;

  private LakeState base;
  private boolean isRunning;
  private boolean isBaseUncertain;
  private int failures;
  private long nextAttemptMillis;
  private List<CompletableFuture<TierResult>> waiting = new ArrayList<>();

  /**
   * @param onNewBase runs on the event loop after each change of the base
   * @param onFenced told on the event loop when another server has taken the table over
   */
  Tiering(
      TableName table,
      TableContext context,
      LakeTable lake,
      TableBuckets buckets,
      LakeState base,
      Runnable onNewBase,
      Consumer<FreshetException> onFenced) {
    this.table = table;
    this.context = context;
    this.lake = lake;
    this.buckets = buckets;
    this.base = base;
    this.onNewBase = onNewBase;
    this.onFenced = onFenced;
  }

  LakeState base() {
    return base;
  }

  /** Tiers all rows that are visible now, at once or after the run that is under way. */
  void request(TableDefinition definition, CompletableFuture<TierResult> result) {
    waiting.add(result);
    nextAttemptMillis = 0;
    start(definition);
  }

  /** Whether somebody waits for a run that has not started. */
  boolean isRequested() {
    return !waiting.isEmpty();
  }

  /** Starts a run unless one is under way or it is too early after a failure. */
  void start(TableDefinition definition) {
    if (isRunning || context.clock().millis() < nextAttemptMillis) {
      return;
    }
    TieredOffsets ends = buckets.ends();
    List<CompletableFuture<TierResult>> requests = waiting;
    waiting = new ArrayList<>();
    if (base.tiered().equals(ends) && !isBaseUncertain) {
      requests.forEach(request -> request.complete(new TierResult(base.snapshotId(), 0, 0)));
      return;
    }
    isRunning = true;
    boolean isReload = isBaseUncertain;
    long startMillis = context.clock().millis();
    TieringRun run =
        new TieringRun(
            definition,
            lake,
            buckets.buckets(),
            base.tiered(),
            ends,
            context.epoch(),
            context.allocator());
    CompletableFuture.supplyAsync(
            () -> isReload ? run.runUnlessCommitted() : run.run(), context.blocking())
        .whenComplete((outcome, error) ->
            context
                .loop()
                .execute(() -> finish(definition, run, outcome, error, requests, startMillis)));
  }

  /** Fails all who wait for a run that has not started. */
  void close(FreshetException reason) {
    waiting.forEach(request -> request.completeExceptionally(reason));
    waiting = new ArrayList<>();
  }

  private void finish(
      TableDefinition definition,
      TieringRun run,
      @Nullable CommitOutcome outcome,
      @Nullable Throwable error,
      List<CompletableFuture<TierResult>> requests,
      long startMillis) {
    context.loop().assertInLoop();
    isRunning = false;
    Throwable failure = error;
    if (outcome instanceof CommitOutcome.Committed committed) {
      failure = swapBase(committed.state());
    } else if (outcome instanceof CommitOutcome.Rejected rejected) {
      failure = rejected.reason();
    } else if (outcome instanceof CommitOutcome.Unknown unknown) {
      failure = unknown.reason();
    }
    if (failure == null) {
      succeed(run, requests, context.clock().millis() - startMillis);
    } else {
      fail(failure, requests);
    }
    if (!waiting.isEmpty()) {
      start(definition);
    }
  }

  private void succeed(TieringRun run, List<CompletableFuture<TierResult>> requests, long millis) {
    failures = 0;
    nextAttemptMillis = 0;
    isBaseUncertain = false;
    long rows = base.tiered().rowsSince(run.from());
    LOG.info("Tiered {} rows of table {} in {} ms", rows, table, millis);
    if (base.tiered().equals(run.to())) {
      requests.forEach(
          request -> request.complete(new TierResult(base.snapshotId(), rows, millis)));
    } else {
      // The lake had taken an earlier commit; the rest of what was asked for is yet to go.
      waiting.addAll(requests);
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

  /** Makes {@code state} the base, or says why that can't be. */
  private @Nullable FreshetException swapBase(LakeState state) {
    if (state.epoch() > context.epoch()) {
      return FreshetException.of(
          FENCED,
          "Table %s was taken over by a server with epoch %d; this server's epoch is %d. Stop one of the"
              + " two servers.",
          table,
          state.epoch(),
          context.epoch());
    }
    for (Bucket bucket : buckets.buckets()) {
      int number = bucket.id().bucket();
      long before = base.tiered().of(number);
      long tiered = state.tiered().of(number);
      if (tiered < before || tiered > bucket.endOffset()) {
        return FreshetException.of(
            LAKE_DIVERGED,
            "The lake holds bucket %d of table %s up to offset %d, which is not between %d and %d: it was"
                + " rolled back or written by another server",
            number,
            table,
            tiered,
            before,
            bucket.endOffset());
      }
    }
    base = state;
    onNewBase.run();
    return null;
  }
}
