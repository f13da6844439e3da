/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.parquet.DataFileWriter;
import io.freshet.server.parquet.WrittenFile;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import io.freshet.table.TableOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DeleteFiles;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A table's lake half as an Iceberg table. */
final class IcebergLakeTable implements LakeTable {
  private static final int MIN_VERSION_WITH_LINEAGE = 3;

  private final TableOperations operations;
  private final TableName name;
  private final UUID tableId;
  private final int buckets;
  private final DeletionVectorCache vectors;

  private record Written(List<WrittenDataFile> files) implements LakeFiles {}

  private record WrittenDataFile(WrittenFile written) implements LakeFiles.WrittenRows {
    @Override
    public String location() {
      return written.file().location();
    }

    @Override
    public long rows() {
      return written.file().recordCount();
    }

    @Override
    public int batch(long position) {
      return written.origins().batch(position);
    }

    @Override
    public int row(long position) {
      return written.origins().row(position);
    }
  }

  IcebergLakeTable(
      BaseTable table, TableName name, UUID tableId, int buckets, DeletionVectorCache vectors) {
    this.operations = table.operations();
    this.name = name;
    this.tableId = tableId;
    this.buckets = buckets;
    this.vectors = vectors;
  }

  @Override
  public synchronized TableDefinition definition() {
    return definition(refresh());
  }

  private TableDefinition definition(TableMetadata metadata) {
    Map<String, String> properties = new HashMap<>(metadata.properties());
    properties.remove(TableOptions.TABLE_ID);
    properties.remove(TableOptions.BUCKETS);
    String bucketKey = properties.remove(TableOptions.BUCKET_KEY);
    return new TableDefinition(
        name,
        metadata.schema(),
        metadata.spec(),
        metadata.sortOrder(),
        buckets,
        bucketKey == null ? List.of() : Arrays.asList(bucketKey.split(",", -1)),
        properties);
  }

  @Override
  public synchronized LakeState load() {
    return TieredSnapshots.state(refresh(), tableId, buckets);
  }

  @Override
  public synchronized TableDefinition alterProperties(
      Map<String, String> set, List<String> remove) {
    return IcebergLake.reaching(() -> {
      UpdateProperties update = table(operations).updateProperties();
      set.forEach(update::set);
      remove.forEach(update::remove);
      update.commit();
      return definition();
    });
  }

  @Override
  public synchronized Map<Integer, Schema> schemas() {
    return refresh().schemasById();
  }

  @Override
  public synchronized void alterSchema(List<SchemaChange> changes, long epoch) {
    TableMetadata metadata = refresh();
    TableDefinition before = definition(metadata);
    Table table = fenced(metadata, epoch);
    IcebergLake.reaching(() -> {
      new SchemaAlteration(before, changes).apply(table);
      return true;
    });
  }

  @Override
  public synchronized void truncate(TieredOffsets to, long epoch) {
    DeleteFiles all =
        fenced(refresh(), epoch).newDelete().deleteFromRowFilter(Expressions.alwaysTrue());
    TieredSnapshots.summary(tableId, to, epoch, UUID.randomUUID()).forEach(all::set);
    IcebergLake.reaching(() -> {
      all.commit();
      return true;
    });
  }

  @Override
  public synchronized void alignSchema(long epoch) {
    TableMetadata metadata = refresh();
    Snapshot current = metadata.currentSnapshot();
    if (current == null || Objects.equals(current.schemaId(), metadata.currentSchemaId())) {
      return;
    }
    TieredOffsets tiered = TieredSnapshots.state(metadata, tableId, buckets).tiered();
    AppendFiles nothing = fenced(metadata, epoch).newFastAppend();
    TieredSnapshots.summary(tableId, tiered, epoch, UUID.randomUUID()).forEach(nothing::set);
    IcebergLake.reaching(() -> {
      nothing.commit();
      return true;
    });
  }

  /** The table, for a commit that leaves its tiered offsets as they are. */
  private Table fenced(TableMetadata metadata, long epoch) {
    Fence fence =
        Fence.ofOffsets(tableId, TieredSnapshots.state(metadata, tableId, buckets).tiered(), epoch);
    fence.check(metadata);
    return table(new FencedOperations(operations, fence));
  }

  @Override
  public LakeFiles write(TableDefinition definition, List<VectorSchemaRoot> batches) {
    return IcebergLake.reaching(() ->
        new Written(
            new DataFileWriter(
                    definition,
                    operations.io(),
                    operations.locationProvider(),
                    "freshet-" + UUID.randomUUID())
                .write(batches).stream().map(WrittenDataFile::new).toList()));
  }

  @Override
  public synchronized CommitOutcome commit(TieringCommit commit) {
    List<WrittenDataFile> files = ((Written) commit.files()).files();
    CommitDeletes deletes = null;
    CommitOutcome outcome;
    try {
      TableMetadata metadata = refresh();
      Fence fence = fence(metadata, commit.from(), commit.epoch(), commit.baseSnapshotId());
      fence.check(metadata);
      RowDelta delta = table(new FencedOperations(operations, fence)).newRowDelta();
      files.forEach(file -> delta.addRows(file.written().file()));
      if (!commit.superseded().isEmpty()) {
        deletes = writeDeletes(metadata, commit.superseded());
        deletes.addTo(delta);
        delta.validateFromSnapshot(metadata.currentSnapshot().snapshotId());
      }
      TieredSnapshots.summary(tableId, commit.to(), commit.epoch(), commit.id())
          .forEach(delta::set);
      outcome = commit(delta, fence);
    } catch (MovedSnapshotException e) {
      outcome = e.conflict();
    } catch (RuntimeException e) {
      outcome = new CommitOutcome.Rejected(e);
    }
    if (deletes != null && isWithoutEffect(outcome)) {
      deletes.discard(unusedFiles());
    }
    return outcome;
  }

  @Override
  public synchronized LakeDeletes deletes(@Nullable Long snapshotId) {
    TableMetadata metadata = refresh();
    return IcebergLake.reaching(() -> deletes(metadata, snapshot(metadata, snapshotId)));
  }

  @Override
  public synchronized LakeChanges changes(
      @Nullable Long fromSnapshotId, @Nullable Long toSnapshotId, List<String> columns) {
    TableMetadata metadata = refresh();
    Schema wanted = columns(metadata.schema(), columns);
    Snapshot from = snapshot(metadata, fromSnapshotId);
    Snapshot to = snapshot(metadata, toSnapshotId);
    return IcebergLake.reaching(() ->
        new ReadChanges(
            new SnapshotDifference(
                    files(metadata, from),
                    deletes(metadata, from),
                    files(metadata, to),
                    deletes(metadata, to))
                .changes(),
            wanted,
            metadata.specsById(),
            operations.io()));
  }

  @Override
  public void discard(LakeFiles files) {
    files.files().forEach(file -> unusedFiles().delete(file.location()));
  }

  @Override
  public synchronized List<RewriteGroup> rewriteGroups(RewriteLimits limits) {
    TableMetadata metadata = refresh();
    Snapshot snapshot = metadata.currentSnapshot();
    if (snapshot == null) {
      return List.of();
    }
    TableDefinition definition = definition(metadata);
    return IcebergLake.reaching(() ->
        new RewritePlan(table(operations), definition, limits)
            .groups(
                snapshot,
                new FileRewrite(
                    definition,
                    metadata.formatVersion() >= MIN_VERSION_WITH_LINEAGE,
                    deletes(metadata, snapshot),
                    operations.io(),
                    operations.locationProvider())));
  }

  @Override
  public RewrittenFiles rewrite(RewriteGroup group, BufferAllocator allocator) {
    PlannedGroup planned = (PlannedGroup) group;
    return IcebergLake.reaching(() -> planned.rewrite().run(planned, allocator));
  }

  @Override
  public synchronized CommitOutcome commit(RewriteCommit commit) {
    Rewritten rewritten = (Rewritten) commit.files();
    CommitDeletes deletes = null;
    CommitOutcome outcome;
    try {
      TableMetadata metadata = refresh();
      Fence fence = fence(metadata, commit.tiered(), commit.epoch(), commit.baseSnapshotId());
      fence.check(metadata);
      Snapshot base = metadata.currentSnapshot();
      SnapshotDeletes now = deletes(metadata, base);
      RewriteFiles rewrite = table(new FencedOperations(operations, fence)).newRewrite();
      rewrite.validateFromSnapshot(base.snapshotId());
      rewritten.replaceIn(rewrite, now);
      Map<String, PositionBitmap> deleted = rewritten.deletedSince(now);
      if (!deleted.isEmpty()) {
        deletes =
            CommitDeletes.ofRewritten(
                this::newDeletesLocation, unusedFiles(), deleted, rewritten, metadata.specsById());
        deletes.added().forEach(rewrite::addFile);
      }
      TieredSnapshots.summary(tableId, commit.tiered(), commit.epoch(), commit.id())
          .forEach(rewrite::set);
      outcome = commit(rewrite, fence);
    } catch (MovedSnapshotException e) {
      outcome = e.conflict();
    } catch (RuntimeException e) {
      outcome = new CommitOutcome.Rejected(e);
    }
    if (deletes != null && isWithoutEffect(outcome)) {
      deletes.discard(unusedFiles());
    }
    return outcome;
  }

  @Override
  public void discard(RewrittenFiles files) {
    files.files().forEach(unusedFiles()::delete);
  }

  @Override
  public synchronized int expire(SnapshotExpiry expiry) {
    TableMetadata metadata = refresh();
    if (!isCollected(metadata)) {
      return 0;
    }
    Table table = fenced(metadata, expiry.epoch());
    return IcebergLake.reaching(
        () -> new SnapshotRetention(metadata, tableId, expiry).apply(table));
  }

  @Override
  public synchronized List<String> removeOrphans(Instant olderThan) {
    if (!isCollected(refresh())) {
      return List.of();
    }
    return IcebergLake.reaching(() -> {
      List<String> orphans = new OrphanFiles(table(operations)).olderThan(olderThan);
      orphans.forEach(unusedFiles()::delete);
      return orphans;
    });
  }

  private static boolean isCollected(TableMetadata metadata) {
    return metadata.propertyAsBoolean(
        TableProperties.GC_ENABLED, TableProperties.GC_ENABLED_DEFAULT);
  }

  private Fence fence(
      TableMetadata metadata, TieredOffsets tiered, long epoch, @Nullable Long baseSnapshotId) {
    return metadata.schema().identifierFieldIds().isEmpty()
        ? Fence.ofOffsets(tableId, tiered, epoch)
        : Fence.ofSnapshot(tableId, tiered, epoch, baseSnapshotId);
  }

  private CommitOutcome commit(SnapshotUpdate<?> update, Fence fence) {
    try {
      update.commit();
    } catch (CommitFailedException | ValidationException e) {
      // Who validates before the fence is reached may be stopped by the same foreign commit.
      fence.check(refresh());
      return new CommitOutcome.Rejected(e);
    } catch (FreshetException | MovedSnapshotException e) {
      throw e;
    } catch (RuntimeException e) {
      return new CommitOutcome.Unknown(e);
    }
    try {
      return new CommitOutcome.Committed(load());
    } catch (FreshetException e) {
      return new CommitOutcome.Unknown(e);
    }
  }

  private static boolean isWithoutEffect(CommitOutcome outcome) {
    return outcome instanceof CommitOutcome.Rejected || outcome instanceof CommitOutcome.Conflict;
  }

  private CommitDeletes writeDeletes(
      TableMetadata metadata, Map<String, PositionBitmap> superseded) {
    Snapshot base = metadata.currentSnapshot();
    return CommitDeletes.write(
        this::newDeletesLocation,
        unusedFiles(),
        superseded,
        new BaseFiles(files(metadata, base), deletes(metadata, base)));
  }

  private String newDeletesLocation() {
    return operations
        .locationProvider()
        .newDataLocation("freshet-" + UUID.randomUUID() + ".puffin");
  }

  private SnapshotFiles files(TableMetadata metadata, @Nullable Snapshot snapshot) {
    return new SnapshotFiles(snapshot, metadata.specsById(), operations.io());
  }

  private SnapshotDeletes deletes(TableMetadata metadata, @Nullable Snapshot snapshot) {
    return SnapshotDeletes.of(
        name.toString(), snapshot, metadata.specsById(), operations.io(), vectors);
  }

  private @Nullable Snapshot snapshot(TableMetadata metadata, @Nullable Long snapshotId) {
    if (snapshotId == null) {
      return null;
    }
    Snapshot snapshot = metadata.snapshot(snapshotId);
    if (snapshot == null) {
      throw FreshetException.of(
          SNAPSHOT_EXPIRED,
          "The lake table %s no longer has snapshot %d: it has expired there. Plan again.",
          name,
          snapshotId);
    }
    return snapshot;
  }

  private Schema columns(Schema schema, List<String> names) {
    List<Types.NestedField> columns = new ArrayList<>();
    for (String column : names) {
      Types.NestedField field = schema.asStruct().field(column);
      if (field == null) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "Lake table %s has no column %s; its columns are %s",
            name,
            column,
            schema.columns().stream().map(Types.NestedField::name).toList());
      }
      columns.add(field);
    }
    return new Schema(columns);
  }

  private UnusedFiles unusedFiles() {
    return new UnusedFiles(name, operations.io());
  }

  private TableMetadata refresh() {
    return IcebergLake.reaching(() -> {
      TableMetadata metadata = operations.refresh();
      if (metadata == null
          || !tableId.toString().equals(metadata.properties().get(TableOptions.TABLE_ID))) {
        throw FreshetException.of(
            LAKE_DIVERGED,
            "The lake table %s is gone or belongs to another table than the one with id %s",
            name,
            tableId);
      }
      return metadata;
    });
  }

  private BaseTable table(TableOperations with) {
    return new BaseTable(with, name.toString());
  }
}
