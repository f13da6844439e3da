/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;

import io.freshet.error.FreshetException;
import io.freshet.protocol.TableDescription;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamPosition.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.ScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.spark.source.SparkTable;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/** The lake files of a table, in an order that never changes. */
final class LakeHistory {
  private static final String OFFSETS = "freshet.offsets";
  private static final String TABLE_ID = "freshet.table-id";
  private static final Comparator<DataFile> ORDER =
      Comparator.comparing(
              DataFile::fileSequenceNumber, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(DataFile::location);

  private final StreamedTable table;
  private @Nullable History listed;
  private List<LakeFile> files = List.of();

  LakeHistory(StreamedTable table) {
    this.table = table;
  }

  /** All files of a history, whether they were read or not. */
  List<LakeFile> files(History history) {
    if (!history.isOfSameFiles(listed)) {
      Long after = history.afterSnapshot();
      files = after == null ? filesOf(history.snapshot()) : added(after, history.snapshot());
      listed = history;
    }
    return files;
  }

  /** Partitions of the files from {@code start} on, up to those that were read then. */
  List<LakePartition> plan(int start, History reached, StreamColumns columns) {
    TreeMap<Long, Set<String>> bySnapshot =
        files(reached).subList(start, reached.files()).stream()
            .collect(
                Collectors.groupingBy(
                    LakeFile::snapshotId,
                    TreeMap::new,
                    Collectors.mapping(LakeFile::location, Collectors.toSet())));
    String metadata = describe().location();
    List<LakePartition> partitions = new ArrayList<>();
    bySnapshot.forEach((snapshot, locations) -> {
      SparkTable some =
          table
              .lakeTables()
              .someFiles(describe().table().toString(), metadata, snapshot, locations);
      Batch batch = scan(some, columns).toBatch();
      InputPartition[] planned = batch.planInputPartitions();
      PartitionReaderFactory readers = batch.createReaderFactory();
      for (InputPartition partition : planned) {
        partitions.add(new LakePartition(partition, readers));
      }
    });
    return partitions;
  }

  /** The snapshot that holds exactly the changes below some offsets. */
  Optional<Long> snapshotAt(List<Long> offsets) {
    String text = offsets.stream().map(String::valueOf).collect(Collectors.joining(","));
    Table lake = lake();
    return ancestors(lake, lake.currentSnapshot()).stream()
        .filter(snapshot -> text.equals(snapshot.summary().get(OFFSETS)))
        .map(Snapshot::snapshotId)
        .findFirst();
  }

  /** The offsets below which a snapshot holds all changes; of its nearest ancestor that says so. */
  List<Long> offsetsOf(long snapshotId) {
    Table lake = lake();
    return ancestors(lake, snapshot(lake, snapshotId)).stream()
        .filter(
            snapshot -> describe().tableId().toString().equals(snapshot.summary().get(TABLE_ID)))
        .map(snapshot -> snapshot.summary().get(OFFSETS))
        .findFirst()
        .map(text -> List.of(text.split(",")).stream().map(Long::valueOf).toList())
        .orElseThrow(() -> gone(snapshotId));
  }

  private List<LakeFile> filesOf(long snapshotId) {
    Table lake = lake();
    Snapshot snapshot = snapshot(lake, snapshotId);
    List<DataFile> found = new ArrayList<>();
    try (CloseableIterable<ScanTask> tasks =
        lake.newBatchScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
      tasks.forEach(task -> found.add(task.asFileScanTask().file()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream().sorted(ORDER).map(file -> lakeFile(file, snapshotId)).toList();
  }

  /** Files that were added after one snapshot up to another; rewritten ones are no new rows. */
  private List<LakeFile> added(long afterId, long snapshotId) {
    Table lake = lake();
    List<LakeFile> found = new ArrayList<>();
    Snapshot snapshot = snapshot(lake, snapshotId);
    while (snapshot.snapshotId() != afterId) {
      if (snapshot.operation().equals(DataOperations.APPEND)) {
        List<DataFile> files = new ArrayList<>();
        SnapshotChanges.builderFor(lake)
            .snapshot(snapshot)
            .build()
            .addedDataFiles()
            .forEach(files::add);
        long id = snapshot.snapshotId();
        found.addAll(0, files.stream().sorted(ORDER).map(file -> lakeFile(file, id)).toList());
      }
      Long parent = snapshot.parentId();
      if (parent == null) {
        throw gone(afterId);
      }
      snapshot = snapshot(lake, parent);
    }
    return List.copyOf(found);
  }

  private static List<Snapshot> ancestors(Table lake, @Nullable Snapshot newest) {
    List<Snapshot> ancestors = new ArrayList<>();
    Snapshot snapshot = newest;
    while (snapshot != null) {
      ancestors.add(snapshot);
      Long parent = snapshot.parentId();
      snapshot = parent == null ? null : lake.snapshot(parent);
    }
    return ancestors;
  }

  private static Scan scan(SparkTable some, StreamColumns columns) {
    ScanBuilder builder = some.newScanBuilder(CaseInsensitiveStringMap.empty());
    ((SupportsPushDownRequiredColumns) builder).pruneColumns(columns.data());
    return builder.build();
  }

  private Snapshot snapshot(Table lake, long snapshotId) {
    Snapshot snapshot = lake.snapshot(snapshotId);
    if (snapshot == null) {
      throw gone(snapshotId);
    }
    return snapshot;
  }

  private FreshetException gone(long snapshotId) {
    return FreshetException.of(
        OFFSET_OUT_OF_RANGE,
        "Cannot read lake snapshot %d of table %s, where the stream is: it has expired, or was never"
            + " there. Start a query with a new checkpoint, and keep snapshots for longer than a query"
            + " may be down.",
        snapshotId,
        table.name());
  }

  private static LakeFile lakeFile(DataFile file, long snapshotId) {
    return new LakeFile(file.location(), snapshotId, file.recordCount(), file.fileSizeInBytes());
  }

  private Table lake() {
    TableDescription now = describe();
    return table.lakeTables().lake(now.table().toString(), now.location());
  }

  private TableDescription describe() {
    return table.client().describeTable(table.description().table());
  }
}
