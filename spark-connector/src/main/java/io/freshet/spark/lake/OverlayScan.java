/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.lake;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import io.freshet.protocol.FileOverlay;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.iceberg.BaseFileScanTask;
import org.apache.iceberg.BatchScan;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.ScanTask;
import org.apache.iceberg.ScanTaskGroup;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.ResidualEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.metrics.MetricsReporter;
import org.apache.iceberg.util.TableScanUtil;
import org.jspecify.annotations.Nullable;

/**
 * Plans files as Iceberg does, all or some, and gives each file with an overlay a deletion vector
 * that is not in the lake: the overlay together with the file's own. Everything else is the wrapped
 * scan's.
 */
final class OverlayScan implements BatchScan {
  private static final String LOCATION = "freshet-overlay:";

  private final Table table;
  private final BatchScan lake;
  private final Map<String, FileOverlay> overlays;
  private final @Nullable Set<String> files;
  private final boolean ignoresResiduals;

  /**
   * @param files locations of the data files that are read; all if null
   */
  OverlayScan(
      Table table, BatchScan lake, Map<String, FileOverlay> overlays, @Nullable Set<String> files) {
    this(table, lake, overlays, files, false);
  }

  private OverlayScan(
      Table table,
      BatchScan lake,
      Map<String, FileOverlay> overlays,
      @Nullable Set<String> files,
      boolean ignoresResiduals) {
    this.table = table;
    this.lake = lake;
    this.overlays = overlays;
    this.files = files;
    this.ignoresResiduals = ignoresResiduals;
  }

  @Override
  public CloseableIterable<ScanTask> planFiles() {
    return CloseableIterable.transform(
        CloseableIterable.filter(lake.planFiles(), this::isWanted), this::withOverlay);
  }

  @Override
  public CloseableIterable<ScanTaskGroup<ScanTask>> planTasks() {
    return TableScanUtil.planTaskGroups(
        planFiles(), targetSplitSize(), splitLookback(), splitOpenFileCost());
  }

  @Override
  public Supplier<FileIO> fileIO() {
    return () -> {
      Map<String, byte[]> vectors = new HashMap<>();
      overlays.forEach((file, overlay) -> vectors.put(location(file), overlay.mergedVector()));
      return new OverlayFileIO(lake.fileIO().get(), vectors);
    };
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public @Nullable Snapshot snapshot() {
    return lake.snapshot();
  }

  @Override
  public Schema schema() {
    return lake.schema();
  }

  @Override
  public Expression filter() {
    return lake.filter();
  }

  @Override
  public boolean isCaseSensitive() {
    return lake.isCaseSensitive();
  }

  @Override
  public long targetSplitSize() {
    return lake.targetSplitSize();
  }

  @Override
  public int splitLookback() {
    return lake.splitLookback();
  }

  @Override
  public long splitOpenFileCost() {
    return lake.splitOpenFileCost();
  }

  @Override
  public BatchScan useSnapshot(long snapshotId) {
    return with(lake.useSnapshot(snapshotId));
  }

  @Override
  public BatchScan useRef(String ref) {
    return with(lake.useRef(ref));
  }

  @Override
  public BatchScan asOfTime(long timestampMillis) {
    return with(lake.asOfTime(timestampMillis));
  }

  @Override
  public BatchScan option(String property, String value) {
    return with(lake.option(property, value));
  }

  @Override
  public BatchScan project(Schema schema) {
    return with(lake.project(schema));
  }

  @Override
  public BatchScan select(Collection<String> columns) {
    return with(lake.select(columns));
  }

  @Override
  public BatchScan caseSensitive(boolean isCaseSensitive) {
    return with(lake.caseSensitive(isCaseSensitive));
  }

  @Override
  public BatchScan filter(Expression expression) {
    return with(lake.filter(expression));
  }

  @Override
  public BatchScan ignoreResiduals() {
    return new OverlayScan(table, lake.ignoreResiduals(), overlays, files, true);
  }

  @Override
  public BatchScan includeColumnStats() {
    return with(lake.includeColumnStats());
  }

  @Override
  public BatchScan includeColumnStats(Collection<String> columns) {
    return with(lake.includeColumnStats(columns));
  }

  @Override
  public BatchScan planWith(ExecutorService executor) {
    return with(lake.planWith(executor));
  }

  @Override
  public BatchScan metricsReporter(MetricsReporter reporter) {
    return with(lake.metricsReporter(reporter));
  }

  @Override
  public BatchScan minRowsRequested(long rows) {
    return with(lake.minRowsRequested(rows));
  }

  private BatchScan with(BatchScan scan) {
    return new OverlayScan(table, scan, overlays, files, ignoresResiduals);
  }

  private boolean isWanted(ScanTask task) {
    return files == null
        || (task.isFileScanTask() && files.contains(task.asFileScanTask().file().location()));
  }

  private ScanTask withOverlay(ScanTask task) {
    if (!task.isFileScanTask()) {
      return task;
    }
    FileScanTask file = task.asFileScanTask();
    FileOverlay overlay = overlays.get(file.file().location());
    if (overlay == null) {
      return task;
    }
    checkDeletes(file, overlay);
    Expression residualOf = ignoresResiduals ? Expressions.alwaysTrue() : lake.filter();
    return new BaseFileScanTask(
        file.file(),
        new DeleteFile[] {vector(file, overlay)},
        SchemaParser.toJson(file.schema()),
        PartitionSpecParser.toJson(file.spec()),
        ResidualEvaluator.of(file.spec(), residualOf, lake.isCaseSensitive()));
  }

  /** The merged vector replaces the file's own, so it has to be the only deletes of the file. */
  private void checkDeletes(FileScanTask task, FileOverlay overlay) {
    List<DeleteFile> deletes = task.deletes();
    boolean isOwnVector =
        deletes.size() == 1
            && deletes.get(0).format() == FileFormat.PUFFIN
            && overlay.merged() != null;
    if (!deletes.isEmpty() && !isOwnVector) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Cannot hide %d superseded rows of file %s of table %s: the base has %d delete files for it"
              + " (%s) that the server did not count. Compact the table, or remove the foreign commit.",
          overlay.overlayRows(),
          overlay.dataFile(),
          table.name(),
          deletes.size(),
          deletes.stream().map(DeleteFile::location).toList());
    }
    if (deletes.isEmpty() && overlay.merged() != null) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Cannot read file %s of table %s: the server counted %d deleted rows, and the base has no"
              + " deletion vector for it",
          overlay.dataFile(),
          table.name(),
          overlay.deletedRows() - overlay.overlayRows());
    }
  }

  private static DeleteFile vector(FileScanTask task, FileOverlay overlay) {
    int sizeBytes = overlay.mergedVector().length;
    return FileMetadata.deleteFileBuilder(task.spec())
        .ofPositionDeletes()
        .withFormat(FileFormat.PUFFIN)
        .withPath(location(overlay.dataFile()))
        .withPartition(task.file().partition())
        .withFileSizeInBytes(sizeBytes)
        .withRecordCount(overlay.deletedRows())
        .withContentOffset(0)
        .withContentSizeInBytes(sizeBytes)
        .withReferencedDataFile(overlay.dataFile())
        .build();
  }

  /** Unique, as Iceberg wants it: a file has one overlay. */
  private static String location(String dataFile) {
    return LOCATION + dataFile;
  }
}
