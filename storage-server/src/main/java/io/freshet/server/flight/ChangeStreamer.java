/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import io.freshet.error.FreshetException;
import io.freshet.protocol.FlightErrors;
import io.freshet.server.read.ChangeRead;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Sends a bucket's changes to a Flight client as they come and as fast as it takes them. It runs in
 * turns on an executor, and has no thread while it waits for the reader or for changes: three
 * events wake it, which are that the reader takes more, that the bucket's high watermark has moved,
 * and that one of them goes away.
 */
final class ChangeStreamer {
  /** After so many batches other streams have their turn. */
  private static final int BATCHES_PER_TURN = 16;

  private final ServerStreamListener listener;
  private final Supplier<ChangeRead> opener;
  private final BufferAllocator allocator;
  private final Executor turns;
  private final Consumer<ChangeStreamer> onEnd;

  /** How often it was woken since its last turn began; a turn is due unless this is 0. */
  private final AtomicInteger wakes = new AtomicInteger();

  private volatile boolean isCancelled;
  private volatile @Nullable FreshetException stopReason;

  // What follows belongs to the turns.
  private @Nullable ChangeRead read;
  private @Nullable VectorSchemaRoot out;
  private @Nullable CompletableFuture<Long> awaited;
  private boolean hasEnded;

  /**
   * To be made in the call's own thread.
   *
   * @param opener finds what is to be read, in the first turn
   * @param turns has a thread for a turn
   * @param onEnd is told once, at the end of the last turn that does anything
   */
  ChangeStreamer(
      ServerStreamListener listener,
      Supplier<ChangeRead> opener,
      BufferAllocator allocator,
      Executor turns,
      Consumer<ChangeStreamer> onEnd) {
    this.listener = listener;
    this.opener = opener;
    this.allocator = allocator;
    this.turns = turns;
    this.onEnd = onEnd;
    listener.setOnReadyHandler(this::wake);
    listener.setOnCancelHandler(this::cancel);
  }

  /** Begins; from any thread. */
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      run();
    }
  }

  /** Ends the stream with an error; from any thread. */
  void stop(FreshetException reason) {
    stopReason = reason;
    wake();
  }

  private void cancel() {
    isCancelled = true;
    wake();
  }

  private void run() {
    try {
      turns.execute(this::turn);
    } catch (RejectedExecutionException e) {
      turn(); // The service is ending, and so does this.
    }
  }

  private void turn() {
    int seen = wakes.get();
    if (!hasEnded) {
      takeTurn();
    }
    if (!wakes.compareAndSet(seen, 0)) {
      run();
    }
  }

  private void takeTurn() {
    try {
      if (isCancelled || listener.isCancelled()) {
        end();
      } else if (stopReason != null) {
        fail(stopReason);
      } else {
        send();
      }
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      fail(e);
      throw e;
    }
  }

  private void send() {
    ChangeRead changes = read;
    if (changes == null) {
      changes = opener.get();
      read = changes;
      out = VectorSchemaRoot.create(changes.schema(), allocator);
      listener.setUseZeroCopy(true);
      listener.start(out);
    }
    for (int batches = 0; batches < BATCHES_PER_TURN; batches++) {
      if (changes.isAtEnd()) {
        listener.completed();
        end();
        return;
      }
      if (!changes.hasNext()) {
        await(changes);
        return;
      }
      if (!listener.isReady()) {
        return; // It says when it is.
      }
      sendNext(changes);
    }
    wakes.incrementAndGet(); // There may be more.
  }

  private void sendNext(ChangeRead changes) {
    VectorSchemaRoot batch = changes.next();
    if (batch == null || out == null) {
      return;
    }
    try (batch) {
      BatchStreamer.move(batch, out);
    }
    listener.putNext();
    out.clear();
  }

  /** Has the bucket wake this when there is a change; fails if it takes no more. */
  private void await(ChangeRead changes) {
    CompletableFuture<Long> waiting = awaited;
    if (waiting != null && waiting.isCompletedExceptionally()) {
      waiting.join();
    }
    if (waiting == null || waiting.isDone()) {
      CompletableFuture<Long> next = changes.bucket().awaitBeyond(changes.nextOffset());
      awaited = next;
      next.whenComplete((end, error) -> wake());
    }
  }

  private void fail(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    listener.error(FlightErrors.toFlight(cause));
    end();
  }

  private void end() {
    hasEnded = true;
    if (awaited != null) {
      awaited.cancel(false);
    }
    if (out != null) {
      out.close();
    }
    onEnd.accept(this);
  }
}
