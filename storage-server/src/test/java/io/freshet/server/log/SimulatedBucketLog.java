/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.error.FreshetErrorCode.FENCED;
import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/** One bucket of a {@link SimulatedLog}. */
final class SimulatedBucketLog implements BucketLog {
  private final BucketId bucket;
  private final Stored stored;
  private final Executor executor;
  private final BufferAllocator allocator;
  private final InstantSource clock;
  private final BooleanSupplier nextWriteFails;
  private final Consumer<SimulatedBucketLog> onClose;
  private final RecoveredWriters recoveredWriters;
  private final long lastTimestampMicros;

  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private long nextOffset;
  private boolean isRewound;
  private boolean isFlushScheduled;
  private boolean isDead;
  private @Nullable FreshetException closed;

  private record Pending(LogEntry entry, CompletableFuture<Void> durable) {}

  /** A durable entry; {@code message} is its batch as an encapsulated IPC message. */
  private record StoredEntry(
      long startOffset,
      long endOffset,
      long commitTimestampMicros,
      int schemaId,
      @Nullable WriterSequence writer,
      byte[] message) {}

  /** What outlives a crash. */
  static final class Stored {
    private final List<StoredEntry> entries = new ArrayList<>();
    private final WriterHistory writers = new WriterHistory();
    private long endOffset;
    private long lastTimestampMicros;
    long epoch;
  }

  SimulatedBucketLog(
      BucketId bucket,
      Stored stored,
      Executor executor,
      BufferAllocator allocator,
      InstantSource clock,
      BooleanSupplier nextWriteFails,
      Consumer<SimulatedBucketLog> onClose) {
    this.bucket = bucket;
    this.stored = stored;
    this.executor = executor;
    this.allocator = allocator;
    this.clock = clock;
    this.nextWriteFails = nextWriteFails;
    this.onClose = onClose;
    this.recoveredWriters = stored.writers.recovered();
    this.lastTimestampMicros = stored.lastTimestampMicros;
    this.nextOffset = stored.endOffset;
  }

  @Override
  public long startOffset() {
    return stored.entries.isEmpty() ? stored.endOffset : stored.entries.get(0).startOffset();
  }

  @Override
  public long endOffset() {
    return stored.endOffset;
  }

  @Override
  public long lastTimestampMicros() {
    return lastTimestampMicros;
  }

  @Override
  public RecoveredWriters recoveredWriters() {
    return recoveredWriters;
  }

  @Override
  public CompletableFuture<Void> append(LogEntry entry) {
    if (closed != null) {
      return CompletableFuture.failedFuture(closed);
    }
    if (entry.startOffset() != nextOffset || entry.rows() < 1) {
      if (isRewound && entry.rows() > 0) {
        return CompletableFuture.failedFuture(
            FreshetException.of(
                LOG_WRITE_FAILED,
                "Cannot append at %d to the log of bucket %s: an entry before it was not written, the"
                    + " log goes on at %d. Send it again.",
                entry.startOffset(),
                bucket,
                nextOffset));
      }
      throw new IllegalArgumentException(
          String.format(
              "%d rows at %d, but the log of bucket %s goes on at %d",
              entry.rows(), entry.startOffset(), bucket, nextOffset));
    }
    isRewound = false;
    nextOffset = entry.endOffset();
    Pending added = new Pending(entry, new CompletableFuture<>());
    pending.add(added);
    if (!isFlushScheduled) {
      isFlushScheduled = true;
      executor.execute(this::flush);
    }
    return added.durable();
  }

  @Override
  public List<LogEntry> read(long offset, long maxBytes) {
    if (closed != null) {
      throw closed;
    }
    if (offset < startOffset() || offset > endOffset()) {
      throw FreshetException.of(
          OFFSET_OUT_OF_RANGE,
          "Cannot read the log of bucket %s at offset %d: it holds [%d, %d).",
          bucket,
          offset,
          startOffset(),
          endOffset());
    }
    List<LogEntry> result = new ArrayList<>();
    long collected = 0;
    for (StoredEntry entry : stored.entries) {
      if (entry.endOffset() > offset && (result.isEmpty() || collected < maxBytes)) {
        result.add(decode(entry));
        collected += entry.message().length;
      }
    }
    return result;
  }

  @Override
  public long offsetAt(long timestampMicros) {
    return stored.entries.stream()
        .filter(entry -> entry.commitTimestampMicros() >= timestampMicros)
        .mapToLong(StoredEntry::startOffset)
        .findFirst()
        .orElse(stored.endOffset);
  }

  @Override
  public void skipTo(long offset) {
    if (!pending.isEmpty() || offset < nextOffset) {
      throw new IllegalStateException("Can't skip from " + nextOffset + " to " + offset);
    }
    stored.entries.clear();
    stored.endOffset = offset;
    nextOffset = offset;
  }

  @Override
  public void trim(long beforeOffset, Duration maxAge, long maxBytes) {
    if (closed != null) {
      return;
    }
    long later = stored.entries.stream().mapToLong(entry -> entry.message().length).sum();
    int count = 0;
    for (StoredEntry entry : stored.entries) {
      later -= entry.message().length;
      Duration age =
          Duration.ofMillis(clock.millis())
              .minus(Duration.of(entry.commitTimestampMicros(), ChronoUnit.MICROS));
      boolean mayGo = later >= maxBytes || age.compareTo(maxAge) > 0;
      if (entry.endOffset() > beforeOffset || !mayGo) {
        break;
      }
      count++;
    }
    stored.entries.subList(0, count).clear();
  }

  @Override
  public void close() {
    if (closed == null) {
      flush();
      closed =
          FreshetException.of(TABLE_NOT_READY, "The log of bucket %s is closed: try again", bucket);
      onClose.accept(this);
    }
  }

  void fence(long newEpoch) {
    closed =
        FreshetException.of(
            FENCED,
            "Cannot append to the log of bucket %s: an owner with epoch %d has it now.",
            bucket,
            newEpoch);
    failPending(closed);
  }

  /** Stops without a word, as a process that is killed. */
  void die() {
    isDead = true;
    pending.clear();
    closed = FreshetException.of(INTERNAL, "The log of bucket %s has crashed.", bucket);
  }

  private void flush() {
    isFlushScheduled = false;
    while (!isDead && !pending.isEmpty()) {
      if (nextWriteFails.getAsBoolean()) {
        failPending(
            FreshetException.of(
                LOG_WRITE_FAILED,
                "Cannot write to the log of bucket %s: simulated failure to write. Send it again.",
                bucket));
        return;
      }
      Pending next = pending.remove();
      LogEntry entry = next.entry();
      stored.entries.add(encode(entry));
      stored.writers.add(entry.writer(), entry.startOffset(), entry.endOffset());
      stored.endOffset = entry.endOffset();
      stored.lastTimestampMicros = entry.commitTimestampMicros();
      next.durable().complete(null);
    }
  }

  private void failPending(FreshetException failure) {
    List<Pending> failed = List.copyOf(pending);
    pending.clear();
    nextOffset = stored.endOffset;
    isRewound = true;
    failed.forEach(each -> each.durable().completeExceptionally(failure));
  }

  private static StoredEntry encode(LogEntry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), entry.batch());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new StoredEntry(
        entry.startOffset(),
        entry.endOffset(),
        entry.commitTimestampMicros(),
        entry.schemaId(),
        entry.writer(),
        bytes.toByteArray());
  }

  private LogEntry decode(StoredEntry entry) {
    try {
      return new LogEntry(
          entry.startOffset(),
          entry.commitTimestampMicros(),
          entry.schemaId(),
          entry.writer(),
          MessageSerializer.deserializeRecordBatch(
              new ReadChannel(Channels.newChannel(new ByteArrayInputStream(entry.message()))),
              allocator));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
