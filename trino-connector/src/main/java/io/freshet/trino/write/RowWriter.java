/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.write;

import io.trino.spi.Page;

/** Where the rows of one sink go. */
interface RowWriter {
  /** Sends rows: upserts, if the table has a primary key. Waits while too many are on their way. */
  void append(Page page);

  /** Sends deletes of a table with a primary key, which the page's columns are. */
  void delete(Page keys);

  /** Waits until all rows are durable; they are visible when the transaction is committed. */
  void finish();

  /** Gives up; the transaction is aborted for all its sinks. */
  void abort();

  long sentBytes();

  /** The memory of rows that were not sent yet. */
  long retainedBytes();
}
