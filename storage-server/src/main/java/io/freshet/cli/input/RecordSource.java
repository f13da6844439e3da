/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import org.jspecify.annotations.Nullable;

/** Rows of a text file, one at a time. */
interface RecordSource extends AutoCloseable {
  /**
   * Reads the next row.
   *
   * @param row receives one value per column of the table, in Iceberg's generic representation
   * @return false when there are no more rows
   */
  boolean read(@Nullable Object[] row);

  /** Where the row that was read last stands: "flights.csv line 12". */
  String position();

  long bytesRead();

  double fraction();

  @Override
  void close();
}
