/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.fresh;

import io.freshet.arrow.RecordBatches;
import io.freshet.filter.RowFilter;
import io.freshet.server.log.BucketLog;
import io.freshet.server.log.LogEntry;
import io.freshet.server.schema.LogSchemas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * The newest rows of one bucket. The bucket's event loop adds and drops; any thread reads. What is
 * no longer in memory is read from the log, so a read gives the same rows wherever they are.
 */
public final class FreshRows {
  /** Batches with fewer rows than this are copied together, so that scans see large ones. */
  static final int SMALL_BATCH_ROWS = 4096;

  /** How many small batches in a row are copied together. */
  static final int SMALL_BATCHES = 32;

  private static final long LOG_READ_BYTES = 4 << 20;

  private final BucketLog log;
  private final FreshMemory memory;
  private final LogSchemas schemas;
  private final BufferAllocator allocator;
  private final ConcurrentSkipListMap<Long, FreshBatch> batches = new ConcurrentSkipListMap<>();
  private final Deque<FreshBatch> smallTail = new ArrayDeque<>();
  private long addedBytes;

  /**
   * @param schemas of the log's entries
   * @param allocator borrowed; holds batches that were copied together, and those of reads
   */
  public FreshRows(
      BucketLog log, FreshMemory memory, LogSchemas schemas, BufferAllocator allocator) {
    this.log = log;
    this.memory = memory;
    this.schemas = schemas;
    this.allocator = allocator;
  }

  /** Adds a durable entry; the entry stays its owner's. */
  public void add(LogEntry entry) {
    FreshBatch batch =
        new FreshBatch(
            entry.startOffset(),
            entry.commitTimestampMicros(),
            entry.commitTimestampMicros(),
            entry.schemaId(),
            addedBytes,
            RecordBatches.share(entry.batch()));
    addedBytes += batch.bytes();
    put(batch);
    if (batch.rows() >= SMALL_BATCH_ROWS
        || (!smallTail.isEmpty() && smallTail.getLast().schemaId() != batch.schemaId())) {
      smallTail.clear();
    }
    if (batch.rows() < SMALL_BATCH_ROWS) {
      smallTail.addLast(batch);
      if (smallTail.size() >= SMALL_BATCHES) {
        mergeSmallTail();
      }
    }
  }

  /** Forgets rows below {@code offset}; reads of them go to the log while it has them. */
  public void dropBelow(long offset) {
    for (FreshBatch batch : batches.headMap(offset).values()) {
      if (batch.endOffset() <= offset) {
        batches.remove(batch.startOffset());
        memory.release(batch);
      }
    }
    while (!smallTail.isEmpty() && smallTail.getFirst().endOffset() <= offset) {
      smallTail.removeFirst();
    }
  }

  /** The rows [startOffset, endOffset), in order; they must be durable. */
  public FreshCursor read(long startOffset, long endOffset) {
    return new FreshCursor(this, startOffset, endOffset, null);
  }

  /**
   * As {@link #read}, without batches whose zone map says that none of their rows match.
   *
   * @param schemaId of the columns that the filter is bound to
   */
  public FreshCursor read(long startOffset, long endOffset, RowFilter filter, int schemaId) {
    return new FreshCursor(this, startOffset, endOffset, new Pruning(filter, schemaId));
  }

  /** The columns of the log's entries. */
  public LogSchemas schemas() {
    return schemas;
  }

  /**
   * The batch that has the row at {@code offset}, from memory or else the log; the caller closes
   * it. The row must be durable.
   */
  public FreshSlice batchAt(long offset) {
    Map.Entry<Long, FreshBatch> floor = batches.floorEntry(offset);
    if (floor != null && floor.getValue().endOffset() > offset) {
      FreshBatch found = floor.getValue();
      ArrowRecordBatch buffers = found.acquire();
      if (buffers != null) {
        return slice(
            found.startOffset(), found.schemaId(), buffers, found.startOffset(), found.endOffset());
      }
    }
    List<LogEntry> entries = log.read(offset, 1);
    LogEntry entry = entries.get(0);
    entries.subList(1, entries.size()).forEach(LogEntry::close);
    return slice(
        entry.startOffset(),
        entry.schemaId(),
        entry.batch(),
        entry.startOffset(),
        entry.endOffset());
  }

  /**
   * Entries from the one that has the row at {@code offset} on, until they have {@code maxBytes};
   * the caller closes them. Only such as are in memory, and still know when each row was taken in:
   * none if the first is not, and then the log has it.
   */
  public List<LogEntry> newestEntries(long offset, long maxBytes) {
    List<LogEntry> entries = new ArrayList<>();
    long next = offset;
    long collected = 0;
    Map.Entry<Long, FreshBatch> floor = batches.floorEntry(offset);
    FreshBatch batch = floor == null ? null : floor.getValue();
    while (batch != null && batch.endOffset() > next && collected < maxBytes) {
      ArrowRecordBatch buffers = batch.isOfOneMoment() ? batch.acquire() : null;
      if (buffers == null) {
        break;
      }
      entries.add(
          new LogEntry(
              batch.startOffset(),
              batch.lastCommitTimestampMicros(),
              batch.schemaId(),
              null,
              buffers));
      collected += batch.bytes();
      next = batch.endOffset();
      batch = batches.get(next);
    }
    return entries;
  }

  /** Bytes of the Arrow buffers of rows [startOffset, endOffset), about. */
  public long bytes(long startOffset, long endOffset) {
    return startOffset >= endOffset ? 0 : bytesUpTo(endOffset) - bytesUpTo(startOffset);
  }

  /** When the oldest row from {@code offset} on was committed, or now if there is none. */
  public long commitTimestampMicros(long offset, long nowMicros) {
    Map.Entry<Long, FreshBatch> found = batches.floorEntry(offset);
    if (found == null || found.getValue().endOffset() <= offset) {
      found = batches.ceilingEntry(offset);
    }
    return found == null ? nowMicros : found.getValue().firstCommitTimestampMicros();
  }

  /** Gives all memory back; the rows can no longer be read. */
  public void close() {
    smallTail.clear();
    batches.values().forEach(memory::release);
    batches.clear();
  }

  /** What is found at one offset: slices, or none of the rows if they are ruled out. */
  record Found(List<FreshSlice> slices, long endOffset) {}

  /** Which batches need not be read; those with columns of another schema always are. */
  record Pruning(RowFilter filter, int schemaId) {}

  /**
   * What is at {@code offset}, from memory or else the log: one slice, or as many as one read of
   * the log gives.
   */
  Found find(long offset, long endOffset, @Nullable Pruning pruning) {
    Map.Entry<Long, FreshBatch> floor = batches.floorEntry(offset);
    if (floor != null && floor.getValue().endOffset() > offset) {
      FreshBatch found = floor.getValue();
      if (pruning != null
          && pruning.schemaId() == found.schemaId()
          && found.isRuledOutBy(pruning.filter(), schemas.of(found.schemaId()), allocator)) {
        return new Found(List.of(), Math.min(found.endOffset(), endOffset));
      }
      ArrowRecordBatch buffers = found.acquire();
      if (buffers != null) {
        return found(
            List.of(slice(found.startOffset(), found.schemaId(), buffers, offset, endOffset)));
      }
    }
    List<FreshSlice> slices = new ArrayList<>();
    for (LogEntry entry : log.read(offset, LOG_READ_BYTES)) {
      if (entry.startOffset() < endOffset) {
        slices.add(slice(entry.startOffset(), entry.schemaId(), entry.batch(), offset, endOffset));
      } else {
        entry.close();
      }
    }
    return found(slices);
  }

  private static Found found(List<FreshSlice> slices) {
    return new Found(slices, slices.get(slices.size() - 1).endOffset());
  }

  private FreshSlice slice(
      long batchStart, int schemaId, ArrowRecordBatch buffers, long offset, long endOffset) {
    int fromRow = (int) Math.max(0, offset - batchStart);
    int toRow = (int) Math.min(buffers.getLength(), endOffset - batchStart);
    return new FreshSlice(batchStart + fromRow, schemas.of(schemaId), buffers, fromRow, toRow);
  }

  private long bytesUpTo(long offset) {
    Map.Entry<Long, FreshBatch> floor = batches.floorEntry(offset);
    if (floor == null) {
      return batches.isEmpty() ? addedBytes : batches.firstEntry().getValue().bytesBefore();
    }
    FreshBatch batch = floor.getValue();
    return batch.bytesUpTo(Math.min(offset, batch.endOffset()));
  }

  private void put(FreshBatch batch) {
    batches.put(batch.startOffset(), batch);
    memory.add(batch);
  }

  private void mergeSmallTail() {
    List<FreshBatch> small = List.copyOf(smallTail);
    smallTail.clear();
    List<ArrowRecordBatch> acquired = new ArrayList<>();
    try {
      for (FreshBatch batch : small) {
        ArrowRecordBatch buffers = batch.acquire();
        if (buffers == null) {
          return;
        }
        acquired.add(buffers);
      }
      FreshBatch first = small.get(0);
      FreshBatch merged =
          new FreshBatch(
              first.startOffset(),
              first.firstCommitTimestampMicros(),
              small.get(small.size() - 1).lastCommitTimestampMicros(),
              first.schemaId(),
              first.bytesBefore(),
              RecordBatches.concatenate(schemas.of(first.schemaId()).arrow(), acquired, allocator));
      put(merged);
      memory.release(first);
      for (FreshBatch batch : small.subList(1, small.size())) {
        batches.remove(batch.startOffset());
        memory.release(batch);
      }
      if (merged.rows() < SMALL_BATCH_ROWS) {
        smallTail.add(merged);
      }
    } finally {
      acquired.forEach(ArrowRecordBatch::close);
    }
  }
}
