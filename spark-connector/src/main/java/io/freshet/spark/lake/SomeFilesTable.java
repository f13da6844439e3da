/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import java.util.Map;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.BatchScan;

/** An Iceberg table whose batch scans plan some of its files: one step of a read in many. */
final class SomeFilesTable extends BaseTable {
  private static final long serialVersionUID = 1L;

  private final transient Set<String> files;

  /**
   * @param files locations of data files
   */
  SomeFilesTable(BaseTable base, Set<String> files) {
    super(base.operations(), base.name(), base.reporter());
    this.files = Set.copyOf(files);
  }

  @Override
  public BatchScan newBatchScan() {
    return new OverlayScan(this, super.newBatchScan(), Map.of(), files);
  }

  /** Planning on executors does not ask the table for its scan. */
  @Override
  public boolean allowDistributedPlanning() {
    return false;
  }
}
