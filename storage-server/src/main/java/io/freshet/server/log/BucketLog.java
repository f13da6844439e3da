/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The log of one bucket, opened by its one owner. Methods other than {@link #read} and {@link
 * #offsetAt} are called from the bucket's event loop; those may be called from any thread at any
 * time until {@link #close}.
 */
public interface BucketLog extends AutoCloseable {
  /**
   * Offset of the first change that is still kept; equal to {@link #endOffset} if there is none.
   */
  long startOffset();

  /** One after the offset of the last durable change. */
  long endOffset();

  /** Of the last change at the time the log was opened; 0 if there was none. */
  long lastTimestampMicros();

  /** The last sequences of each writer, as of {@link #endOffset} at the time the log was opened. */
  RecoveredWriters recoveredWriters();

  /**
   * Adds an entry that starts at the end of the entry appended before it. The returned future
   * completes once the entry is durable, on a thread of the log; futures complete in append order.
   * If the write fails, this and all later pending entries fail with LOG_WRITE_FAILED, none of them
   * will ever be read back, and the log goes on at {@link #endOffset}.
   *
   * <p>The entry is borrowed until the future completes.
   */
  CompletableFuture<Void> append(LogEntry entry);

  /**
   * Durable entries from the one that holds {@code offset} on, until at least {@code maxBytes} of
   * batches are collected; at least one entry unless {@code offset} is the end. The caller closes
   * them. Fails with OFFSET_OUT_OF_RANGE outside [startOffset, endOffset], and with LOG_CORRUPT,
   * naming file and position, if stored bytes have changed.
   */
  List<LogEntry> read(long offset, long maxBytes);

  /**
   * Offset of the first durable change whose commit timestamp is {@code timestampMicros} or later;
   * the end if there is none. From any thread, as {@link #read}. Blocking.
   */
  long offsetAt(long timestampMicros);

  /**
   * Goes on at {@code offset}, beyond the end, and drops everything before it: for a log that lost
   * rows which the lake holds. Nothing may be pending. Blocking.
   */
  void skipTo(long offset);

  /**
   * Drops changes that may go: those below {@code beforeOffset} that are older than {@code maxAge}
   * or beyond the newest {@code maxBytes}. May keep more than asked, never less. Drops nothing once
   * the log is closed.
   */
  void trim(long beforeOffset, Duration maxAge, long maxBytes);

  /** Waits for pending appends, then closes. Idempotent. Entries that were read stay valid. */
  @Override
  void close();
}
