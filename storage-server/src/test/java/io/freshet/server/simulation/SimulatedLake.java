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
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;
import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.Lake;
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
import io.freshet.server.lake.TableAttachment;
import io.freshet.server.lake.TableLayout;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.lake.TieringCommit;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A lake of one table in memory. It outlives crashes of the server, and fails in all the ways in
 * which a remote one does: before or after a commit has taken effect, or it takes effect much
 * later.
 */
final class SimulatedLake {
  private final Random random;
  private final double faultRate;
  private final SimulatedRows form;
  private final List<Snapshot> snapshots = new ArrayList<>();
  private final Set<Long> expired = new HashSet<>();
  private final List<TieringCommit> delayed = new ArrayList<>();

  private final Map<Integer, Schema> schemas = new HashMap<>();

  private long filesWritten;
  private @Nullable UUID tableId;
  private @Nullable TableDefinition definition;
  private boolean isDown;
  private boolean isFaultless;

  /**
   * A committed state.
   *
   * @param files its data files, in the order in which they were committed
   * @param deleted by location of a data file, the positions that are deleted
   */
  record Snapshot(
      List<DataFile> files,
      Map<String, PositionBitmap> deleted,
      TieredOffsets tiered,
      long epoch,
      @Nullable UUID commitId) {
    /** The live rows, in the order in which they were committed. */
    LongStream rows() {
      return rows(Map.of());
    }

    /** The live rows that {@code hidden} does not hide, by location of a data file. */
    LongStream rows(Map<String, PositionBitmap> hidden) {
      return files.stream()
          .flatMapToLong(file -> {
            PositionBitmap gone = deleted.getOrDefault(file.location(), new PositionBitmap());
            PositionBitmap also = hidden.getOrDefault(file.location(), new PositionBitmap());
            return LongStream.range(0, file.rows())
                .filter(position -> !gone.contains(position) && !also.contains(position))
                .map(file::value);
          });
    }
  }

  /** A data file with its rows, in the order in which they are in it. */
  static final class DataFile implements LakeFiles.WrittenRows {
    private final String location;
    private final long[] rows;

    /** int[rows]: the batch, and the row within it, that each row came from. */
    private final int[] batches;

    private final int[] batchRows;
    private boolean isDeleted;

    DataFile(String location, long[] rows, int[] batches, int[] batchRows) {
      this.location = location;
      this.rows = rows;
      this.batches = batches;
      this.batchRows = batchRows;
    }

    /** The row at a position. */
    long value(long position) {
      return rows[(int) position];
    }

    @Override
    public String location() {
      return location;
    }

    @Override
    public long rows() {
      return rows.length;
    }

    @Override
    public int batch(long position) {
      return batches[(int) position];
    }

    @Override
    public int row(long position) {
      return batchRows[(int) position];
    }
  }

  /** Files that were written together. */
  record Written(List<DataFile> files) implements LakeFiles {}

  /**
   * @param faultRate how likely a call fails
   */
  SimulatedLake(Random random, double faultRate, SimulatedRows form) {
    this.random = random;
    this.faultRate = faultRate;
    this.form = form;
  }

  /**
   * The lake as one server process sees it.
   *
   * @param isAlive whether that process still runs; its calls fail once it does not
   * @param elsewhere what happens elsewhere while a call is on its way
   */
  Lake connect(BooleanSupplier isAlive, Runnable elsewhere) {
    return new Connection(isAlive, elsewhere);
  }

  /** Makes all calls fail, or ends that. */
  void setDown(boolean down) {
    isDown = down;
  }

  /** Nothing fails from now on. */
  void heal() {
    isDown = false;
    isFaultless = true;
  }

  /** One of the commits that were cut off arrives, if there is one. */
  void landDelayedCommit() {
    if (!delayed.isEmpty()) {
      CommitOutcome unheard = apply(delayed.remove(random.nextInt(delayed.size())));
    }
  }

  List<Snapshot> snapshots() {
    return snapshots;
  }

  TieredOffsets tiered(int buckets) {
    return snapshots.isEmpty() ? TieredOffsets.zero(buckets) : newest().tiered();
  }

  /** The tiered offsets of a snapshot; null stands for the empty table. */
  TieredOffsets tieredOf(@Nullable Long snapshotId, int buckets) {
    return snapshotId == null ? TieredOffsets.zero(buckets) : snapshot(snapshotId).tiered();
  }

  /**
   * All rows of a snapshot by bucket, in the order in which they were committed.
   *
   * @param hidden positions to leave out, by location of a data file of the snapshot
   */
  List<long[]> rows(@Nullable Long snapshotId, Map<String, PositionBitmap> hidden, int buckets) {
    List<LongStream.Builder> rows = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      rows.add(LongStream.builder());
    }
    if (snapshotId != null) {
      Snapshot snapshot = snapshot(snapshotId);
      if (snapshot.files().stream().anyMatch(file -> file.isDeleted)) {
        throw new InvariantViolation(
            "AcknowledgedNeverLost", "files of a lake snapshot were deleted");
      }
      checkHidden(snapshot, hidden);
      snapshot.rows(hidden).forEach(row -> rows.get(form.bucketOf(row)).add(row));
    }
    return rows.stream().map(builder -> builder.build().toArray()).toList();
  }

  private static void checkHidden(Snapshot snapshot, Map<String, PositionBitmap> hidden) {
    Map<String, DataFile> files = new HashMap<>();
    snapshot.files().forEach(file -> files.put(file.location(), file));
    hidden.forEach((location, positions) -> {
      DataFile file = files.get(location);
      for (long position : positions.toArray()) {
        if (file == null || position >= file.rows()) {
          throw new InvariantViolation(
              "OverlaysAreOfTheBase",
              "row %d of %s is hidden, which is no row",
              position,
              location);
        }
      }
    });
  }

  private TableDefinition existing() {
    if (definition == null) {
      throw FreshetException.of(LAKE_DIVERGED, "The lake table is gone");
    }
    return definition;
  }

  private Snapshot snapshot(long snapshotId) {
    if (expired.contains(snapshotId)) {
      throw FreshetException.of(
          SNAPSHOT_EXPIRED, "The simulated lake no longer has snapshot %d", snapshotId);
    }
    return snapshots.get((int) (snapshotId - 1));
  }

  private Snapshot newest() {
    return snapshots.get(snapshots.size() - 1);
  }

  private LakeState state() {
    int buckets = existing().buckets();
    TableLayout layout = new TableLayout(existing().schema().schemaId(), 0, 0);
    return snapshots.isEmpty()
        ? new LakeState(null, "metadata 0", layout, 0, TieredOffsets.zero(buckets), 0, null)
        : new LakeState(
            (long) snapshots.size(),
            "metadata " + snapshots.size(),
            layout,
            newest().rows().count(),
            newest().tiered(),
            newest().epoch(),
            newest().commitId());
  }

  /** Checks and commits in one step, as a catalog's swap of the metadata does. */
  private CommitOutcome apply(TieringCommit commit) {
    CommitOutcome refusal = refusal(commit.from(), commit.epoch(), commit.baseSnapshotId());
    if (refusal != null) {
      return refusal;
    }
    List<DataFile> files = new ArrayList<>();
    Map<String, PositionBitmap> deleted = new HashMap<>();
    if (!snapshots.isEmpty()) {
      files.addAll(newest().files());
      deleted.putAll(newest().deleted());
    }
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
    files.addAll(((Written) commit.files()).files());
    snapshots.add(new Snapshot(files, deleted, commit.to(), commit.epoch(), commit.id()));
    return new CommitOutcome.Committed(state());
  }

  private CommitOutcome apply(RewriteCommit commit) {
    CommitOutcome refusal = refusal(commit.tiered(), commit.epoch(), commit.baseSnapshotId());
    if (refusal != null) {
      return refusal;
    }
    SimulatedRewrite rewritten = (SimulatedRewrite) commit.files();
    List<DataFile> files = new ArrayList<>(newest().files());
    if (!files.containsAll(rewritten.group().members())) {
      return new CommitOutcome.Rejected(
          FreshetException.of(LAKE_DIVERGED, "Simulated conflict of rewrites"));
    }
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
    snapshots.add(new Snapshot(files, deleted, commit.tiered(), commit.epoch(), commit.id()));
    return new CommitOutcome.Committed(state());
  }

  /** Another writer joins two files, which changes no row. */
  void rewriteElsewhere() {
    if (snapshots.isEmpty() || newest().files().size() < 2) {
      return;
    }
    Snapshot before = newest();
    int first = random.nextInt(before.files().size() - 1);
    SimulatedRewrite rewritten =
        SimulatedRewrite.of(
            new SimulatedRewrite.Group(
                snapshots.size(), List.copyOf(before.files().subList(first, first + 2)), before),
            "memory:" + filesWritten++);
    List<DataFile> files = new ArrayList<>(before.files());
    files.removeAll(rewritten.group().members());
    if (rewritten.file().rows() > 0) {
      files.add(first, rewritten.file());
    }
    Map<String, PositionBitmap> deleted = new HashMap<>(before.deleted());
    deleted.keySet().removeAll(rewritten.group().files());
    snapshots.add(new Snapshot(files, deleted, before.tiered(), before.epoch(), null));
  }

  /** Another writer adds or drops a column. */
  void alterSchemaElsewhere() {
    if (definition != null) {
      alter(
          existing().schema().findField("other") != null
              ? new SchemaChange.DropColumn(List.of("other"))
              : SchemaChange.AddColumn.of(
                  Types.NestedField.optional(1, "other", Types.LongType.get())));
    }
  }

  private void alter(SchemaChange change) {
    Schema before = existing().schema();
    List<Types.NestedField> columns = new ArrayList<>(before.columns());
    if (change instanceof SchemaChange.AddColumn add) {
      columns.add(Types.NestedField.from(add.field()).withId(100 + schemas.size()).build());
    } else if (change instanceof SchemaChange.DropColumn drop) {
      columns.removeIf(column -> column.name().equals(drop.path().get(0)));
    }
    Schema after = new Schema(schemas.size(), columns, before.identifierFieldIds());
    schemas.put(after.schemaId(), after);
    definition = existing().withLayout(after, existing().partitionSpec(), existing().sortOrder());
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
    if (existing().hasPrimaryKey() && !Objects.equals(now.snapshotId(), baseSnapshotId)) {
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

  private boolean isFaulty() {
    return !isFaultless && random.nextDouble() < faultRate;
  }

  private static FreshetException unavailable(String when) {
    return FreshetException.of(LAKE_UNAVAILABLE, "The simulated lake did not answer %s", when);
  }

  /** A server's way to the lake. */
  private final class Connection implements Lake, LakeTable {
    private final BooleanSupplier isAlive;
    private final Runnable elsewhere;

    Connection(BooleanSupplier isAlive, Runnable elsewhere) {
      this.isAlive = isAlive;
      this.elsewhere = elsewhere;
    }

    @Override
    public LakeTable create(TableDefinition given, UUID newTableId) {
      reach();
      if (definition != null) {
        throw FreshetException.of(TABLE_ALREADY_EXISTS, "There is a lake table already");
      }
      definition = given;
      schemas.clear();
      schemas.put(given.schema().schemaId(), given.schema());
      tableId = newTableId;
      answer();
      return this;
    }

    @Override
    public LakeTable open(TableName name, UUID wantedId, int buckets) {
      reach();
      if (!wantedId.equals(tableId)) {
        throw FreshetException.of(LAKE_DIVERGED, "The lake table is gone");
      }
      return this;
    }

    @Override
    public void drop(TableName name, UUID droppedId, DropMode mode) {
      reach();
      if (droppedId.equals(tableId)) {
        definition = null;
        tableId = null;
        snapshots.clear();
        expired.clear();
        delayed.clear();
      }
      answer();
    }

    @Override
    public TableDefinition definition() {
      reach();
      return existing();
    }

    @Override
    public LakeState load() {
      reach();
      return state();
    }

    @Override
    public TableDefinition alterProperties(Map<String, String> set, List<String> remove) {
      reach();
      Map<String, String> properties = new HashMap<>(existing().properties());
      properties.putAll(set);
      properties.keySet().removeAll(remove);
      TableDefinition altered = existing().withProperties(properties);
      definition = altered;
      answer();
      return altered;
    }

    @Override
    public Map<Integer, Schema> schemas() {
      reach();
      return Map.copyOf(schemas);
    }

    @Override
    public void alterSchema(List<SchemaChange> changes, long epoch) {
      reach();
      changes.forEach(SimulatedLake.this::alter);
      answer();
    }

    @Override
    public void truncate(TieredOffsets to, long epoch) {
      throw new IllegalStateException("Tables of this lake are not truncated");
    }

    @Override
    public void rename(TableName from, TableName to, UUID tableId) {
      throw new IllegalStateException("Tables of this lake are not renamed");
    }

    @Override
    public void alignSchema(long epoch) {
      reach();
    }

    @Override
    public LakeFiles write(TableDefinition written, List<VectorSchemaRoot> batches) {
      reach();
      LongStream.Builder rows = LongStream.builder();
      List<int[]> origins = new ArrayList<>();
      for (int batch = 0; batch < batches.size(); batch++) {
        long[] values = form.read(batches.get(batch));
        for (int row = 0; row < values.length; row++) {
          rows.add(values[row]);
          origins.add(new int[] {batch, row});
        }
      }
      answer();
      return written(rows.build().toArray(), origins);
    }

    @Override
    public CommitOutcome commit(TieringCommit commit) {
      try {
        reach();
      } catch (FreshetException e) {
        if (random.nextBoolean()) {
          delayed.add(commit);
        }
        return new CommitOutcome.Unknown(e);
      }
      if (isFaulty()) {
        return new CommitOutcome.Rejected(new RuntimeException("Simulated commit conflict"));
      }
      CommitOutcome outcome = apply(commit);
      try {
        answer();
        return outcome;
      } catch (FreshetException e) {
        return new CommitOutcome.Unknown(e);
      }
    }

    @Override
    public LakeDeletes deletes(@Nullable Long snapshotId) {
      reach();
      Map<String, PositionBitmap> deleted =
          snapshotId == null ? Map.of() : snapshot(snapshotId).deleted();
      return new LakeDeletes() {
        @Override
        public Set<String> files() {
          return deleted.keySet();
        }

        @Override
        public PositionBitmap of(String location) {
          reach();
          return deleted.getOrDefault(location, new PositionBitmap()).copy();
        }
      };
    }

    @Override
    public LakeChanges changes(
        @Nullable Long fromSnapshotId, @Nullable Long toSnapshotId, List<String> columns) {
      reach();
      if (!columns.equals(List.of("id"))) {
        throw new IllegalArgumentException("The simulated lake only tells ids, not " + columns);
      }
      return SimulatedChanges.between(
          fromSnapshotId == null ? null : snapshot(fromSnapshotId),
          toSnapshotId == null ? null : snapshot(toSnapshotId),
          form);
    }

    @Override
    public void discard(LakeFiles files) {
      ((Written) files).files().forEach(file -> file.isDeleted = true);
    }

    @Override
    public List<RewriteGroup> rewriteGroups(RewriteLimits limits) {
      reach();
      if (snapshots.isEmpty() || newest().files().size() < limits.minFiles()) {
        return List.of();
      }
      // Neighbours, so that the rows of a log table keep the order of their offsets.
      List<DataFile> files = newest().files();
      int first = random.nextInt(files.size() - limits.minFiles() + 1);
      return List.of(
          new SimulatedRewrite.Group(
              snapshots.size(),
              List.copyOf(files.subList(first, first + limits.minFiles())),
              newest()));
    }

    @Override
    public RewrittenFiles rewrite(RewriteGroup group, BufferAllocator allocator) {
      reach();
      SimulatedRewrite rewritten =
          SimulatedRewrite.of((SimulatedRewrite.Group) group, "memory:" + filesWritten++);
      answer();
      return rewritten;
    }

    @Override
    public CommitOutcome commit(RewriteCommit commit) {
      try {
        reach();
      } catch (FreshetException e) {
        return new CommitOutcome.Unknown(e);
      }
      CommitOutcome outcome = apply(commit);
      try {
        answer();
        return outcome;
      } catch (FreshetException e) {
        return new CommitOutcome.Unknown(e);
      }
    }

    @Override
    public void discard(RewrittenFiles files) {
      ((SimulatedRewrite) files).file().isDeleted = true;
    }

    /** Time does not count: all are old enough. */
    @Override
    public int expire(SnapshotExpiry expiry) {
      reach();
      int count = 0;
      for (long id = 1; id <= snapshots.size() - expiry.retainLast(); id++) {
        if (!expiry.keepSnapshotIds().contains(id) && expired.add(id)) {
          count++;
        }
      }
      answer();
      return count;
    }

    @Override
    public List<String> removeOrphans(Instant olderThan) {
      reach();
      return List.of();
    }

    @Override
    public Attached attach(TableAttachment attachment, UUID tableId) {
      throw new IllegalStateException("Tables of this lake are not attached");
    }

    @Override
    public void detach(TableName name, UUID tableId, Schema before) {
      throw new IllegalStateException("Tables of this lake are not attached");
    }

    @Override
    public void createNamespace(List<String> namespace) {}

    @Override
    public void dropNamespace(List<String> namespace) {}

    @Override
    public List<List<String>> namespaces() {
      return List.of();
    }

    private Written written(long[] rows, List<int[]> origins) {
      List<DataFile> files = new ArrayList<>();
      for (int[] indexes : rows.length == 0 ? List.<int[]>of() : form.layout(rows)) {
        files.add(
            new DataFile(
                "memory:" + filesWritten++,
                IntStream.of(indexes).mapToLong(index -> rows[index]).toArray(),
                IntStream.of(indexes).map(index -> origins.get(index)[0]).toArray(),
                IntStream.of(indexes).map(index -> origins.get(index)[1]).toArray()));
      }
      return new Written(files);
    }

    /** The way of a call to the lake: it may not get there. */
    private void reach() {
      elsewhere.run();
      if (!isAlive.getAsBoolean() || isDown || isFaulty()) {
        throw unavailable("and nothing was done");
      }
    }

    /** The way back of an answer: it may get lost. */
    private void answer() {
      elsewhere.run();
      if (!isAlive.getAsBoolean() || isFaulty()) {
        throw unavailable("although it was done");
      }
    }
  }
}
