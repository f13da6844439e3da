/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import io.freshet.error.FreshetException;
import io.freshet.spark.changes.ChangePartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.BigIntVector;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeRead;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * Rows of some buckets as the server pushes them. Each bucket has a thread that waits for it and
 * hands over one batch at a time.
 */
final class RealTimeReader implements SupportsRealTimeRead<InternalRow> {
  private static final long FOR_EVER_MILLIS = Long.MAX_VALUE / 1_000_000;

  private final LinkedBlockingQueue<BucketFollower> ready = new LinkedBlockingQueue<>();
  private final List<BucketFollower> followers = new ArrayList<>();
  private final TreeMap<Integer, Long> nextOffsets = new TreeMap<>();
  private Iterator<InternalRow> rows = Collections.emptyIterator();
  private @Nullable BucketFollower current;
  private @Nullable BigIntVector offsets;
  private int rowNumber;
  private @Nullable InternalRow row;

  RealTimeReader(RealTimePartition partition, String table, StreamColumns columns) {
    for (ChangePartition bucket : partition.buckets()) {
      nextOffsets.put(bucket.bucket(), bucket.startOffset());
      followers.add(new BucketFollower(bucket, table, columns, ready));
    }
    // Spark does not close readers in real-time mode.
    TaskCompletionListener end = ended -> close();
    var unused = TaskContext.get().addTaskCompletionListener(end);
    followers.forEach(BucketFollower::start);
  }

  /** As Spark 4.1 asks. */
  @Override
  public RecordStatus nextWithTimeout(Long timeoutMillis) {
    return RecordStatus.newStatusWithoutArrivalTime(isNextWithin(timeoutMillis));
  }

  /**
   * As Spark 4.2 asks: with the time when the wait began, which counts too.
   *
   * @param startMillis of the clock since 1970 UTC
   */
  public RecordStatus nextWithTimeout(Long startMillis, Long timeoutMillis) {
    long passed = Math.max(0, System.currentTimeMillis() - startMillis);
    return RecordStatus.newStatusWithoutArrivalTime(
        isNextWithin(Math.max(0, timeoutMillis - passed)));
  }

  @Override
  public boolean next() {
    return isNextWithin(FOR_EVER_MILLIS);
  }

  @Override
  public InternalRow get() {
    if (row == null) {
      throw new IllegalStateException("There is no row before next()");
    }
    return row;
  }

  @Override
  public PartitionOffset getOffset() {
    return new ReachedOffsets(new TreeMap<>(nextOffsets));
  }

  @Override
  public void close() {
    followers.forEach(BucketFollower::close);
  }

  private boolean isNextWithin(long timeoutMillis) {
    while (!rows.hasNext()) {
      if (!hasBatchWithin(timeoutMillis)) {
        return false;
      }
    }
    row = rows.next();
    if (current != null && offsets != null) {
      nextOffsets.put(current.bucket(), offsets.get(rowNumber++) + 1);
    }
    return true;
  }

  private boolean hasBatchWithin(long timeoutMillis) {
    if (current != null) {
      current.giveBack();
      current = null;
    }
    try {
      BucketFollower next = ready.poll(timeoutMillis, TimeUnit.MILLISECONDS);
      if (next == null) {
        return false;
      }
      current = next;
      rows = next.takeBatch().rowIterator();
      offsets = next.offsets();
      rowNumber = 0;
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (FreshetException e) {
      current = null;
      throw e;
    }
  }
}
