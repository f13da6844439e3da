/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * The rows by which two lake snapshots differ, with their places. A row that was moved to another
 * file is removed from one place and added at another.
 */
public interface LakeChanges {
  /** How many data files the rows are read from. */
  int files();

  /** How many rows are removed and added, together. */
  long rows();

  /**
   * Starts to read them: all that are removed, and then all that are added. The caller closes the
   * result, before the allocator.
   */
  Batches open(BufferAllocator allocator);

  /** What became of rows. */
  enum Kind {
    ADDED,
    REMOVED
  }

  /**
   * Rows of one data file to which the same happened.
   *
   * @param positions long[rows]: their positions in the file, ascending
   * @param rows borrowed until the next batch is read; the columns are those that were asked for
   */
  record Batch(Kind kind, String location, long[] positions, VectorSchemaRoot rows) {}

  /** Changes that are being read, by one thread. */
  interface Batches extends AutoCloseable {
    /**
     * The next batch, which is not empty; null after the last.
     *
     * @throws io.freshet.error.FreshetException LAKE_UNAVAILABLE if the storage fails,
     *     LAKE_DIVERGED if a file is damaged
     */
    @Nullable Batch next();

    @Override
    void close();
  }
}
