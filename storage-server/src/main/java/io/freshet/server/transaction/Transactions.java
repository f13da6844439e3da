/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.keys.BatchKeys;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.log.Log;
import io.freshet.server.loop.EventLoop;
import io.freshet.server.transaction.TransactionRecord.State;
import io.freshet.table.TableName;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of one table. Batches are staged in logs of their own. A commit is one record;
 * then the batches go to the buckets' logs, held there until all are durable, and are revealed by
 * messages of the table's event loop. A plan asks the buckets by such messages too, so it comes
 * before or after a transaction in all of them. Commits are carried out one after the other.
 *
 * <p>Methods may block, and may be called from any thread.
 */
public final class Transactions {
  public static final long DEFAULT_TIMEOUT_MILLIS = 3_600_000;
  public static final long MAX_TIMEOUT_MILLIS = 7 * 86_400_000L;
  static final int MAX_OPEN = 1000;
  private static final Duration PAUSE = Duration.ofMillis(100);
  static final int MAX_ID_LENGTH = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

  private final TableName table;
  private final EventLoop loop;
  private final Executor calls;
  private final Clock clock;
  private final Supplier<UUID> newId;
  private final TransactionLog log;
  private final Staging staging;
  private final @Nullable TableKeys keys;
  private final Map<String, StagedTransaction> open = new HashMap<>();
  private final Map<String, Long> lastUsedMillis = new HashMap<>();
  private final Map<String, CompletableFuture<TransactionRecord>> committing = new HashMap<>();
  private CompletableFuture<?> lastCommit = CompletableFuture.completedFuture(null);
  private volatile boolean isClosed;

  /**
   * @param loop of the table
   * @param calls runs what may block
   * @param log the table's record; belongs to this
   * @param keys null for a log table
   */
  public Transactions(
      TableName table,
      EventLoop loop,
      Executor calls,
      Clock clock,
      Supplier<UUID> newId,
      TransactionLog log,
      Staging staging,
      @Nullable TableKeys keys) {
    this.table = table;
    this.loop = loop;
    this.calls = calls;
    this.clock = clock;
    this.newId = newId;
    this.log = log;
    this.staging = staging;
    this.keys = keys;
  }

  /**
   * Goes on with commits that a crash has cut short; nobody may read the table before that is done,
   * since some buckets may show what others do not have yet.
   */
  public synchronized CompletableFuture<Void> recover() {
    for (TransactionRecord record : log.records()) {
      if (record.state() == State.COMMITTING) {
        LOG.info("Going on with the commit of transaction {} of table {}", record.id(), table);
        // Before anybody else appends.
        CompletableFuture<Long> unused = new CommitTimestamp(record, staging.buckets()).hold();
        carryOut(new StagedTransaction(record, staging));
      } else if (record.state() == State.OPEN) {
        open.put(record.id(), new StagedTransaction(record, staging));
        lastUsedMillis.put(record.id(), clock.millis());
      }
    }
    return lastCommit.thenApply(unused -> null);
  }

  /** Begins a transaction; one that is known already is answered as it is. */
  public synchronized TransactionRecord begin(@Nullable String id, @Nullable Long timeoutMillis) {
    checkOpen();
    long timeout = timeoutMillis == null ? DEFAULT_TIMEOUT_MILLIS : timeoutMillis;
    if (timeout < 1 || timeout > MAX_TIMEOUT_MILLIS) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "A transaction can't be open for %d ms: ask for 1 to %d ms",
          timeout,
          MAX_TIMEOUT_MILLIS);
    }
    if (id != null && (id.isEmpty() || id.length() > MAX_ID_LENGTH)) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "A transaction's id has 1 to %d characters, not %d",
          MAX_ID_LENGTH,
          id.length());
    }
    UUID newTransaction = newId.get();
    String name = id == null ? newTransaction.toString() : id;
    TransactionRecord known = log.find(name);
    if (known != null && known.state() != State.ABORTED) {
      lastUsedMillis.computeIfPresent(name, (unused, before) -> clock.millis());
      return known;
    }
    if (open.size() >= MAX_OPEN) {
      throw FreshetException.of(
          LIMIT_EXCEEDED,
          "Table %s has %d open transactions: commit or abort some, or begin them with shorter timeouts",
          table,
          open.size());
    }
    TransactionRecord begun =
        new TransactionRecord(
            name, newTransaction, State.OPEN, clock.millis(), timeout, null, null);
    log.put(begun);
    open.put(name, new StagedTransaction(begun, staging));
    lastUsedMillis.put(name, clock.millis());
    return begun;
  }

  /** Where a transaction's batches for a bucket go. */
  public Bucket bucket(String id, int number) {
    StagedTransaction staged;
    synchronized (this) {
      checkOpen();
      staged = open.get(id);
      if (staged == null) {
        throw notOpen(id);
      }
      lastUsedMillis.put(id, clock.millis());
    }
    return staged.bucket(number);
  }

  /**
   * Makes a transaction's batches visible, all at once; completes when they are. Nothing happens if
   * they are already.
   *
   * @param writers whose batches count, all if null; what others have staged is dropped
   * @param firstWriters whose batches come before all others, whenever they were staged
   */
  public synchronized CompletableFuture<TransactionRecord> commit(
      String id, @Nullable List<UUID> writers, @Nullable List<UUID> firstWriters) {
    checkOpen();
    TransactionRecord known = log.find(id);
    if (known != null && known.state() == State.COMMITTED) {
      return CompletableFuture.completedFuture(known);
    }
    CompletableFuture<TransactionRecord> running = committing.get(id);
    if (running != null) {
      return running;
    }
    StagedTransaction staged = open.get(id);
    if (staged == null) {
      throw notOpen(id);
    }
    staged.decide(
        staged.record().with(State.COMMITTING, clock.millis()).withWriters(writers, firstWriters),
        log);
    open.remove(id);
    lastUsedMillis.remove(id);
    return carryOut(staged);
  }

  /** Drops what a transaction has staged; nothing happens if that is done already. */
  public synchronized void abort(String id) {
    checkOpen(); // Or it would write into the record of the table's successor.
    TransactionRecord known = log.find(id);
    if (known == null || known.state() == State.ABORTED) {
      return;
    }
    StagedTransaction staged = open.get(id);
    if (staged == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Transaction %s of table %s can't be aborted: its commit was decided",
          id,
          table);
    }
    log.put(staged.record().with(State.ABORTED, clock.millis()));
    open.remove(id);
    lastUsedMillis.remove(id);
    staged.delete(aborted(id));
  }

  /** Aborts transactions whose clients have said nothing for longer than they asked for. */
  public void expire() {
    List<String> expired = new ArrayList<>();
    synchronized (this) {
      long nowMillis = clock.millis();
      open.forEach((id, staged) -> {
        if (nowMillis - lastUsedMillis.getOrDefault(id, 0L) > staged.record().timeoutMillis()) {
          expired.add(id);
        }
      });
    }
    for (String id : expired) {
      try {
        abort(id);
        LOG.warn("Transaction {} of table {} was abandoned by its client, and aborted", id, table);
      } catch (FreshetException e) {
        LOG.warn(
            "Can't abort abandoned transaction {} of table {} yet: {}", id, table, e.toString());
      }
    }
  }

  /**
   * Stops; what is staged stays, and so do decisions. Completes when the commits that are under way
   * have come to their end, one way or the other.
   */
  public synchronized CompletableFuture<Void> close() {
    isClosed = true;
    open.values().forEach(staged -> staged.close(closed()));
    return lastCommit.thenApply(value -> (Void) null).exceptionally(error -> null);
  }

  /** Deletes everything of a table that is dropped. */
  public static void delete(TransactionLog log, Log logs) {
    for (TransactionRecord record : log.records()) {
      if (record.state() == State.OPEN || record.state() == State.COMMITTING) {
        logs.delete(record.staging());
      }
    }
    log.delete();
  }

  private CompletableFuture<TransactionRecord> carryOut(StagedTransaction staged) {
    String id = staged.record().id();
    CompletableFuture<TransactionRecord> committed =
        lastCommit
            .handle((value, error) -> true)
            .thenCompose(unused -> insist(() -> deliver(staged)))
            .thenComposeAsync(unused -> reveal(staged), loop)
            .thenCompose(unused -> insist(() -> CompletableFuture.completedFuture(finish(staged))));
    committing.put(id, committed);
    lastCommit = committed;
    committed.whenComplete((value, error) -> {
      if (error != null) {
        LOG.warn(
            "The commit of transaction {} of table {} goes on after a restart: {}",
            id,
            table,
            error.toString());
        staged.close(closed());
        staging.buckets().forEach(Bucket::releaseClock);
      }
    });
    return committed;
  }

  /**
   * Tries a step of a commit until it succeeds or trying again is of no use: the commit was
   * decided, and buckets show nothing that comes after it before it has come to its end.
   */
  private <T> CompletableFuture<T> insist(Supplier<CompletableFuture<T>> step) {
    CompletableFuture<T> done = new CompletableFuture<>();
    attempt(step, done);
    return done;
  }

  private <T> void attempt(Supplier<CompletableFuture<T>> step, CompletableFuture<T> done) {
    CompletableFuture.supplyAsync(step, calls)
        .thenCompose(result -> result)
        .whenComplete((value, error) -> {
          if (error == null) {
            done.complete(value);
          } else if (!isClosed && Delivery.isWorthRetrying(error)) {
            LOG.warn("A commit to table {} is tried again: {}", table, error.toString());
            loop.schedule(PAUSE, () -> attempt(step, done));
          } else {
            done.completeExceptionally(error);
          }
        });
  }

  private CompletableFuture<Void> deliver(StagedTransaction staged) {
    return staged
        .finish(decided(staged.record().id()))
        .thenCompose(rows ->
            new CommitTimestamp(staged.record(), bucketsOf(rows.keySet()))
                .find(calls)
                .thenCompose(commitMicros -> deliver(staged, rows, commitMicros)));
  }

  private CompletableFuture<Void> deliver(
      StagedTransaction staged, Map<Integer, Long> rows, long commitMicros) {
    List<CompletableFuture<Void>> deliveries = new ArrayList<>();
    rows.forEach((number, endOffset) ->
        deliveries.add(
            new Delivery(
                    staged.record(),
                    commitMicros,
                    staged.log(number),
                    endOffset,
                    staging.buckets().get(number),
                    keys == null ? null : new BatchKeys(staging.definition(), keys),
                    staging.schemas(),
                    calls,
                    () -> isClosed,
                    staging.allocator())
                .start()));
    return CompletableFuture.allOf(deliveries.toArray(CompletableFuture[]::new));
  }

  private List<Bucket> bucketsOf(Collection<Integer> numbers) {
    return numbers.stream().map(staging.buckets()::get).toList();
  }

  private CompletableFuture<Void> reveal(StagedTransaction staged) {
    UUID transaction = staged.record().staging();
    return CompletableFuture.allOf(
        staging.buckets().stream()
            .map(bucket -> bucket.reveal(transaction))
            .toArray(CompletableFuture[]::new));
  }

  private synchronized TransactionRecord finish(StagedTransaction staged) {
    TransactionRecord record = staged.record().with(State.COMMITTED, clock.millis());
    log.put(record);
    committing.remove(record.id());
    staged.delete(decided(record.id()));
    return record;
  }

  private FreshetException notOpen(String id) {
    TransactionRecord known = log.find(id);
    if (known == null) {
      return FreshetException.of(
          INVALID_REQUEST, "Table %s has no transaction %s: begin it first", table, id);
    }
    return known.state() == State.ABORTED ? aborted(id) : decided(id);
  }

  private FreshetException aborted(String id) {
    return FreshetException.of(
        INVALID_REQUEST,
        "Transaction %s of table %s was aborted, by its client or because nothing was heard of it for too"
            + " long: begin another one",
        id,
        table);
  }

  private FreshetException decided(String id) {
    return FreshetException.of(
        INVALID_REQUEST,
        "Transaction %s of table %s takes no more batches: it was committed",
        id,
        table);
  }

  private void checkOpen() {
    if (isClosed) {
      throw closed();
    }
  }

  private FreshetException closed() {
    return FreshetException.of(TABLE_NOT_READY, "Table %s is being closed", table);
  }
}
