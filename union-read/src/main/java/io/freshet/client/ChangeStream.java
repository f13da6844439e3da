/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import io.freshet.error.FreshetException;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Changes of one bucket, as the server streams them. For one thread, but for {@link #cancel}.
 * Closing it early cancels the stream.
 */
public final class ChangeStream implements BatchStream {
  private final FreshStream batches;
  private volatile boolean isCancelled;

  ChangeStream(FreshStream batches) {
    this.batches = batches;
  }

  /**
   * Waits for the next changes; false at the end offset, or after {@link #cancel}. Fails with
   * OFFSET_OUT_OF_RANGE if the log does not hold the changes that were asked for, and with an error
   * of the remedy RETRY if the server stops: then go on after the last change that came.
   */
  @Override
  public boolean next() {
    try {
      return batches.next();
    } catch (FreshetException e) {
      if (isCancelled) {
        return false;
      }
      throw e;
    }
  }

  /** The changes that {@link #next} found; the stream's own, and valid until the next call. */
  @Override
  public VectorSchemaRoot batch() {
    return batches.batch();
  }

  /** Ends the stream, from any thread: the next call of {@link #next} says false. */
  @Override
  public void cancel() {
    isCancelled = true;
    batches.cancel();
  }

  @Override
  public void close() {
    batches.close();
  }
}
