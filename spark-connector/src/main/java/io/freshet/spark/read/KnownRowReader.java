/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.PartitionReader;

/** Reads one row that is known already. */
final class KnownRowReader implements PartitionReader<InternalRow> {
  private final InternalRow row;
  private boolean isRead;

  KnownRowReader(InternalRow row) {
    this.row = row;
  }

  @Override
  public boolean next() {
    boolean isFirst = !isRead;
    isRead = true;
    return isFirst;
  }

  @Override
  public InternalRow get() {
    return row;
  }

  @Override
  public void close() {}
}
