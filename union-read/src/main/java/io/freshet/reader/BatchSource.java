/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Batches of one schema, one after the other. For one thread at a time. */
public interface BatchSource extends AutoCloseable {
  /** Moves to the next batch, which has at least one row; false after the last one. */
  boolean next();

  /**
   * The batch that the last {@link #next} moved to. It belongs to the source, and is valid until
   * the next call of {@link #next} or {@link #close}, which may use its memory again: copy what is
   * to be kept.
   */
  VectorSchemaRoot batch();

  /** Ends the reading; idempotent. */
  @Override
  void close();

  /**
   * The batches of several sources, in order. Takes ownership of the sources: each is closed when
   * it is exhausted, or at the latest with the result.
   */
  static BatchSource concat(List<BatchSource> sources) {
    return new ConcatenatedBatches(sources);
  }
}
