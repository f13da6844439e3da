/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.cli.input.RowBatches;
import io.freshet.cli.input.RowFile;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.protocol.Acknowledgement;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.OffsetRange;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.UnionSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Writes the live flights in small batches, evenly over a given time, and measures of each batch
 * when it is durable and when a new union snapshot holds it. One thread runs it; others may ask how
 * far it is.
 */
final class LiveStream implements Callable<@Nullable Void> {
  private static final int BATCHES_PER_SECOND = 20;

  private final FreshetClient client;
  private final TableDescription table;
  private final RowFile file;
  private final BufferAllocator allocator;
  private final Duration duration;
  private final List<BatchTimes> times = new ArrayList<>();
  private volatile long acknowledgedRows;

  /**
   * @param writeNanos from sending a batch to its acknowledgement, when it is durable
   * @param visibleNanos from the acknowledgement to the answer to a plan that holds it
   */
  record BatchTimes(long writeNanos, long visibleNanos) {
    long readableNanos() {
      return writeNanos + visibleNanos;
    }
  }

  LiveStream(
      FreshetClient client,
      TableDescription table,
      RowFile file,
      BufferAllocator allocator,
      Duration duration) {
    this.client = client;
    this.table = table;
    this.file = file;
    this.allocator = allocator;
    this.duration = duration;
  }

  /** How many of its rows are durable now. */
  long acknowledgedRows() {
    return acknowledgedRows;
  }

  /** Times of all batches from the given one on. */
  synchronized List<BatchTimes> times(int fromBatch) {
    return List.copyOf(times.subList(Math.min(fromBatch, times.size()), times.size()));
  }

  @Override
  public @Nullable Void call() throws InterruptedException {
    long batches = Math.max(1, duration.toMillis() * BATCHES_PER_SECOND / 1000);
    int batchRows = (int) ((FlightFiles.LIVE_ROWS + batches - 1) / batches);
    long periodNanos = duration.toNanos() / batches;
    try (TableWriter writer = client.newWriter(table.table());
        RowBatches rows = file.read(table.schema(), allocator, batchRows)) {
      long dueNanos = System.nanoTime();
      while (rows.next()) {
        TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        write(writer, rows.batch());
        dueNanos += periodNanos;
      }
    }
    return null;
  }

  private void write(TableWriter writer, VectorSchemaRoot batch) {
    int rows = batch.getRowCount();
    long sent = System.nanoTime();
    List<Acknowledgement> acknowledgements = join(writer, batch);
    long acknowledged = System.nanoTime();
    acknowledgedRows += rows;
    UnionSnapshot snapshot = client.plan(table.table());
    long visible = System.nanoTime();
    client.release(snapshot);
    acknowledgements.forEach(acknowledgement -> check(acknowledgement, snapshot));
    synchronized (this) {
      times.add(new BatchTimes(acknowledged - sent, visible - acknowledged));
    }
  }

  private static List<Acknowledgement> join(TableWriter writer, VectorSchemaRoot batch) {
    try {
      return writer.append(batch).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FreshetException known ? known : e;
    }
  }

  /** What was acknowledged is in every union snapshot planned after it. */
  private static void check(Acknowledgement acknowledgement, UnionSnapshot snapshot) {
    for (OffsetRange written : acknowledgement.ranges()) {
      FreshRange planned = snapshot.fresh().get(written.bucket());
      if (planned.endOffset() < written.endOffset()) {
        throw FreshetException.of(
            INTERNAL,
            "A union snapshot of table %s ends at offset %d of bucket %d, but rows up to %d were"
                + " acknowledged before it was planned",
            snapshot.table(),
            planned.endOffset(),
            written.bucket(),
            written.endOffset());
      }
    }
  }
}
