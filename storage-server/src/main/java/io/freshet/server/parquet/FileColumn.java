/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import org.apache.parquet.column.ColumnReadStore;

/** One column of a data file on its way into a vector. */
interface FileColumn {
  /** Goes on with the file's next row group. */
  void startRowGroup(ColumnReadStore readers);

  /** Passes over the next rows, and writes those that are wanted to the start of the vector. */
  void read(WantedRows rows);
}
