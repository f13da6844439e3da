/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.arrow.vector.VectorSchemaRoot;

/** Rows of a data file in the order of their positions. The caller closes it. */
public interface DataFileBatches extends AutoCloseable {
  /**
   * Reads the next batch; false after the last. No batch is empty.
   *
   * @throws io.freshet.error.FreshetException LAKE_UNAVAILABLE if the storage fails, LAKE_DIVERGED
   *     if the file is damaged
   */
  boolean next();

  /** The rows that were read last. They are overwritten by {@link #next} and freed by close. */
  VectorSchemaRoot batch();

  /** As {@link #batch}, but the rows belong to the caller, who closes them. */
  VectorSchemaRoot takeBatch();

  /** long[rows of the batch]: their positions in the file, ascending. A new array each time. */
  long[] positions();

  @Override
  void close();
}
