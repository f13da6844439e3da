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

import io.freshet.cli.output.Quantities;
import io.freshet.cli.quickstart.LiveStream.BatchTimes;
import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.UnionReader;
import io.freshet.table.TableName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads the whole table again and again while flights arrive, and checks each answer. */
final class LiveRun {
  private final FreshetClient client;
  private final UnionReader reader;
  private final TableName table;
  private final long historyRows;
  private final LiveView view;

  private long startNanos;
  private long firstAnswerNanos;
  private long unionReads;
  private @Nullable UnionCount last;
  private long lastLineSeconds;
  private Progress lastLine = new Progress(0, 0);
  private int batchesAtLine;

  /** How many rows of the stream were acknowledged at a moment. */
  private record Progress(long atNanos, long rows) {}

  LiveRun(
      FreshetClient client, UnionReader reader, TableName table, long historyRows, LiveView view) {
    this.client = client;
    this.reader = reader;
    this.table = table;
    this.historyRows = historyRows;
    this.view = view;
  }

  /** Follows a stream until it has ended. */
  void follow(LiveStream stream, Future<?> running) throws InterruptedException {
    startNanos = System.nanoTime();
    lastLine = new Progress(startNanos, 0);
    view.start();
    while (!isDone(running)) {
      refresh(stream);
    }
    view.keepLine();
  }

  long unionReads() {
    return unionReads;
  }

  /** When the first union read had ended, by {@code System.nanoTime}. */
  long firstAnswerNanos() {
    return firstAnswerNanos;
  }

  private boolean isDone(Future<?> running) throws InterruptedException {
    try {
      running.get(view.interval().toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof FreshetException known
          ? known
          : new FreshetException(INTERNAL, "The stream of flights broke: " + e.getCause(), e);
    }
  }

  private void refresh(LiveStream stream) {
    long asOfNanos = System.nanoTime();
    long acknowledged = stream.acknowledgedRows();
    UnionSnapshot snapshot = client.plan(table);
    UnionCount count = UnionCount.read(reader, snapshot);
    client.release(snapshot);
    check(count, acknowledged);
    unionReads++;
    if (firstAnswerNanos == 0) {
      firstAnswerNanos = System.nanoTime();
    }
    long moved = count.lakeRows() - (last == null ? historyRows : last.lakeRows());
    last = count;
    show(stream, count, new Progress(asOfNanos, acknowledged), moved);
  }

  private void show(LiveStream stream, UnionCount count, Progress progress, long moved) {
    List<BatchTimes> times = stream.times(batchesAtLine);
    long rate =
        Math.round(
            (progress.rows - lastLine.rows)
                * 1e9
                / Math.max(1, progress.atNanos - lastLine.atNanos));
    Duration elapsed = Duration.ofNanos(progress.atNanos - startNanos);
    String note = moved == 0 ? "" : "  " + Quantities.count(moved) + " rows moved into the lake";
    view.show(
        new LiveView.State(
            elapsed, count, rate, Percentile.MEDIAN.of(times, BatchTimes::readableNanos), note));
    if (elapsed.toSeconds() > lastLineSeconds || moved > 0) {
      view.keepLine();
      lastLineSeconds = elapsed.toSeconds();
      lastLine = progress;
      batchesAtLine += times.size();
    }
  }

  private void check(UnionCount count, long acknowledged) {
    if (count.rows() < historyRows + acknowledged) {
      throw FreshetException.of(
          INTERNAL,
          "A union read of table %s has %d rows, but %d were acknowledged before it",
          table,
          count.rows(),
          historyRows + acknowledged);
    }
    if (last != null && count.rows() < last.rows()) {
      throw FreshetException.of(
          INTERNAL,
          "A union read of table %s has %d rows, and one before had %d",
          table,
          count.rows(),
          last.rows());
    }
  }
}
