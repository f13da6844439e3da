/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.error.FreshetErrorCode.BATCH_TOO_LARGE;
import static io.freshet.error.FreshetErrorCode.FENCED;
import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.LOG_WRITE_FAILED;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bucket's log in files of this machine. Entries wait in a queue; one task at a time writes all
 * that wait with one sync. The queue and the files have a lock each: nobody waits for the disk to
 * add to the queue.
 */
final class LocalBucketLog implements BucketLog {
  private static final Logger LOG = LoggerFactory.getLogger(LocalBucketLog.class);

  private final BucketId bucket;
  private final long epoch;
  private final BucketFiles files;
  private final TrimmedFiles trimmed;
  private final SegmentReads reads;
  private final Executor executor;
  private final InstantSource clock;
  private final LocalLogConfiguration configuration;
  private final Consumer<LocalBucketLog> onClose;
  private final RecoveredWriters recoveredWriters;
  private final long lastTimestampMicros;

  /** Held while files are written and futures completed, so that futures complete in order. */
  private final ReentrantLock writing = new ReentrantLock();

  private volatile long endOffset;

  /** Guards the fields below. */
  private final Object queue = new Object();

  private List<Pending> pending = new ArrayList<>();
  private long pendingBytes;
  private boolean isFlushScheduled;

  /** Where the next entry must start: after all that are durable or pending. */
  private long nextOffset;

  /** An entry was refused or failed, and the owner may not know it yet. */
  private boolean isRewound;

  /** Why nothing can be appended any more; read also without the lock. */
  private volatile @Nullable FreshetException closed;

  private record Pending(LogEntry entry, long sizeBytes, CompletableFuture<Void> durable) {}

  LocalBucketLog(
      BucketId bucket,
      long epoch,
      BucketFiles files,
      TrimmedFiles trimmed,
      Executor executor,
      BufferAllocator allocator,
      InstantSource clock,
      LocalLogConfiguration configuration,
      Consumer<LocalBucketLog> onClose) {
    this.bucket = bucket;
    this.epoch = epoch;
    this.files = files;
    this.trimmed = trimmed;
    this.reads = new SegmentReads(bucket, files, allocator);
    this.executor = executor;
    this.clock = clock;
    this.configuration = configuration;
    this.onClose = onClose;
    this.recoveredWriters = files.writers().recovered();
    this.lastTimestampMicros = files.timestampMicros();
    this.endOffset = files.endOffset();
    this.nextOffset = files.endOffset();
  }

  long epoch() {
    return epoch;
  }

  @Override
  public long startOffset() {
    return files.startOffset();
  }

  @Override
  public long endOffset() {
    return endOffset;
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
    if (entry.rows() < 1) {
      throw new IllegalArgumentException("An entry needs a row, to have an offset");
    }
    long sizeBytes = EntryBuffers.bodyBytes(entry.batch());
    Pending added = new Pending(entry, sizeBytes, new CompletableFuture<>());
    synchronized (queue) {
      FreshetException refusal = refusal(entry, sizeBytes);
      if (refusal != null) {
        isRewound = true;
        return CompletableFuture.failedFuture(refusal);
      }
      isRewound = false;
      nextOffset = entry.endOffset();
      pending.add(added);
      pendingBytes += sizeBytes;
      if (isFlushScheduled) {
        return added.durable();
      }
      isFlushScheduled = true;
    }
    scheduleFlush();
    return added.durable();
  }

  @Override
  public List<LogEntry> read(long offset, long maxBytes) {
    FreshetException gone = closed;
    if (gone != null) {
      throw gone;
    }
    try {
      return reads.read(offset, endOffset, maxBytes);
    } catch (FreshetException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      FreshetException reason = closed;
      if (reason != null) {
        // Since then, and whoever has opened the log again may delete its files.
        throw reason;
      }
      if (offset < startOffset()) {
        // Trimmed, and its file deleted, since the segments were looked at.
        throw reads.outOfRange(offset, endOffset);
      }
      throw new FreshetException(
          INTERNAL,
          String.format(
              "Cannot read the log of bucket %s at offset %d: %s. Check the disk.",
              bucket, offset, e),
          e);
    }
  }

  @Override
  public long offsetAt(long timestampMicros) {
    FreshetException gone = closed;
    if (gone != null) {
      throw gone;
    }
    try {
      return reads.offsetAt(timestampMicros, endOffset);
    } catch (IOException e) {
      throw new FreshetException(
          INTERNAL,
          String.format(
              "Cannot look for timestamp %d in the log of bucket %s: %s. Check the disk.",
              timestampMicros, bucket, e),
          e);
    }
  }

  @Override
  public void skipTo(long offset) {
    writing.lock();
    try {
      synchronized (queue) {
        if (!pending.isEmpty() || offset < nextOffset) {
          throw new IllegalStateException(
              String.format(
                  "The log of bucket %s can't skip from %d to %d with %d entries pending",
                  bucket, nextOffset, offset, pending.size()));
        }
        files.skipTo(offset);
        nextOffset = offset;
        endOffset = offset;
      }
    } catch (IOException e) {
      throw writeFailed(files.location(), e);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void trim(long beforeOffset, Duration maxAge, long maxBytes) {
    List<Segment> segments = files.segments();
    long later = segments.stream().mapToLong(Segment::sizeBytes).sum();
    int count = 0;
    for (int i = 0; i + 1 < segments.size(); i++) {
      Segment next = segments.get(i + 1);
      later -= segments.get(i).sizeBytes();
      boolean mayGo = later >= maxBytes || isOlder(next.timestampMicrosBefore(), maxAge);
      if (next.startOffset() > beforeOffset || !mayGo) {
        break;
      }
      count++;
    }
    if (count == 0) {
      return;
    }
    trimmed.add(segments.subList(0, count));
    files.remove(count);
    try {
      executor.execute(trimmed::delete);
    } catch (RejectedExecutionException e) {
      LOG.debug("Trimmed segments of bucket {} will be deleted on close", bucket, e);
    }
  }

  @Override
  public void close() {
    FreshetException reason =
        FreshetException.of(
            TABLE_NOT_READY,
            "The log of bucket %s is closed, as its table is: try again after a pause",
            bucket);
    if (!end(reason)) {
      return;
    }
    writing.lock();
    try {
      writePending();
      files.close();
    } catch (IOException e) {
      LOG.warn("Cannot end the log of bucket {} at {} cleanly", bucket, files.location(), e);
    } finally {
      writing.unlock();
      trimmed.close();
      onClose.accept(this);
    }
  }

  /** Takes the log from its owner: what is pending fails, nothing more is written. */
  void fence(long newEpoch) {
    abandon(
        FreshetException.of(
            FENCED,
            "Cannot append to the log of bucket %s with epoch %d: an owner with epoch %d has it"
                + " now. Stop this one.",
            bucket,
            epoch,
            newEpoch));
  }

  /** Closes without writing what is pending, even if a close has begun. */
  void abandon(FreshetException reason) {
    end(reason);
    writing.lock();
    try {
      failPending(List.of(), reason);
      files.abandon();
    } catch (IOException e) {
      LOG.warn("Cannot close {}", files.location(), e);
    } finally {
      writing.unlock();
      trimmed.close();
      onClose.accept(this);
    }
  }

  private boolean end(FreshetException reason) {
    synchronized (queue) {
      if (closed != null) {
        return false;
      }
      closed = reason;
      return true;
    }
  }

  private @Nullable FreshetException refusal(LogEntry entry, long sizeBytes) {
    FreshetException gone = closed;
    if (gone != null) {
      return gone;
    }
    if (entry.startOffset() != nextOffset) {
      if (!isRewound) {
        throw new IllegalArgumentException(
            String.format(
                "The entry starts at %d, the log of bucket %s goes on at %d",
                entry.startOffset(), bucket, nextOffset));
      }
      return FreshetException.of(
          LOG_WRITE_FAILED,
          "Cannot append [%d, %d) to the log of bucket %s: an entry before it was not written, the"
              + " log goes on at %d. Send it again.",
          entry.startOffset(),
          entry.endOffset(),
          bucket,
          nextOffset);
    }
    if (sizeBytes > LocalLogConfiguration.MAX_ENTRY_BYTES) {
      return FreshetException.of(
          BATCH_TOO_LARGE,
          "Cannot append [%d, %d) to the log of bucket %s: it has %d bytes, the limit is %d. Send"
              + " smaller batches.",
          entry.startOffset(),
          entry.endOffset(),
          bucket,
          sizeBytes,
          LocalLogConfiguration.MAX_ENTRY_BYTES);
    }
    if (!pending.isEmpty() && pendingBytes + sizeBytes > configuration.maxPendingBytes()) {
      return FreshetException.of(
          OVERLOADED,
          "Cannot append [%d, %d) to the log of bucket %s: %d bytes wait to be written, the limit"
              + " is %d. Send it again later.",
          entry.startOffset(),
          entry.endOffset(),
          bucket,
          pendingBytes,
          configuration.maxPendingBytes());
    }
    return null;
  }

  private void scheduleFlush() {
    try {
      executor.execute(this::flush);
    } catch (RejectedExecutionException e) {
      writing.lock();
      try {
        synchronized (queue) {
          isFlushScheduled = false;
        }
        failPending(List.of(), writeFailed(files.location(), e));
      } finally {
        writing.unlock();
      }
    }
  }

  private void flush() {
    writing.lock();
    try {
      writePending();
    } finally {
      writing.unlock();
    }
    synchronized (queue) {
      if (pending.isEmpty()) {
        isFlushScheduled = false;
        return;
      }
    }
    // Through the executor, so that a busy bucket doesn't keep others from its threads.
    scheduleFlush();
  }

  private void writePending() {
    List<Pending> group = takePending();
    List<LogEntry> entries = group.stream().map(Pending::entry).toList();
    int written = 0;
    while (written < group.size()) {
      int from = written;
      try {
        written += files.write(entries.subList(from, entries.size()));
      } catch (IOException | RuntimeException | Error e) {
        failFrom(group.subList(from, group.size()), e);
        return;
      }
      endOffset = files.endOffset();
      group.subList(from, written).forEach(done -> done.durable().complete(null));
    }
  }

  private void failFrom(List<Pending> group, Throwable cause) {
    String location = files.location();
    files.undo();
    FreshetException failure = writeFailed(location, cause);
    LOG.error("{}", failure.getMessage());
    failPending(group, failure);
  }

  /** Fails a group and all that was queued behind it, which can't be written without it. */
  private void failPending(List<Pending> group, FreshetException failure) {
    List<Pending> failed = new ArrayList<>(group);
    synchronized (queue) {
      failed.addAll(takePending());
      nextOffset = endOffset;
      isRewound = true;
    }
    failed.forEach(each -> each.durable().completeExceptionally(failure));
  }

  private List<Pending> takePending() {
    synchronized (queue) {
      List<Pending> taken = pending;
      pending = new ArrayList<>();
      pendingBytes = 0;
      return taken;
    }
  }

  private FreshetException writeFailed(String location, Throwable cause) {
    String unusable = files.unusable();
    return new FreshetException(
        LOG_WRITE_FAILED,
        String.format(
            "Cannot write to the log of bucket %s in %s: %s. %s",
            bucket,
            location,
            cause,
            unusable == null
                ? "Nothing of this write is stored: free some space or check the disk, then send it"
                    + " again."
                : "Nothing more can be written: " + unusable + "."),
        cause);
  }

  private boolean isOlder(long timestampMicros, Duration maxAge) {
    Duration age =
        Duration.ofMillis(clock.millis()).minus(Duration.of(timestampMicros, ChronoUnit.MICROS));
    return age.compareTo(maxAge) > 0;
  }
}
