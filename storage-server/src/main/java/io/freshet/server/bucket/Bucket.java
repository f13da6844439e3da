/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.arrow.RecordBatches;
import io.freshet.error.FreshetException;
import io.freshet.server.fresh.FreshRows;
import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.index.KeyHashes;
import io.freshet.server.keys.ChangeCodes;
import io.freshet.server.keys.Decision;
import io.freshet.server.keys.FileMoves;
import io.freshet.server.keys.KeyedRows;
import io.freshet.server.keys.NewBase;
import io.freshet.server.keys.RowCut;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.LogEntry;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.loop.EventLoop;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One bucket of a table. An append is decided when it arrives (known already? which offsets?), goes
 * to the log, and is applied once it is durable: only then are its rows visible and acknowledged.
 * What a transaction appends is held, and everything behind it, until the transaction is revealed.
 *
 * <p>State is touched on the event loop alone; {@link #endOffset} may be read by any thread.
 */
public final class Bucket {
  /** Bytes of batches that may wait for the log at one time. */
  static final long MAX_PENDING_BYTES = 256L << 20;

  private final BucketId id;
  private final EventLoop loop;
  private final BucketLog log;
  private final FreshRows fresh;
  private final @Nullable KeyedRows keyed;
  private final CommitClock clock;
  private final Writers writers;
  private final Deque<PendingEntry> pending = new ArrayDeque<>();
  private final Deque<HiddenEntry> hidden = new ArrayDeque<>();

  private long pendingBytes;
  private long nextOffset;
  private long durableOffset;
  private @Nullable UUID revealed;
  private boolean isFailing;
  private @Nullable FreshetException refusal;
  private @Nullable FreshetException stoppedReason;

  /** Decisions whose batches the log has refused, the newest first. */
  private final Deque<Decision> failed = new ArrayDeque<>();

  private final EndWaiters endWaiters = new EndWaiters();
  private final List<CompletableFuture<Long>> drains = new ArrayList<>();

  private volatile long endOffset;

  /**
   * A bucket that goes on where its log ends. Call it before the loop gets tasks for this bucket.
   *
   * @param log owned by the caller
   * @param fresh holds the rows between the base and the log's end already; owned by the caller
   * @param keyed knows them too; owned by the caller; null for a log table
   */
  public Bucket(
      BucketId id,
      EventLoop loop,
      BucketLog log,
      FreshRows fresh,
      @Nullable KeyedRows keyed,
      Clock clock) {
    this.id = id;
    this.loop = loop;
    this.log = log;
    this.fresh = fresh;
    this.keyed = keyed;
    this.clock = new CommitClock(clock, log.lastTimestampMicros());
    this.writers = new Writers(id, log.recoveredWriters());
    this.nextOffset = log.endOffset();
    this.durableOffset = nextOffset;
    this.endOffset = nextOffset;
  }

  public BucketId id() {
    return id;
  }

  public EventLoop loop() {
    return loop;
  }

  /** The high watermark: changes below it are durable and visible. */
  public long endOffset() {
    return endOffset;
  }

  public FreshRows fresh() {
    return fresh;
  }

  public BucketLog log() {
    return log;
  }

  /** What changes supersede; null for a log table. Belongs to the event loop. */
  public @Nullable KeyedRows keyed() {
    return keyed;
  }

  /** The state of the rows when this message gets its turn in the event loop. */
  public CompletableFuture<RowCut> freeze() {
    return event(() ->
        CompletableFuture.completedFuture(
            keyed == null ? RowCut.ofAppends(endOffset) : keyed.freeze(endOffset)));
  }

  /** The high watermark when this message gets its turn in the event loop. */
  public CompletableFuture<Long> visibleEnd() {
    return event(() -> CompletableFuture.completedFuture(endOffset));
  }

  /**
   * Where the rows of keys are when this request gets its turn in the event loop: visible ones
   * only. Fails with OVERLOADED if too many requests wait.
   *
   * @param keys of a table with a primary key; not to be changed until it completes
   * @return locations, ABSENT for keys without a row: long[keys.count()]
   */
  public CompletableFuture<long[]> locate(KeyHashes keys) {
    if (keyed == null) {
      throw new IllegalStateException("Bucket " + id + " has no keys");
    }
    CompletableFuture<long[]> located = new CompletableFuture<>();
    loop.submit(() -> {
      try {
        located.complete(keyed.locate(keys, endOffset));
      } catch (RuntimeException e) {
        located.completeExceptionally(e);
      }
    });
    return located;
  }

  /**
   * The state that a tiering is to move to the lake: at a cut that is now, or where a tiering that
   * has failed made it.
   */
  public CompletableFuture<RowCut> seal() {
    return event(() ->
        keyed == null
            ? CompletableFuture.completedFuture(RowCut.ofAppends(endOffset))
            : keyed.seal(nextOffset, endOffset));
  }

  /** Goes on from a new base; completes when the bucket is ready for the next cut. */
  public CompletableFuture<Void> rebase(NewBase base) {
    return event(
        () -> keyed == null ? CompletableFuture.completedFuture(null) : keyed.rebase(base));
  }

  /** Goes on from a base in which a compaction has moved rows. */
  public CompletableFuture<Void> move(FileMoves moves, IndexCheckpoint checkpoint) {
    return event(() -> {
      if (keyed != null) {
        keyed.move(moves, checkpoint);
      }
      return CompletableFuture.completedFuture(null);
    });
  }

  /**
   * Appends rows. Takes ownership of the request. The result completes on the event loop once the
   * rows are durable and visible; with OVERLOADED or LOG_WRITE_FAILED nothing was appended.
   */
  public CompletableFuture<AppendResult> append(AppendRequest request) {
    return append(request, null, null);
  }

  /**
   * Appends rows of a transaction, which stay hidden until it is revealed. Takes ownership of the
   * request. The result completes once the rows are durable. One transaction at a time.
   *
   * @param commitMicros their commit timestamp, unless the bucket has given a later one
   */
  public CompletableFuture<AppendResult> appendHeld(
      AppendRequest request, UUID transaction, long commitMicros) {
    return append(request, transaction, commitMicros);
  }

  /**
   * Has the commit timestamps of entries stand still until {@link #releaseClock} or {@link
   * #reveal}.
   *
   * @param micros where, unless that would be to go back; null for here and now
   * @return where they stand
   */
  public CompletableFuture<Long> holdClock(@Nullable Long micros) {
    return event(() -> CompletableFuture.completedFuture(clock.hold(micros)));
  }

  public void releaseClock() {
    loop.execute(clock::release);
  }

  /** Makes the rows of a transaction visible, all of which are durable. */
  public CompletableFuture<Void> reveal(UUID transaction) {
    return event(() -> {
      revealed = transaction;
      clock.release();
      show();
      return CompletableFuture.completedFuture(null);
    });
  }

  private CompletableFuture<AppendResult> append(
      AppendRequest request, @Nullable UUID heldBy, @Nullable Long commitMicros) {
    CompletableFuture<AppendResult> result = new CompletableFuture<>();
    try {
      loop.submit(() -> {
        try (request) {
          decide(request, heldBy, commitMicros, result);
        } catch (RuntimeException e) {
          result.completeExceptionally(e);
        } catch (Error e) {
          result.completeExceptionally(e); // Or its writer would wait for ever.
          throw e;
        }
      });
    } catch (FreshetException e) {
      request.close();
      result.completeExceptionally(e);
    }
    return result;
  }

  /**
   * Completes with the high watermark once it is beyond {@code offset}, on the event loop, which
   * must not be blocked. Fails when the bucket takes no more changes, and with LIMIT_EXCEEDED if
   * too many wait already. Cancel it to wait no longer.
   */
  public CompletableFuture<Long> awaitBeyond(long offset) {
    CompletableFuture<Long> reached = new CompletableFuture<>();
    loop.execute(() -> {
      if (endOffset > offset) {
        reached.complete(endOffset);
      } else if (refusal != null) {
        reached.completeExceptionally(refusal);
      } else {
        endWaiters.add(id, offset, reached);
      }
    });
    reached.whenComplete((end, error) -> {
      if (error instanceof CancellationException) {
        loop.execute(() -> endWaiters.remove(reached));
      }
    });
    return reached;
  }

  /** Appends nothing more, and answers every append with {@code reason}. On the event loop. */
  public void refuseAppends(FreshetException reason) {
    loop.assertInLoop();
    refusal = reason;
    endWaiters.fail(reason);
  }

  /**
   * Refuses appends from now on, and completes with the high watermark once the log has answered
   * for each that came before.
   */
  public CompletableFuture<Long> drain(FreshetException reason) {
    return event(() -> {
      refuseAppends(reason);
      CompletableFuture<Long> drained = new CompletableFuture<>();
      drains.add(drained);
      completeDrains();
      return drained;
    });
  }

  private void completeDrains() {
    if (pending.isEmpty()) {
      List<CompletableFuture<Long>> drained = List.copyOf(drains);
      drains.clear();
      drained.forEach(each -> each.complete(endOffset));
    }
  }

  private void decide(
      AppendRequest request,
      @Nullable UUID heldBy,
      @Nullable Long commitMicros,
      CompletableFuture<AppendResult> result) {
    loop.assertInLoop();
    if (refusal != null) {
      throw refusal;
    }
    if (isFailing) {
      // Also if it is known: it may be one that has failed, before others that are yet to fail.
      throw FreshetException.of(
          LOG_WRITE_FAILED,
          "Bucket %s is recovering from a failed write to its log: send the batch again after a pause",
          id);
    }
    WriterSequence writer = request.writer();
    if (writer != null) {
      Optional<CompletableFuture<AppendResult>> known =
          writers.known(writer, request.previousSequence());
      if (known.isPresent()) {
        known.get().whenComplete((value, error) -> complete(result, value, error));
        return;
      }
    }
    long bytes = request.batch().computeBodyLength();
    if (pendingBytes + bytes > MAX_PENDING_BYTES && !pending.isEmpty()) {
      throw FreshetException.of(
          OVERLOADED,
          "%d bytes already wait to be written to bucket %s: send the batch again after a pause",
          pendingBytes,
          id);
    }
    Decision decision = decideKeys(request);
    LogEntry entry =
        new LogEntry(
            nextOffset,
            clock.next(commitMicros),
            request.schemaId(),
            writer,
            RecordBatches.share(request.batch()));
    nextOffset = entry.endOffset();
    PendingEntry added = new PendingEntry(entry, result, bytes, decision, heldBy);
    pending.addLast(added);
    if (writer != null) {
      writers.decide(writer, result);
    }
    pendingBytes += bytes;
    log.append(entry).whenComplete((unused, error) -> loop.execute(() -> answered(added, error)));
  }

  private @Nullable Decision decideKeys(AppendRequest request) {
    if (keyed == null || request.keys() == null) {
      return null;
    }
    ChangeCodes codes = ChangeCodes.of(request.batch());
    Decision decision = keyed.decide(request.keys(), codes, nextOffset);
    decision.describe(codes);
    return decision;
  }

  /** Notes what the log says of an entry; it may refuse one while those before it are written. */
  private void answered(PendingEntry entry, @Nullable Throwable error) {
    loop.assertInLoop();
    entry.answer(error);
    while (!pending.isEmpty() && pending.getFirst().isAnswered()) {
      settle(pending.removeFirst());
    }
    completeDrains();
  }

  private void settle(PendingEntry first) {
    LogEntry entry = first.entry();
    Throwable error = first.error();
    pendingBytes -= first.bytes();
    try (entry) {
      if (error == null) {
        takeIn(first);
      } else {
        isFailing = true;
        if (first.decision() != null) {
          failed.addFirst(first.decision());
        }
      }
    } catch (RuntimeException | Error e) {
      error = stopped(entry, e);
    }
    if (isFailing && pending.isEmpty()) {
      isFailing = false;
      nextOffset = durableOffset;
      if (keyed != null) {
        keyed.undo(List.copyOf(failed), durableOffset, endOffset);
        failed.clear();
      }
    }
    if (error != null) {
      if (entry.writer() != null) {
        writers.settle(entry.writer());
      }
      first.result().completeExceptionally(error);
    } else {
      if (first.heldBy() != null) {
        first.result().complete(new AppendResult(entry.startOffset(), entry.endOffset()));
      }
      show();
    }
  }

  /** Keeps the rows of a durable entry, which are not visible yet. */
  private void takeIn(PendingEntry durable) {
    if (stoppedReason != null) {
      throw stoppedReason;
    }
    LogEntry entry = durable.entry();
    fresh.add(entry);
    durableOffset = entry.endOffset();
    hidden.addLast(
        new HiddenEntry(
            entry.startOffset(),
            entry.endOffset(),
            entry.writer(),
            durable.decision(),
            durable.heldBy(),
            durable.result()));
  }

  /** Makes visible what nothing holds, all of it at once, and acknowledges it. */
  private void show() {
    List<HiddenEntry> shown = new ArrayList<>();
    while (!hidden.isEmpty() && isShown(hidden.getFirst())) {
      HiddenEntry next = hidden.removeFirst();
      if (keyed != null && next.decision() != null) {
        keyed.apply(next.decision());
      }
      if (next.writer() != null) {
        writers.settle(next.writer());
        writers.apply(next.writer(), next.startOffset(), next.endOffset());
      }
      shown.add(next);
    }
    if (shown.isEmpty()) {
      return;
    }
    endOffset = shown.get(shown.size() - 1).endOffset();
    endWaiters.signal(endOffset); // They go on in threads of their own, while this acknowledges.
    for (HiddenEntry each : shown) {
      each.result().complete(new AppendResult(each.startOffset(), each.endOffset()));
    }
  }

  /** An entry is in the log that can't be applied here: nothing may follow it until a restart. */
  private FreshetException stopped(LogEntry entry, Throwable cause) {
    if (stoppedReason == null) {
      FreshetException reason = PendingEntry.cannotBeShown(id, entry, cause);
      stoppedReason = reason;
      refusal = reason;
      endWaiters.fail(reason);
    }
    return stoppedReason;
  }

  private boolean isShown(HiddenEntry entry) {
    return entry.heldBy() == null || entry.heldBy().equals(revealed);
  }

  private <T> CompletableFuture<T> event(Supplier<CompletableFuture<T>> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        task.get().whenComplete((value, error) -> complete(result, value, error));
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }

  private static <T> void complete(
      CompletableFuture<T> result, @Nullable T value, @Nullable Throwable error) {
    if (error != null) {
      result.completeExceptionally(error);
    } else {
      result.complete(value);
    }
  }
}
