/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.protocol.CompactResult;
import io.freshet.protocol.ExpireResult;
import io.freshet.protocol.OverlayVector;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableOffsets;
import io.freshet.protocol.TierResult;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.keys.RowCut;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.SnapshotExpiry;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.transaction.Transactions;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One table that is open: its buckets, its base, and the union snapshots under lease. Freezing a
 * union snapshot and swapping the base are tasks of the table's event loop, so a plan sees one base
 * and one high watermark per bucket; neither touches rows.
 */
public final class ServerTable {
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration LAKE_CHECK_INTERVAL = Duration.ofSeconds(15);

  /** So often it is looked whether there are files to compact. */
  private static final int TIERINGS_PER_COMPACTION = 8;

  private static final Duration EXPIRY_INTERVAL = Duration.ofSeconds(1);
  private static final Duration TRIM_INTERVAL = Duration.ofSeconds(5);

  private final UUID id;
  private final TableContext context;
  private final TableBuckets buckets;
  private final TableFacts facts;
  private final Leases leases;
  private final Planner planner;
  private final BaseSwapper base;
  private final Tiering tiering;
  private final @Nullable TableKeys keys;
  private final Transactions transactions;
  private final Compaction compaction;
  private final LakeTable lake;
  private final LakeUpkeep upkeep;
  private final BiConsumer<ServerTable, String> onStale;
  private final List<CompletableFuture<TierResult>> carriedRequests;

  /** Completes when commits that a crash has cut short are visible in all buckets. */
  private final CompletableFuture<@Nullable Void> recovered = new CompletableFuture<>();

  private TableDefinition definition;
  private TableOptions options;
  private long nextTrimMillis;
  private long nextExpiryMillis;
  private int compactedTierings;
  private long nextLakeCheckMillis;
  private boolean isClosed;

  /** Whether the table is to be opened again. */
  private boolean isStale;

  private volatile boolean isRetired;
  private @Nullable FreshetException fencedError;

  /**
   * A table over its opened buckets.
   *
   * @param base the lake's state now; each bucket's fresh rows start at its tiered offsets
   * @param keys null for a log table
   */
  ServerTable(
      UUID id,
      TableDefinition definition,
      TableContext context,
      LakeTable lake,
      Base base,
      @Nullable TableKeys keys,
      Transactions transactions,
      List<Bucket> buckets,
      @Nullable CarriedOver carried,
      BiConsumer<ServerTable, String> onStale) {
    this.id = id;
    this.definition = definition;
    this.options = TableOptions.of(definition.properties());
    this.context = context;
    this.buckets = new TableBuckets(buckets);
    this.facts = new TableFacts(id, this.buckets);
    this.lake = lake;
    this.onStale = onStale;
    this.leases = carried == null ? new Leases(definition.name()) : carried.leases();
    this.carriedRequests = carried == null ? List.of() : carried.tierRequests();
    this.keys = keys;
    this.transactions = transactions;
    this.planner = new Planner(id, context, this.buckets, keys, leases, this::checkOpen);
    this.base =
        new BaseSwapper(
            definition.name(), context, this.buckets, keys, base, this::trim, this::stale);
    this.tiering =
        new Tiering(
            definition.name(),
            context,
            lake,
            this.buckets,
            keys,
            this.base,
            this::fenced,
            this::stale);
    this.upkeep = new LakeUpkeep(definition.name(), lake, context.blocking(), this::adopt);
    this.compaction = new Compaction(definition.name(), context, lake, tiering::commit);
  }

  /** Starts the table's timers. */
  public void start() {
    recover()
        .whenComplete((unused, error) -> {
          if (error == null) {
            recovered.complete(null);
          } else {
            recovered.completeExceptionally(error);
          }
        });
    context.loop().execute(() -> tiering.requests().add(carriedRequests));
    nextLakeCheckMillis = nowMillis() + LAKE_CHECK_INTERVAL.toMillis();
    context.loop().schedule(TICK, this::tick);
  }

  private CompletableFuture<Void> recover() {
    try {
      return transactions.recover();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Calls the table's transactions where it may block. */
  public <T> CompletableFuture<T> call(Function<Transactions, T> call) {
    return CompletableFuture.supplyAsync(() -> call.apply(transactions), context.calls());
  }

  /** The table's transactions; its methods may block. */
  public Transactions transactions() {
    return transactions;
  }

  public UUID id() {
    return id;
  }

  public TableName name() {
    return definition.name();
  }

  /** The table's buckets, in order of their numbers; appends go straight to them. */
  public List<Bucket> buckets() {
    return buckets.buckets();
  }

  public CompletableFuture<TableDefinition> definition() {
    return onLoop(() -> definition);
  }

  /**
   * The definition, once buckets show each transaction whole: before that nobody may read anything
   * but union snapshots under lease.
   */
  public CompletableFuture<TableDefinition> readable() {
    return recovered.thenCompose(unused -> definition());
  }

  /** Freezes a union snapshot and leases it for {@code lease}, or the server's default. */
  public CompletableFuture<UnionSnapshot> plan(@Nullable Duration lease) {
    return askRecovered(() -> planner.plan(definition, base.base(), lease));
  }

  /** The union snapshot of that name; SNAPSHOT_EXPIRED if its lease has ended. */
  public CompletableFuture<UnionLease> lease(String snapshot) {
    return onLoop(() -> leases.get(snapshot, nowMillis()));
  }

  /** Computes something from a union snapshot's rows, where it may block shortly. */
  public <T> CompletableFuture<T> read(String snapshot, Function<UnionLease, T> reading) {
    return lease(snapshot).thenApplyAsync(reading, context.calls());
  }

  /** The overlay of one file in a union snapshot; SNAPSHOT_EXPIRED if its lease has ended. */
  public CompletableFuture<OverlayVector> overlay(String snapshot, String dataFile) {
    return read(snapshot, lease -> lease.overlay(dataFile));
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

  /** Keeps the server from expiring a lake snapshot for so long, or longer. */
  public CompletableFuture<Void> keepBase(long snapshotId, Duration lease) {
    return onLoop(() -> {
      leases.keepBase(snapshotId, nowMillis() + lease.toMillis());
      return null;
    });
  }

  /** The lake state that fresh rows are relative to. */
  public CompletableFuture<LakeState> base() {
    return onLoop(() -> base.state());
  }

  /** The keys of a primary-key table, null for a log table. */
  public @Nullable TableKeys keys() {
    return keys;
  }

  public CompletableFuture<TableDescription> describe() {
    return ask(() -> {
      LakeState described = base.state();
      TableDefinition current = definition;
      return buckets.freeze().thenApply(cuts -> facts.describe(current, described, cuts));
    });
  }

  /**
   * Which changes can be read, with each transaction whole or not at all.
   *
   * @param timestampMillis also where the first changes from then on are; null for not
   */
  public CompletableFuture<TableOffsets> offsets(@Nullable Long timestampMillis) {
    return askRecovered(() -> facts.offsets(definition.name(), timestampMillis, context.calls()));
  }

  /** Uses a new definition with the same schema and layout, such as one with other properties. */
  public CompletableFuture<Void> redefine(TableDefinition newDefinition) {
    return onLoop(() -> {
      definition = newDefinition;
      options = TableOptions.of(newDefinition.properties());
      return null;
    });
  }

  /**
   * Changes the columns of the lake table. The table has to be opened again then, since whatever is
   * open knows the columns of before.
   */
  CompletableFuture<Boolean> alterSchema(List<SchemaChange> changes) {
    return askRecovered(() -> tiering.alone(() -> lake.alterSchema(changes, context.epoch())));
  }

  /** Removes all visible rows from the lake table; the table has to be opened again then. */
  CompletableFuture<Boolean> truncate() {
    // All buckets are asked in one task of the loop, so that they have seen the same transactions;
    // and when no tiering is under way, so that the lake has nothing from there on.
    return askRecovered(() ->
        tiering.alone(
            buckets::freeze,
            cuts ->
                lake.truncate(
                    new TieredOffsets(cuts.stream().map(RowCut::endOffset).toList()),
                    context.epoch())));
  }

  /** Moves all rows that are visible now into the lake. */
  public CompletableFuture<TierResult> tier() {
    return askRecovered(() -> {
      CompletableFuture<TierResult> result = new CompletableFuture<>();
      tiering.request(definition, result);
      return result;
    });
  }

  /**
   * Stops timers and refuses further calls, after commits that are under way; a tiering that runs
   * is completed by the next start.
   */
  public CompletableFuture<Void> close() {
    return transactions
        .close()
        .thenRunAsync(
            () -> {
              isClosed = true;
              stopWrites(closedError());
            },
            context.loop())
        .thenRunAsync(
            () -> {
              if (keys != null) {
                keys.close();
              }
            },
            context.calls());
  }

  /**
   * Refuses writes from now on, after commits that are under way: another table takes the name.
   * Union snapshots can be planned and read.
   */
  CompletableFuture<Void> retire() {
    isRetired = true;
    return transactions
        .close()
        .thenRunAsync(
            () -> {
              isStale = true;
              stopWrites(
                  FreshetException.of(
                      TABLE_NOT_READY,
                      "Table %s is being replaced by another one: try again after a pause",
                      name()));
            },
            context.loop());
  }

  /** Whether {@link #retire} was called. */
  boolean isRetired() {
    return isRetired;
  }

  /** Whether a union snapshot is under lease. */
  CompletableFuture<Boolean> hasLeases() {
    return onLoop(() -> leases.size() > 0);
  }

  private void stopWrites(FreshetException reason) {
    tiering.close(reason);
    compaction.close(reason);
    for (Bucket bucket : buckets()) {
      bucket.loop().execute(() -> bucket.refuseAppends(reason));
    }
  }

  /** What the table's successor goes on with; before {@link #close}. */
  CompletableFuture<CarriedOver> handOver() {
    return CompletableFuture.supplyAsync(
        () -> {
          isStale = true;
          return new CarriedOver(leases, tiering.requests().take());
        },
        context.loop());
  }

  /** Rewrites lake files that are small or largely deleted. */
  public CompletableFuture<CompactResult> compact() {
    return ask(() -> {
      CompletableFuture<CompactResult> result = new CompletableFuture<>();
      compaction.request(options, result);
      return result;
    });
  }

  /**
   * Expires lake snapshots that nobody reads under a lease, and files that no snapshot refers to.
   *
   * @param olderThan younger snapshots and files stay; files also if they may be of a commit that
   *     is under way
   * @param retainLast so many of the newest snapshots stay
   */
  public CompletableFuture<ExpireResult> expire(Instant olderThan, int retainLast) {
    Instant now = context.clock().instant();
    return onLoop(() ->
            new SnapshotExpiry(
                olderThan,
                retainLast,
                leases.baseSnapshots(),
                base.state().snapshotId(),
                context.epoch()))
        .thenApplyAsync(expiry -> upkeep.expire(expiry, now), context.blocking());
  }

  /**
   * Looks whether somebody else has committed to the lake table, and if so, goes on from there: a
   * log table at once, one with a primary key by opening it again.
   */
  void checkLake() {
    upkeep.look();
  }

  private void adopt(LakeState state) {
    context
        .loop()
        .execute(() -> {
          if (!isClosed && !isStale && fencedError == null) {
            tiering.adopt(state);
          }
        });
  }

  private void stale(String reason) {
    if (!isStale && !isClosed) {
      isStale = true;
      onStale.accept(this, reason);
    }
  }

  private void tick() {
    if (isClosed || fencedError != null) {
      return;
    }
    context.loop().schedule(TICK, this::tick);
    leases.expire(nowMillis());
    if (nowMillis() >= nextExpiryMillis) {
      nextExpiryMillis = nowMillis() + EXPIRY_INTERVAL.toMillis();
      context.calls().execute(transactions::expire);
    }
    if (!recovered.isDone() || isStale) {
      return;
    }
    if (nowMillis() >= nextLakeCheckMillis) {
      nextLakeCheckMillis = nowMillis() + LAKE_CHECK_INTERVAL.toMillis();
      checkLake();
    }
    if (tiering.isRequested()
        || buckets.isTieringDue(base.state().tiered(), options, nowMillis())) {
      tiering.start(definition);
    }
    if (tiering.tierings() >= compactedTierings + TIERINGS_PER_COMPACTION) {
      compactedTierings = tiering.tierings();
      compaction.start(options);
    }
    if (nowMillis() >= nextTrimMillis) {
      trim();
    }
  }

  /** Another server owns the table now: what this one would answer may be out of date. */
  private void fenced(FreshetException reason) {
    fencedError = reason;
    tiering.close(reason);
    for (Bucket bucket : buckets()) {
      bucket.loop().execute(() -> bucket.refuseAppends(reason));
    }
  }

  private void trim() {
    nextTrimMillis = nowMillis() + TRIM_INTERVAL.toMillis();
    buckets.trim(base.state().tiered(), leases, options);
  }

  /** Asks on the loop, once commits that a crash has cut short are visible in all buckets. */
  private <T> CompletableFuture<T> askRecovered(Supplier<CompletableFuture<T>> question) {
    return recovered.thenCompose(unused -> ask(question));
  }

  private <T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> question) {
    return this.<CompletableFuture<T>>onLoop(question::get).thenCompose(answer -> answer);
  }

  @SuppressWarnings("NullAway") // A task without a result completes with null.
  private <T> CompletableFuture<T> onLoop(Supplier<@Nullable T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      context
          .loop()
          .submit(() -> {
            try {
              checkOpen();
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

  private void checkOpen() {
    if (fencedError != null) {
      throw fencedError;
    }
    if (isClosed) {
      throw closedError();
    }
  }

  private FreshetException closedError() {
    return isStale
        ? FreshetException.of(
            TABLE_NOT_READY, "Table %s is being opened again: try again after a pause", name())
        : FreshetException.of(TABLE_NOT_FOUND, "Table %s is no longer open on this server", name());
  }

  private long nowMillis() {
    return context.clock().millis();
  }
}
