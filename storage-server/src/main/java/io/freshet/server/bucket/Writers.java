/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.bucket;

import static io.freshet.error.FreshetErrorCode.WRITER_SEQUENCE_GAP;

import io.freshet.error.FreshetException;
import io.freshet.server.log.BucketId;
import io.freshet.server.log.RecoveredWriters;
import io.freshet.server.log.RecoveredWriters.WrittenBatch;
import io.freshet.server.log.WriterSequence;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The newest batches of each writer of a bucket, by which a batch that is sent again is known. */
final class Writers {
  private final BucketId bucket;
  private final Map<UUID, Deque<WrittenBatch>> batches =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Deque<WrittenBatch>> eldest) {
          return size() > RecoveredWriters.MAX_WRITERS;
        }
      };

  private final Map<UUID, TreeMap<Long, CompletableFuture<AppendResult>>> pending = new HashMap<>();

  Writers(BucketId bucket, RecoveredWriters recovered) {
    this.bucket = bucket;
    recovered
        .batches()
        .forEach((writer, written) -> batches.put(writer, new ArrayDeque<>(written)));
  }

  /**
   * What becomes of a batch if it is on its way to the log or was applied, or empty if it is new. A
   * new batch whose predecessor is missing is refused, since applying it would put the writer's
   * rows out of order.
   */
  Optional<CompletableFuture<AppendResult>> known(
      WriterSequence writer, @Nullable Long previousSequence) {
    TreeMap<Long, CompletableFuture<AppendResult>> waiting =
        pending.getOrDefault(writer.writer(), new TreeMap<>());
    CompletableFuture<AppendResult> sameBatch = waiting.get(writer.sequence());
    if (sameBatch != null) {
      return Optional.of(sameBatch);
    }
    Deque<WrittenBatch> written = batches.getOrDefault(writer.writer(), new ArrayDeque<>());
    if (waiting.isEmpty() && written.isEmpty()) {
      checkHasNoPrevious(writer, previousSequence);
      return Optional.empty();
    }
    long last = waiting.isEmpty() ? written.getLast().sequence() : waiting.lastKey();
    if (writer.sequence() > last) {
      checkPrevious(writer, previousSequence, last);
      return Optional.empty();
    }
    return Optional.of(
        CompletableFuture.completedFuture(
            written.stream()
                .filter(batch -> batch.sequence() == writer.sequence())
                .findFirst()
                .map(batch -> new AppendResult(batch.startOffset(), batch.endOffset()))
                .orElse(new AppendResult(0, 0))));
  }

  /** Remembers a batch that is on its way to the log. */
  void decide(WriterSequence writer, CompletableFuture<AppendResult> result) {
    pending
        .computeIfAbsent(writer.writer(), unused -> new TreeMap<>())
        .put(writer.sequence(), result);
  }

  /** Forgets a batch that was on its way to the log: it is there, or the write failed. */
  void settle(WriterSequence writer) {
    pending.computeIfPresent(
        writer.writer(),
        (unused, waiting) -> {
          waiting.remove(writer.sequence());
          return waiting.isEmpty() ? null : waiting;
        });
  }

  void apply(WriterSequence writer, long startOffset, long endOffset) {
    Deque<WrittenBatch> written =
        batches.computeIfAbsent(writer.writer(), unused -> new ArrayDeque<>());
    written.addLast(new WrittenBatch(writer.sequence(), startOffset, endOffset));
    if (written.size() > RecoveredWriters.BATCHES_PER_WRITER) {
      written.removeFirst();
    }
  }

  private void checkHasNoPrevious(WriterSequence writer, @Nullable Long previousSequence) {
    if (previousSequence != null) {
      throw FreshetException.of(
          WRITER_SEQUENCE_GAP,
          "Batch %d of writer %s can't go to bucket %s: batch %d before it is not there, and no other of"
              + " that writer. Open a new stream and send again from the first batch that was not"
              + " acknowledged.",
          writer.sequence(),
          writer.writer(),
          bucket,
          previousSequence);
    }
  }

  private void checkPrevious(WriterSequence writer, @Nullable Long previousSequence, long last) {
    if (previousSequence != null && previousSequence > last) {
      throw FreshetException.of(
          WRITER_SEQUENCE_GAP,
          "Batch %d of writer %s can't go to bucket %s: batch %d before it is not there, the last one is"
              + " %d. Open a new stream and send again from the first batch that was not acknowledged.",
          writer.sequence(),
          writer.writer(),
          bucket,
          previousSequence,
          last);
    }
  }
}
