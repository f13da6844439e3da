/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import java.util.OptionalLong;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The rows of one file, batch by batch. */
public interface RowBatches extends AutoCloseable {
  /** The one batch that {@link #next} fills; owned by this object, and valid until it closes. */
  VectorSchemaRoot batch();

  /**
   * Fills the batch with the next rows, at least one.
   *
   * @return false when there are no more rows
   */
  boolean next();

  /** How many rows the file has, if it says so. */
  OptionalLong totalRows();

  /** How much of the file has been read, 0 to 1; 0 where its size is unknown. */
  double fraction();

  @Override
  void close();
}
