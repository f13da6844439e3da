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
import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.error.FreshetException;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TierResult;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.Partitioning;
import io.freshet.table.Sorting;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table that is open: its buckets, its base, and the union snapshots under lease. Freezing a
 * union snapshot and swapping the base are tasks of the table's event loop, so a plan sees one base
 * and one high watermark per bucket; neither touches rows.
 */
public final class ServerTable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTable.class);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  private final UUID id;
  private final TableContext context;
  private final LakeTable lake;
  private final List<Bucket> buckets;
  private final Leases leases;

  private TableDefinition definition;
  private TableOptions options;
  private LakeState base;
  private long nextSnapshot;
  private boolean isClosed;

  private boolean isTiering;
  private boolean isBaseUncertain;
  private int failures;
  private long retryAtMillis;
  private List<CompletableFuture<TierResult>> tierRequests = new ArrayList<>();

  /**
   * A table over its opened buckets.
   *
   * @param base the lake's state now; each bucket's fresh rows start at its tiered offsets
   */
  public ServerTable(
      UUID id,
      TableDefinition definition,
      TableContext context,
      LakeTable lake,
      LakeState base,
      List<Bucket> buckets) {
    this.id = id;
    this.definition = definition;
    this.options = TableOptions.of(definition.properties());
    this.context = context;
    this.lake = lake;
    this.base = base;
    this.buckets = List.copyOf(buckets);
    this.leases = new Leases(definition.name());
  }

  /** Starts the table's timers. */
  public void start() {
    context.loop().schedule(TICK, this::tick);
  }

  public UUID id() {
    return id;
  }

  public TableName name() {
    return definition.name();
  }

  /** The table's buckets, in order of their numbers; appends go straight to them. */
  public List<Bucket> buckets() {
    return buckets;
  }

  public CompletableFuture<TableDefinition> definition() {
    return onLoop(() -> definition);
  }

  /** Freezes a union snapshot and leases it for {@code lease}, or the server's default. */
  public CompletableFuture<UnionSnapshot> plan(@Nullable Duration lease) {
    return onLoop(() -> describe(freeze(lease)));
  }

  /** The union snapshot of that name; SNAPSHOT_EXPIRED if its lease has ended. */
  public CompletableFuture<UnionLease> lease(String snapshot) {
    return onLoop(() -> leases.get(snapshot, nowMillis()));
  }

  /** Extends a lease from now on, and answers when it ends. */
  public CompletableFuture<Long> renew(String snapshot) {
    return onLoop(() -> {
      UnionLease lease = leases.get(snapshot, nowMillis());
      long expiresAtMillis =
          Math.max(lease.expiresAtMillis(), nowMillis() + context.defaultLease().toMillis());
      leases.renew(lease.withExpiry(expiresAtMillis));
      return expiresAtMillis;
    });
  }

  /** Gives a union snapshot back; nothing happens if it has expired. */
  public CompletableFuture<Void> release(String snapshot) {
    return onLoop(() -> {
      leases.release(snapshot);
      return null;
    });
  }

  public CompletableFuture<TableDescription> describe() {
    return onLoop(() ->
        new TableDescription(
            definition.name(),
            id,
            definition.schema(),
            Partitioning.format(definition.partitionSpec()),
            Sorting.format(definition.sortOrder()),
            definition.buckets(),
            definition.bucketKey(),
            definition.properties(),
            base.metadataLocation(),
            base.snapshotId(),
            base.rows(),
            freshRanges(base.tiered(), ends())));
  }

  /** Uses a new definition with the same schema and layout, such as one with other properties. */
  public CompletableFuture<Void> redefine(TableDefinition newDefinition) {
    return onLoop(() -> {
      definition = newDefinition;
      options = TableOptions.of(newDefinition.properties());
      return null;
    });
  }

  /** Moves all rows that are visible now into the lake. */
  public CompletableFuture<TierResult> tier() {
    CompletableFuture<TierResult> result = new CompletableFuture<>();
    try {
      context
          .loop()
          .submit(() -> {
            if (isClosed) {
              result.completeExceptionally(closedError());
            } else {
              tierRequests.add(result);
              retryAtMillis = 0;
              startTiering();
            }
          });
    } catch (FreshetException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  /** Stops timers and refuses further calls; a tiering that runs is completed by the next start. */
  public CompletableFuture<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    context
        .loop()
        .execute(() -> {
          isClosed = true;
          tierRequests.forEach(request -> request.completeExceptionally(closedError()));
          tierRequests = new ArrayList<>();
          closed.complete(null);
        });
    return closed;
  }

  private UnionLease freeze(@Nullable Duration requested) {
    Duration lease = requested == null ? context.defaultLease() : requested;
    if (lease.isNegative() || lease.isZero() || lease.compareTo(context.maxLease()) > 0) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "A lease of %d ms can't be given: ask for 1 to %d ms, and renew it while you read",
          lease.toMillis(),
          context.maxLease().toMillis());
    }
    UnionLease frozen =
        new UnionLease(
            id + ":" + context.epoch() + ":" + nextSnapshot++,
            definition,
            base,
            ends(),
            nowMillis() + lease.toMillis());
    leases.add(frozen);
    return frozen;
  }

  private UnionSnapshot describe(UnionLease lease) {
    return new UnionSnapshot(
        lease.snapshot(),
        definition.name(),
        id,
        lease.definition().schema(),
        new LakeBase(lease.base().snapshotId(), lease.base().metadataLocation()),
        freshRanges(lease.base().tiered(), lease.ends()),
        lease.expiresAtMillis());
  }

  private List<FreshRange> freshRanges(TieredOffsets from, TieredOffsets to) {
    List<FreshRange> ranges = new ArrayList<>();
    for (Bucket bucket : buckets) {
      int number = bucket.id().bucket();
      long start = from.of(number);
      long end = to.of(number);
      ranges.add(new FreshRange(number, start, end, end - start, bucket.fresh().bytes(start, end)));
    }
    return ranges;
  }

  private TieredOffsets ends() {
    return new TieredOffsets(buckets.stream().map(Bucket::endOffset).toList());
  }

  private void tick() {
    if (isClosed) {
      return;
    }
    context.loop().schedule(TICK, this::tick);
    leases.expire(nowMillis());
    if (isTieringDue()) {
      startTiering();
    }
    trim();
  }

  private boolean isTieringDue() {
    long nowMicros = TimeUnit.MILLISECONDS.toMicros(nowMillis());
    long bytes = 0;
    long oldestMicros = nowMicros;
    for (Bucket bucket : buckets) {
      long start = base.tiered().of(bucket.id().bucket());
      long end = bucket.endOffset();
      if (start < end) {
        bytes += bucket.fresh().bytes(start, end);
        oldestMicros =
            Math.min(oldestMicros, bucket.fresh().commitTimestampMicros(start, nowMicros));
      }
    }
    long ageMicros = nowMicros - oldestMicros;
    return bytes >= options.tieringBytes()
        || (ageMicros > 0 && ageMicros >= options.freshness().toNanos() / 1_000);
  }

  private void startTiering() {
    if (isTiering || nowMillis() < retryAtMillis) {
      return;
    }
    TieredOffsets from = base.tiered();
    TieredOffsets to = ends();
    List<CompletableFuture<TierResult>> requests = tierRequests;
    tierRequests = new ArrayList<>();
    if (from.equals(to) && !isBaseUncertain) {
      requests.forEach(request -> request.complete(new TierResult(base.snapshotId(), 0, 0)));
      return;
    }
    isTiering = true;
    long startMillis = nowMillis();
    boolean checkBase = isBaseUncertain;
    TieringRun run =
        new TieringRun(definition, lake, buckets, from, to, context.epoch(), context.allocator());
    supplyBlocking(() -> checkBase ? reload(run) : run.run())
        .whenComplete((outcome, error) ->
            context
                .loop()
                .execute(() -> finishTiering(run, outcome, error, requests, startMillis)));
  }

  /**
   * After an uncertain commit: what the lake holds now, if that is not what the run starts from.
   */
  private static CommitOutcome reload(TieringRun run) {
    LakeState state = run.lake().load();
    return state.tiered().equals(run.from()) ? run.run() : new CommitOutcome.Committed(state);
  }

  private void finishTiering(
      TieringRun run,
      @Nullable CommitOutcome outcome,
      @Nullable Throwable error,
      List<CompletableFuture<TierResult>> requests,
      long startMillis) {
    isTiering = false;
    Throwable failure = error;
    if (outcome instanceof CommitOutcome.Committed committed) {
      failure = swapBase(committed.state());
    } else if (outcome instanceof CommitOutcome.Rejected rejected) {
      failure = rejected.reason();
    } else if (outcome instanceof CommitOutcome.Unknown unknown) {
      failure = unknown.reason();
    }
    if (failure == null) {
      failures = 0;
      retryAtMillis = 0;
      isBaseUncertain = false;
      long rows = base.tiered().rowsSince(run.from());
      long millis = nowMillis() - startMillis;
      LOG.info("Tiered {} rows of table {} in {} ms", rows, name(), millis);
      requests.forEach(
          request -> request.complete(new TierResult(base.snapshotId(), rows, millis)));
    } else {
      tieringFailed(failure, requests);
    }
    if (!tierRequests.isEmpty()) {
      startTiering();
    }
  }

  private void tieringFailed(Throwable failure, List<CompletableFuture<TierResult>> requests) {
    isBaseUncertain = true;
    long pauseMillis =
        Math.min(LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(failures, 10));
    failures++;
    retryAtMillis = nowMillis() + pauseMillis;
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    LOG.warn(
        "Can't tier table {}, next attempt in {} ms; fresh rows stay readable: {}",
        name(),
        pauseMillis,
        cause.toString());
    LOG.debug("Tiering of table {} failed", name(), failure);
    FreshetException answer =
        cause instanceof FreshetException known
            ? known
            : new FreshetException(
                LAKE_UNAVAILABLE,
                "Can't tier table " + name() + ": " + cause.getMessage() + ". Try again later.",
                cause);
    requests.forEach(request -> request.completeExceptionally(answer));
  }

  /** Makes {@code state} the base, or says why that can't be. */
  private @Nullable FreshetException swapBase(LakeState state) {
    if (state.epoch() > context.epoch()) {
      return FreshetException.of(
          FENCED,
          "Table %s was taken over by a server with epoch %d; this server's epoch is %d",
          name(),
          state.epoch(),
          context.epoch());
    }
    for (Bucket bucket : buckets) {
      int number = bucket.id().bucket();
      long tiered = state.tiered().of(number);
      if (tiered < base.tiered().of(number) || tiered > bucket.endOffset()) {
        return FreshetException.of(
            LAKE_DIVERGED,
            "The lake holds bucket %d of table %s up to offset %d, which is not between %d and %d: it was"
                + " rolled back or written by another server",
            number,
            name(),
            tiered,
            base.tiered().of(number),
            bucket.endOffset());
      }
    }
    base = state;
    trim();
    return null;
  }

  private void trim() {
    for (Bucket bucket : buckets) {
      int number = bucket.id().bucket();
      long tiered = base.tiered().of(number);
      long unneeded = leases.lowestOffset(number, base.tiered());
      TableOptions current = options;
      bucket
          .loop()
          .execute(() -> {
            bucket.fresh().dropBelow(tiered);
            bucket.log().trim(unneeded, current.logRetentionTime(), current.logRetentionBytes());
          });
    }
  }

  private <T> CompletableFuture<T> supplyBlocking(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, context.blocking());
  }

  @SuppressWarnings("NullAway") // A task without a result completes with null.
  private <T> CompletableFuture<T> onLoop(Supplier<@Nullable T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      context
          .loop()
          .submit(() -> {
            try {
              if (isClosed) {
                throw closedError();
              }
              result.complete(task.get());
            } catch (RuntimeException e) {
              result.completeExceptionally(e);
            }
          });
    } catch (FreshetException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private FreshetException closedError() {
    return FreshetException.of(
        TABLE_NOT_FOUND, "Table %s is no longer open on this server", name());
  }

  private long nowMillis() {
    return context.clock().millis();
  }
}
