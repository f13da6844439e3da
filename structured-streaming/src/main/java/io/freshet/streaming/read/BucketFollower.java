/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.spark.changes.ChangePartition;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import org.apache.arrow.vector.BigIntVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a bucket's changes in a thread of its own. A batch belongs to the taker from when this
 * is in the queue until it is given back; only then the thread goes on.
 */
final class BucketFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BucketFollower.class);

  private final int bucket;
  private final LogBatchReader changes;
  private final Queue<BucketFollower> ready;
  private final Semaphore givenBack = new Semaphore(0);
  private final Thread thread;
  private volatile boolean isClosed;
  private volatile @Nullable FreshetException failure;

  /**
   * @param ready is told of each batch, and of a failure
   */
  BucketFollower(
      ChangePartition partition, String table, StreamColumns columns, Queue<BucketFollower> ready) {
    this.bucket = partition.bucket();
    this.changes = new LogBatchReader(partition, table, columns);
    this.ready = ready;
    this.thread = new Thread(this::follow, "freshet-follow-" + table + "-" + bucket);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  int bucket() {
    return bucket;
  }

  /**
   * The batch that is ready, which belongs to the caller until {@link #giveBack}.
   *
   * @throws FreshetException if the bucket can't be followed
   */
  ColumnarBatch takeBatch() {
    FreshetException error = failure;
    if (error != null) {
      throw error;
    }
    return changes.get();
  }

  BigIntVector offsets() {
    return changes.offsets();
  }

  void giveBack() {
    givenBack.release();
  }

  @Override
  public void close() {
    isClosed = true;
    changes.cancel();
    givenBack.release();
  }

  private void follow() {
    try (changes) {
      while (!isClosed && changes.next()) {
        ready.add(this);
        givenBack.acquire();
      }
    } catch (FreshetException e) {
      fail(e);
    } catch (InterruptedException e) {
      LOG.debug("Following bucket {} was interrupted", bucket, e);
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("Cannot follow bucket {}", bucket, e);
      fail(
          new FreshetException(
              FreshetErrorCode.INTERNAL, "Cannot follow bucket " + bucket + ": " + e));
    }
  }

  private void fail(FreshetException error) {
    if (!isClosed) {
      failure = error;
      ready.add(this);
    }
  }
}
