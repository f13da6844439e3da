/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeChanges;
import io.freshet.server.lake.LakeDeletes;
import io.freshet.server.lake.LakeFiles;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.RewriteCommit;
import io.freshet.server.lake.RewriteGroup;
import io.freshet.server.lake.RewriteLimits;
import io.freshet.server.lake.RewrittenFiles;
import io.freshet.server.lake.SnapshotExpiry;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.lake.TieringCommit;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/** A server's way to one table of the simulated lake, of whatever name, until it is dropped. */
final class SimulatedTableConnection implements LakeTable {
  private final SimulatedConnection connection;
  private final SimulatedLake lake;
  private final UUID id;
  private final Random random;
  private final SimulatedRows form;

  SimulatedTableConnection(
      SimulatedConnection connection,
      SimulatedLake lake,
      UUID id,
      Random random,
      SimulatedRows form) {
    this.connection = connection;
    this.lake = lake;
    this.id = id;
    this.random = random;
    this.form = form;
  }

  private SimulatedLakeTable reach() {
    connection.reach();
    return lake.table(id);
  }

  @Override
  public TableDefinition definition() {
    return reach().definition();
  }

  @Override
  public LakeState load() {
    return reach().state();
  }

  @Override
  public TableDefinition alterProperties(Map<String, String> set, List<String> remove) {
    SimulatedLakeTable table = reach();
    Map<String, String> properties = new HashMap<>(table.definition().properties());
    properties.putAll(set);
    properties.keySet().removeAll(remove);
    table.setProperties(properties);
    connection.answer();
    return table.definition();
  }

  @Override
  public Map<Integer, Schema> schemas() {
    return reach().schemas();
  }

  @Override
  public void alterSchema(List<SchemaChange> changes, long epoch) {
    SimulatedLakeTable table = reach();
    changes.forEach(table::alter);
    connection.answer();
  }

  @Override
  public void truncate(TieredOffsets to, long epoch) {
    reach().truncate(to, epoch);
    connection.answer();
  }

  @Override
  public void alignSchema(long epoch) {
    SimulatedLakeTable unused = reach();
  }

  @Override
  public LakeFiles write(TableDefinition written, List<VectorSchemaRoot> batches) {
    SimulatedLakeTable unused = reach();
    LongStream.Builder rows = LongStream.builder();
    List<int[]> origins = new ArrayList<>();
    for (int batch = 0; batch < batches.size(); batch++) {
      long[] values = form.read(batches.get(batch));
      for (int row = 0; row < values.length; row++) {
        rows.add(values[row]);
        origins.add(new int[] {batch, row});
      }
    }
    connection.answer();
    return written(rows.build().toArray(), origins);
  }

  @Override
  public CommitOutcome commit(TieringCommit commit) {
    SimulatedLakeTable table;
    try {
      table = reach();
    } catch (FreshetException e) {
      if (random.nextBoolean()) {
        lake.delay(id, commit);
      }
      return new CommitOutcome.Unknown(e);
    }
    if (lake.isFaulty()) {
      return new CommitOutcome.Rejected(new RuntimeException("Simulated commit conflict"));
    }
    return answered(table.apply(commit));
  }

  @Override
  public LakeDeletes deletes(@Nullable Long snapshotId) {
    Map<String, PositionBitmap> deleted = reach().snapshot(snapshotId).deleted();
    return new LakeDeletes() {
      @Override
      public Set<String> files() {
        return deleted.keySet();
      }

      @Override
      public PositionBitmap of(String location) {
        connection.reach();
        return deleted.getOrDefault(location, new PositionBitmap()).copy();
      }
    };
  }

  @Override
  public LakeChanges changes(
      @Nullable Long fromSnapshotId, @Nullable Long toSnapshotId, List<String> columns) {
    SimulatedLakeTable table = reach();
    if (!columns.equals(List.of("id"))) {
      throw new IllegalArgumentException("The simulated lake only tells ids, not " + columns);
    }
    return SimulatedChanges.between(
        table.snapshot(fromSnapshotId), table.snapshot(toSnapshotId), form);
  }

  @Override
  public void discard(LakeFiles files) {
    ((SimulatedLake.Written) files).files().forEach(SimulatedDataFile::delete);
  }

  @Override
  public List<RewriteGroup> rewriteGroups(RewriteLimits limits) {
    SimulatedLakeTable table = reach();
    // Neighbours, so that the rows of a log table keep the order of their offsets.
    List<SimulatedDataFile> files = table.newest().files();
    if (files.size() < limits.minFiles()) {
      return List.of();
    }
    int first = random.nextInt(files.size() - limits.minFiles() + 1);
    return List.of(
        new SimulatedRewrite.Group(
            table.snapshots().size(),
            List.copyOf(files.subList(first, first + limits.minFiles())),
            table.newest()));
  }

  @Override
  public RewrittenFiles rewrite(RewriteGroup group, BufferAllocator allocator) {
    SimulatedLakeTable unused = reach();
    SimulatedRewrite rewritten =
        SimulatedRewrite.of((SimulatedRewrite.Group) group, lake.newLocation());
    connection.answer();
    return rewritten;
  }

  @Override
  public CommitOutcome commit(RewriteCommit commit) {
    SimulatedLakeTable table;
    try {
      table = reach();
    } catch (FreshetException e) {
      return new CommitOutcome.Unknown(e);
    }
    return answered(table.apply(commit));
  }

  @Override
  public void discard(RewrittenFiles files) {
    ((SimulatedRewrite) files).file().delete();
  }

  @Override
  public int expire(SnapshotExpiry expiry) {
    int count = reach().expire(expiry);
    connection.answer();
    return count;
  }

  @Override
  public List<String> removeOrphans(Instant olderThan) {
    SimulatedLakeTable unused = reach();
    return List.of();
  }

  private CommitOutcome answered(CommitOutcome outcome) {
    try {
      connection.answer();
      return outcome;
    } catch (FreshetException e) {
      return new CommitOutcome.Unknown(e);
    }
  }

  private SimulatedLake.Written written(long[] rows, List<int[]> origins) {
    List<SimulatedDataFile> files = new ArrayList<>();
    for (int[] indexes : rows.length == 0 ? List.<int[]>of() : form.layout(rows)) {
      files.add(
          new SimulatedDataFile(
              lake.newLocation(),
              IntStream.of(indexes).mapToLong(index -> rows[index]).toArray(),
              IntStream.of(indexes).map(index -> origins.get(index)[0]).toArray(),
              IntStream.of(indexes).map(index -> origins.get(index)[1]).toArray()));
    }
    return new SimulatedLake.Written(files);
  }
}
