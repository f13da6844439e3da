/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import io.freshet.server.log.BucketLog;
import io.freshet.server.log.LogEntry;
import io.freshet.server.log.RecoveredWriters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A log that answers appends when the test says so, in any order. */
final class ScriptedBucketLog implements BucketLog {
  private final RecoveredWriters recovered;
  private final List<LogEntry> entries = new ArrayList<>();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private long endOffset;

  ScriptedBucketLog(RecoveredWriters recovered, long endOffset) {
    this.recovered = recovered;
    this.endOffset = endOffset;
  }

  /** Start offsets of all that was appended. */
  List<Long> appendedAt() {
    return entries.stream().map(LogEntry::startOffset).toList();
  }

  /** Commit timestamps of all that was appended. */
  List<Long> appendedMicros() {
    return entries.stream().map(LogEntry::commitTimestampMicros).toList();
  }

  void succeed(int append) {
    endOffset = entries.get(append).endOffset();
    answers.get(append).complete(null);
  }

  void fail(int append, RuntimeException failure) {
    answers.get(append).completeExceptionally(failure);
  }

  @Override
  public long startOffset() {
    return 0;
  }

  @Override
  public long endOffset() {
    return endOffset;
  }

  @Override
  public long lastTimestampMicros() {
    return 0;
  }

  @Override
  public RecoveredWriters recoveredWriters() {
    return recovered;
  }

  @Override
  public CompletableFuture<Void> append(LogEntry entry) {
    entries.add(entry);
    answers.add(new CompletableFuture<>());
    return answers.get(answers.size() - 1);
  }

  @Override
  public List<LogEntry> read(long offset, long maxBytes) {
    throw new UnsupportedOperationException("Nothing is kept");
  }

  @Override
  public long offsetAt(long timestampMicros) {
    throw new UnsupportedOperationException("Nothing is kept");
  }

  @Override
  public void skipTo(long offset) {
    endOffset = offset;
  }

  @Override
  public void trim(long beforeOffset, Duration maxAge, long maxBytes) {}

  @Override
  public void close() {}
}
