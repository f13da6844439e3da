/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import org.apache.arrow.vector.VectorSchemaRoot;

/** Batches that the server streams: for one thread, but for {@link #cancel}. */
public interface BatchStream extends AutoCloseable {
  /** Waits for the next batch; false at the end. */
  boolean next();

  /** The batch that {@link #next} found; the stream's own, and valid until the next call. */
  VectorSchemaRoot batch();

  /** Ends the stream early, from any thread. It must be closed nevertheless. */
  void cancel();

  @Override
  void close();
}
