/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import org.apache.iceberg.BaseTable;
import org.apache.iceberg.BatchScan;
import org.apache.iceberg.expressions.Expressions;

/** An Iceberg table whose batch scans plan no file: the lake half of a read of fresh rows alone. */
final class NoFilesTable extends BaseTable {
  private static final long serialVersionUID = 1L;

  NoFilesTable(BaseTable base) {
    super(base.operations(), base.name(), base.reporter());
  }

  @Override
  public BatchScan newBatchScan() {
    return super.newBatchScan().filter(Expressions.alwaysFalse());
  }

  /** Planning on executors does not ask the table for its scan. */
  @Override
  public boolean allowDistributedPlanning() {
    return false;
  }
}
