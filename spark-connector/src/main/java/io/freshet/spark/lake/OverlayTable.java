/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import io.freshet.protocol.FileOverlay;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.BatchScan;

/**
 * An Iceberg table whose batch scans do not see the rows that overlays hide: each file with an
 * overlay is planned with one deletion vector more. A subclass of {@link BaseTable}, since
 * Iceberg's Spark reader pins the snapshot of no other table.
 */
final class OverlayTable extends BaseTable {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, FileOverlay> overlays;

  /** Overlays are by location of their data file. */
  OverlayTable(BaseTable base, List<FileOverlay> overlays) {
    super(base.operations(), base.name(), base.reporter());
    this.overlays =
        overlays.stream().collect(Collectors.toMap(FileOverlay::dataFile, Function.identity()));
  }

  @Override
  public BatchScan newBatchScan() {
    return new OverlayScan(this, super.newBatchScan(), overlays, null);
  }

  /** Planning on executors does not ask the table for its scan, and would lose the overlays. */
  @Override
  public boolean allowDistributedPlanning() {
    return false;
  }
}
