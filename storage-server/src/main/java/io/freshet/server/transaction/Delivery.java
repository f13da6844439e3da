/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.transaction;

import io.freshet.arrow.RecordBatches;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.server.bucket.AppendRequest;
import io.freshet.server.bucket.AppendResult;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.keys.BatchKeys;
import io.freshet.server.keys.ChangeCodes;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.LogEntry;
import io.freshet.server.log.WriterSequence;
import io.freshet.server.schema.LogSchemas;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Moves the staged batches of one bucket into its log, held. An entry goes as the batch whose
 * sequence is its staged offset, of a writer that is the transaction: so whatever is moved again,
 * after a failure or a crash, is known there and not there twice. If some writers come first, there
 * are two passes over what is staged, and the sequences of the second follow those of the first.
 */
final class Delivery {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final long READ_BYTES = 4 << 20;

  private final UUID transaction;
  private final long commitMicros;
  private final @Nullable Set<UUID> writers;
  private final Set<UUID> firstWriters;
  private final BucketLog staged;
  private final long endOffset;
  private final Bucket target;
  private final @Nullable BatchKeys keys;
  private final LogSchemas schemas;
  private final Executor calls;
  private final BooleanSupplier isStopping;
  private final BufferAllocator allocator;
  private final Deque<LogEntry> read = new ArrayDeque<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private boolean isFirstPass;
  private long nextOffset;

  /**
   * @param commitMicros the commit timestamp of all
   * @param endOffset of the staged rows
   * @param keys null for a log table
   * @param schemas of the staged batches
   * @param calls runs what may block
   * @param isStopping whether it is left to the next start to try again
   */
  Delivery(
      TransactionRecord record,
      long commitMicros,
      BucketLog staged,
      long endOffset,
      Bucket target,
      @Nullable BatchKeys keys,
      LogSchemas schemas,
      Executor calls,
      BooleanSupplier isStopping,
      BufferAllocator allocator) {
    this.transaction = record.staging();
    this.commitMicros = commitMicros;
    this.writers = record.writers() == null ? null : Set.copyOf(record.writers());
    this.firstWriters =
        record.firstWriters() == null ? Set.of() : Set.copyOf(record.firstWriters());
    this.isFirstPass = !firstWriters.isEmpty();
    this.staged = staged;
    this.endOffset = endOffset;
    this.target = target;
    this.keys = keys;
    this.schemas = schemas;
    this.calls = calls;
    this.isStopping = isStopping;
    this.allocator = allocator;
  }

  /** Completes when all rows are durable in the bucket's log. */
  CompletableFuture<Void> start() {
    step();
    return done.whenComplete((unused, error) -> {
      read.forEach(LogEntry::close);
      read.clear();
    });
  }

  private void step() {
    calls.execute(() -> {
      try {
        next();
      } catch (RuntimeException | Error e) {
        failed(e);
      }
    });
  }

  private void next() {
    if (nextOffset >= endOffset) {
      if (!isFirstPass) {
        done.complete(null);
        return;
      }
      isFirstPass = false;
      nextOffset = 0;
    }
    if (read.isEmpty()) {
      read.addAll(staged.read(nextOffset, READ_BYTES));
    }
    LogEntry entry = read.getFirst();
    if (!counts(entry)) {
      nextOffset = entry.endOffset();
      read.removeFirst();
      entry.close();
      step();
      return;
    }
    target
        .appendHeld(request(entry), transaction, commitMicros)
        .whenComplete((AppendResult result, Throwable error) -> {
          if (error != null) {
            failed(error);
            return;
          }
          nextOffset = entry.endOffset();
          read.removeFirst();
          entry.close();
          step();
        });
  }

  /** Later again if that may help: the commit was decided, so it has to come to its end. */
  private void failed(Throwable error) {
    // Read again then: whoever ends the loop in the meantime finds nothing left of this.
    read.forEach(LogEntry::close);
    read.clear();
    if (isWorthRetrying(error) && !isStopping.getAsBoolean()) {
      target.loop().schedule(PAUSE, this::step);
    } else {
      done.completeExceptionally(error);
    }
  }

  static boolean isWorthRetrying(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause instanceof FreshetException known && known.remedy() == Remedy.RETRY;
  }

  private boolean counts(LogEntry entry) {
    WriterSequence writer = entry.writer();
    boolean isFirst = writer != null && firstWriters.contains(writer.writer());
    return isFirst == isFirstPass
        && (writers == null || (writer != null && writers.contains(writer.writer())));
  }

  private AppendRequest request(LogEntry entry) {
    long before = isFirstPass || firstWriters.isEmpty() ? 0 : endOffset;
    WriterSequence writer = new WriterSequence(transaction, before + entry.startOffset());
    if (keys == null) {
      return new AppendRequest(
          entry.schemaId(), writer, null, null, RecordBatches.share(entry.batch()));
    }
    ArrowRecordBatch batch = ChangeCodes.copyIn(entry.batch(), allocator);
    return new AppendRequest(
        entry.schemaId(),
        writer,
        null,
        keys.encode(schemas.of(entry.schemaId()), batch, allocator),
        batch);
  }
}
