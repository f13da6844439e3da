/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.error.FreshetErrorCode.FENCED;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.RewriteCommit;
import io.freshet.server.lake.SnapshotExpiry;
import io.freshet.server.lake.TableLayout;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.lake.TieringCommit;
import io.freshet.server.simulation.SimulatedSnapshot.Edit;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** The states of a table of the simulated lake. Each commit is checked and done in one step. */
final class SimulatedLakeTable {
  private final UUID id;
  private final List<SimulatedSnapshot> snapshots = new ArrayList<>();
  private final Set<Long> expired = new HashSet<>();
  private final Map<Integer, Schema> schemas = new HashMap<>();
  private TableName name;
  private TableDefinition definition;

  SimulatedLakeTable(UUID id, TableDefinition definition) {
    this.id = id;
    this.name = definition.name();
    this.definition = definition;
    schemas.put(definition.schema().schemaId(), definition.schema());
  }

  UUID id() {
    return id;
  }

  TableName name() {
    return name;
  }

  void rename(TableName newName) {
    name = newName;
  }

  TableDefinition definition() {
    return new TableDefinition(
        name,
        definition.schema(),
        definition.partitionSpec(),
        definition.sortOrder(),
        definition.buckets(),
        definition.bucketKey(),
        definition.properties());
  }

  void setProperties(Map<String, String> properties) {
    definition = definition.withProperties(properties);
  }

  Map<Integer, Schema> schemas() {
    return Map.copyOf(schemas);
  }

  List<SimulatedSnapshot> snapshots() {
    return snapshots;
  }

  /** The snapshot of that id; null stands for the empty table. */
  SimulatedSnapshot snapshot(@Nullable Long snapshotId) {
    if (snapshotId == null) {
      return SimulatedSnapshot.empty(TieredOffsets.zero(definition.buckets()));
    }
    if (expired.contains(snapshotId)) {
      throw FreshetException.of(
          SNAPSHOT_EXPIRED, "The simulated lake no longer has snapshot %d", snapshotId);
    }
    return snapshots.get((int) (snapshotId - 1));
  }

  SimulatedSnapshot newest() {
    return snapshots.isEmpty() ? snapshot(null) : snapshots.get(snapshots.size() - 1);
  }

  LakeState state() {
    SimulatedSnapshot newest = newest();
    return new LakeState(
        snapshots.isEmpty() ? null : (long) snapshots.size(),
        "metadata " + snapshots.size(),
        new TableLayout(definition.schema().schemaId(), 0, 0),
        newest.rows().count(),
        newest.tiered(),
        newest.epoch(),
        newest.commitId());
  }

  CommitOutcome apply(TieringCommit commit) {
    CommitOutcome refusal = refusal(commit.from(), commit.epoch(), commit.baseSnapshotId());
    if (refusal != null) {
      return refusal;
    }
    List<SimulatedDataFile> files = new ArrayList<>(newest().files());
    Map<String, PositionBitmap> deleted = new HashMap<>(newest().deleted());
    commit
        .superseded()
        .forEach((location, positions) -> {
          if (files.stream().noneMatch(file -> file.location().equals(location))) {
            throw new InvariantViolation(
                "TieringIsInvisible", "rows of %s are superseded, which is no file", location);
          }
          PositionBitmap all = deleted.getOrDefault(location, new PositionBitmap()).copy();
          all.addAll(positions);
          deleted.put(location, all);
        });
    files.addAll(((SimulatedLake.Written) commit.files()).files());
    return add(files, deleted, commit.to(), commit.epoch(), commit.id(), Edit.NONE);
  }

  CommitOutcome apply(RewriteCommit commit) {
    CommitOutcome refusal = refusal(commit.tiered(), commit.epoch(), commit.baseSnapshotId());
    if (refusal != null) {
      return refusal;
    }
    SimulatedRewrite rewritten = (SimulatedRewrite) commit.files();
    if (!newest().files().containsAll(rewritten.group().members())) {
      return new CommitOutcome.Rejected(
          FreshetException.of(LAKE_DIVERGED, "Simulated conflict of rewrites"));
    }
    return replace(rewritten, commit.tiered(), commit.epoch(), commit.id());
  }

  /** Another writer joins files, which changes no row. */
  void applyElsewhere(SimulatedRewrite rewritten) {
    CommitOutcome unused = replace(rewritten, newest().tiered(), newest().epoch(), null);
  }

  /** Another writer changes rows. */
  void applyElsewhere(
      List<SimulatedDataFile> files, Map<String, PositionBitmap> deleted, Edit edit) {
    CommitOutcome unused = add(files, deleted, newest().tiered(), newest().epoch(), null, edit);
  }

  void truncate(TieredOffsets to, long epoch) {
    if (newest().epoch() > epoch) {
      throw FreshetException.of(FENCED, "Epoch %d is over", epoch);
    }
    CommitOutcome unused =
        add(List.of(), Map.of(), to, epoch, new UUID(snapshots.size(), epoch), Edit.TRUNCATE);
  }

  void alter(SchemaChange change) {
    Schema before = definition.schema();
    List<Types.NestedField> columns = new ArrayList<>(before.columns());
    if (change instanceof SchemaChange.AddColumn add) {
      columns.add(Types.NestedField.from(add.field()).withId(100 + schemas.size()).build());
    } else if (change instanceof SchemaChange.DropColumn drop) {
      columns.removeIf(column -> column.name().equals(drop.path().get(0)));
    }
    Schema after = new Schema(schemas.size(), columns, before.identifierFieldIds());
    schemas.put(after.schemaId(), after);
    definition = definition.withLayout(after, definition.partitionSpec(), definition.sortOrder());
  }

  /** Time does not count: all are old enough. */
  int expire(SnapshotExpiry expiry) {
    long end = expiry.baseSnapshotId() == null ? 0 : expiry.baseSnapshotId();
    int count = 0;
    for (long id = 1; id < end && id <= snapshots.size() - expiry.retainLast(); id++) {
      if (!expiry.keepSnapshotIds().contains(id) && expired.add(id)) {
        count++;
      }
    }
    return count;
  }

  private CommitOutcome replace(
      SimulatedRewrite rewritten, TieredOffsets tiered, long epoch, @Nullable UUID commitId) {
    List<SimulatedDataFile> files = new ArrayList<>(newest().files());
    Map<String, PositionBitmap> deleted = new HashMap<>(newest().deleted());
    PositionBitmap gone = rewritten.deletedSince(newest());
    if (!gone.isEmpty()) {
      deleted.put(rewritten.file().location(), gone);
    }
    int place = files.indexOf(rewritten.group().members().get(0));
    files.removeAll(rewritten.group().members());
    deleted.keySet().removeAll(rewritten.group().files());
    if (rewritten.file().rows() > 0) {
      files.add(place, rewritten.file());
    }
    return add(files, deleted, tiered, epoch, commitId, Edit.NONE);
  }

  private CommitOutcome add(
      List<SimulatedDataFile> files,
      Map<String, PositionBitmap> deleted,
      TieredOffsets tiered,
      long epoch,
      @Nullable UUID commitId,
      Edit edit) {
    snapshots.add(new SimulatedSnapshot(files, deleted, tiered, epoch, commitId, edit));
    return new CommitOutcome.Committed(state());
  }

  /** What a fenced catalog checks before any commit. */
  private @Nullable CommitOutcome refusal(
      TieredOffsets tiered, long epoch, @Nullable Long baseSnapshotId) {
    LakeState now = state();
    if (now.epoch() > epoch) {
      return new CommitOutcome.Rejected(FreshetException.of(FENCED, "Epoch %d is over", epoch));
    }
    if (!now.tiered().equals(tiered)) {
      return new CommitOutcome.Rejected(
          FreshetException.of(
              LAKE_DIVERGED,
              "The lake holds changes up to %s, not %s as expected",
              now.tiered(),
              tiered));
    }
    if (definition.hasPrimaryKey() && !Objects.equals(now.snapshotId(), baseSnapshotId)) {
      return new CommitOutcome.Conflict(
          now.snapshotId(),
          FreshetException.of(
              LAKE_DIVERGED,
              "The lake has snapshot %s, not %s as expected",
              now.snapshotId(),
              baseSnapshotId));
    }
    return null;
  }
}
