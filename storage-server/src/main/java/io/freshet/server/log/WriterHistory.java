/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.log;

import static io.freshet.server.log.RecoveredWriters.BATCHES_PER_WRITER;
import static io.freshet.server.log.RecoveredWriters.MAX_WRITERS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.server.log.RecoveredWriters.WrittenBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The newest batches of the writers of a bucket, within the limits of {@link RecoveredWriters}. */
final class WriterHistory {
  private static final int WRITER_BYTES = 20;
  private static final int BATCH_BYTES = 24;

  /** The writer that wrote least recently first; its oldest batch first. */
  private final Map<UUID, ArrayDeque<WrittenBatch>> writers = new LinkedHashMap<>();

  /** Notes a batch; without a writer there is nothing to note. */
  void add(@Nullable WriterSequence writer, long startOffset, long endOffset) {
    if (writer == null) {
      return;
    }
    ArrayDeque<WrittenBatch> batches = writers.remove(writer.writer());
    if (batches == null) {
      batches = new ArrayDeque<>(2);
    }
    if (batches.size() == BATCHES_PER_WRITER) {
      batches.removeFirst();
    }
    batches.addLast(new WrittenBatch(writer.sequence(), startOffset, endOffset));
    writers.put(writer.writer(), batches);
    if (writers.size() > MAX_WRITERS) {
      writers.remove(writers.keySet().iterator().next());
    }
  }

  RecoveredWriters recovered() {
    Map<UUID, List<WrittenBatch>> copy = new HashMap<>();
    writers.forEach((writer, batches) -> copy.put(writer, List.copyOf(batches)));
    return new RecoveredWriters(copy);
  }

  /** The body of an entry of kind WRITERS. */
  ByteBuffer encode() {
    long bytes = 4;
    for (ArrayDeque<WrittenBatch> batches : writers.values()) {
      bytes += WRITER_BYTES + (long) BATCH_BYTES * batches.size();
    }
    int size = (int) SegmentFormatV1.padded(bytes);
    ByteBuffer out = ByteBuffer.allocateDirect(size).order(LITTLE_ENDIAN);
    out.putInt(writers.size());
    writers.forEach((writer, batches) -> {
      SegmentFormatV1.writeUuid(out, writer);
      out.putInt(batches.size());
      for (WrittenBatch batch : batches) {
        out.putLong(batch.sequence()).putLong(batch.startOffset()).putLong(batch.endOffset());
      }
    });
    return out.clear();
  }

  /** Reads what {@link #encode} wrote, at {@code index} of {@code in}, which is little endian. */
  static WriterHistory decode(ByteBuffer in, int index) {
    ByteBuffer bytes = in.duplicate().order(LITTLE_ENDIAN).position(index);
    WriterHistory history = new WriterHistory();
    int writers = bytes.getInt();
    for (int i = 0; i < writers; i++) {
      UUID writer = new UUID(bytes.getLong(), bytes.getLong());
      int count = bytes.getInt();
      ArrayDeque<WrittenBatch> batches = new ArrayDeque<>(count);
      for (int j = 0; j < count; j++) {
        batches.addLast(new WrittenBatch(bytes.getLong(), bytes.getLong(), bytes.getLong()));
      }
      history.writers.put(writer, batches);
    }
    return history;
  }
}
