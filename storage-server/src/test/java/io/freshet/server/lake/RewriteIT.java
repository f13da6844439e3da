/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.server.lake.LakeTableFixture.EPOCH;
import static io.freshet.server.lake.LakeTableFixture.LOG_SCHEMA;
import static io.freshet.server.lake.LakeTableFixture.PRIMARY_KEY_SCHEMA;
import static io.freshet.server.lake.LakeTableFixture.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.server.lake.LakeTableFixture.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewriteIT {
  private static final RewriteLimits LIMITS = new RewriteLimits(3, 0.3, 1 << 20);

  @TempDir Path data;

  /** A row with its lineage. */
  private record Traced(long rowId, long lastUpdated, String text) {}

  @Test
  void smallFilesOfAPartitionAreJoinedAndRowsKeepTheirLineage() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 1));
      fixture.tier(ids(4), 2);
      LakeState before = fixture.tier(ids(6, 8));
      Map<Long, Traced> traced = traced(fixture);

      List<RewriteGroup> groups = fixture.table().rewriteGroups(LIMITS);
      assertThat(groups).hasSize(1);
      assertThat(groups.get(0).files()).hasSize(3);
      assertThat(groups.get(0).snapshotId()).isEqualTo(before.snapshotId());
      RewrittenFiles rewritten = fixture.table().rewrite(groups.get(0), fixture.allocator());
      LakeState after = committed(fixture.table().commit(commitOf(fixture, rewritten)));

      assertThat(after.tiered()).isEqualTo(before.tiered());
      assertThat(after.epoch()).isEqualTo(EPOCH);
      assertThat(after.rows()).isEqualTo(before.rows());
      assertThat(fixture.rows()).containsExactly(0L, 1L, 4L, 6L, 8L);
      assertThat(traced(fixture)).isEqualTo(traced);
      assertThat(fixture.tasks()).hasSize(2);
      assertThat(fixture.tasks()).allSatisfy(task -> assertThat(task.deletes()).isEmpty());
      assertThat(fixture.iceberg().currentSnapshot().summary())
          .containsEntry("total-delete-files", "0")
          .containsEntry("freshet.table-id", fixture.id().toString());
      assertThat(fixture.table().rewriteGroups(LIMITS)).isEmpty();

      fixture.tier(ids(10), 0);
      fixture.tier(ids(12));
      Map<Long, Traced> again = traced(fixture);
      committed(fixture.table().commit(commitOf(fixture, rewriteOnly(fixture))));
      assertThat(traced(fixture)).isEqualTo(again);
    }
  }

  @Test
  void notesSayWhereEveryRowWent() {
    Random random = new Random(3);
    try (LakeTableFixture fixture = sorted(PRIMARY_KEY_SCHEMA)) {
      for (long step = 0; step < 6; step++) {
        long first = step * 100;
        fixture.tier(random.longs(80, first, first + 100).distinct().toArray());
      }
      long[] gone =
          fixture.rows().stream()
              .filter(id -> random.nextInt(4) == 0)
              .mapToLong(id -> id)
              .toArray();
      fixture.tier(ids(), gone);
      Map<Long, Place> before = fixture.places();
      RewrittenFiles rewritten = rewriteOnly(fixture);
      committed(fixture.table().commit(commitOf(fixture, rewritten)));
      Map<Long, Place> after = fixture.places();

      assertThat(after.keySet()).isEqualTo(before.keySet());
      before.forEach((id, place) -> {
        MovedRows moved = rewritten.moved(place.location());
        assertThat(moved.isMoved(place.position())).isTrue();
        assertThat(new Place(moved.file(place.position()), moved.position(place.position())))
            .isEqualTo(after.get(id));
      });
      long live =
          rewritten.group().files().stream()
              .mapToLong(file -> {
                MovedRows moved = rewritten.moved(file);
                long count = 0;
                for (long position = 0; position < moved.rows(); position++) {
                  count += moved.isMoved(position) ? 1 : 0;
                }
                return count;
              })
              .sum();
      assertThat(live).isEqualTo(before.size());
    }
  }

  @Test
  void rewrittenFilesAreSorted() {
    assertThatRewrittenFilesAreSortedById(sorted(LOG_SCHEMA));
  }

  @Test
  void rewrittenFilesWithoutASortOrderAreInTheOrderOfTheKey() {
    assertThatRewrittenFilesAreSortedById(
        new LakeTableFixture(data, PRIMARY_KEY_SCHEMA, PartitionSpec.unpartitioned(), Map.of()));
  }

  @Test
  void aFileWithManyDeletedRowsIsRewrittenAloneAndADeadOneVanishes() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4, 6, 1, 3, 5, 7));
      fixture.tier(ids(), 0, 1);
      assertThat(fixture.table().rewriteGroups(LIMITS)).isEmpty();
      fixture.tier(ids(), 2, 3, 5, 7);
      List<RewriteGroup> groups = fixture.table().rewriteGroups(LIMITS);
      assertThat(groups).hasSize(2);
      for (RewriteGroup group : groups) {
        RewrittenFiles rewritten = fixture.table().rewrite(group, fixture.allocator());
        committed(fixture.table().commit(commitOf(fixture, rewritten)));
      }
      assertThat(fixture.rows()).containsExactly(4L, 6L);
      assertThat(fixture.tasks()).hasSize(1);
    }
  }

  @Test
  void groupsAreNoLargerThanAllowed() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      for (long id = 0; id < 8; id++) {
        fixture.tier(ids(2 * id));
      }
      long fileBytes = fixture.tasks().get(0).file().fileSizeInBytes();
      RewriteLimits limits = new RewriteLimits(2, 0.3, 3 * fileBytes + fileBytes / 2);
      List<RewriteGroup> groups = fixture.table().rewriteGroups(limits);
      assertThat(groups).hasSize(3);
      assertThat(groups)
          .allSatisfy(
              group -> assertThat(group.sizeBytes()).isLessThanOrEqualTo(limits.maxGroupBytes()));
      fixture.tier(ids(), 0, 2);
      assertThat(fixture.table().rewriteGroups(new RewriteLimits(2, 0.3, fileBytes / 2))).isEmpty();
    }
  }

  @Test
  void rowsThatAreDeletedDuringTheRewriteAreDeletedFromItsFiles() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      fixture.tier(ids(6, 8), 2);
      fixture.tier(ids(10));
      RewrittenFiles rewritten = rewriteOnly(fixture);
      fixture.tier(ids(12), 4, 8);
      LakeState after = committed(fixture.table().commit(commitOf(fixture, rewritten)));
      assertThat(fixture.rows()).containsExactly(0L, 6L, 10L, 12L);
      assertThat(after.rows()).isEqualTo(4);
      LakeDeletes deletes = fixture.table().deletes(after.snapshotId());
      assertThat(deletes.files()).isEqualTo(Set.copyOf(rewritten.files()));
      fixture.tier(ids(), 0);
      assertThat(fixture.rows()).containsExactly(6L, 10L, 12L);
    }
  }

  @Test
  void aRewriteOfFilesThatAreGoneIsRejectedAndCanBeDiscarded() {
    try (LakeTableFixture fixture =
        new LakeTableFixture(data, LOG_SCHEMA, PartitionSpec.unpartitioned(), Map.of())) {
      fixture.tier(ids(0, 2));
      fixture.tier(ids(4));
      fixture.tier(ids(6));
      RewrittenFiles rewritten = rewriteOnly(fixture);
      FileScanTask removed = fixture.tasks().get(0);
      fixture.iceberg().newDelete().deleteFile(removed.file()).commit();
      List<Long> rows = fixture.rows();
      int files = fixture.filesEndingWith(".parquet").size();

      CommitOutcome outcome = fixture.table().commit(commitOf(fixture, rewritten));
      assertThat(outcome)
          .isInstanceOfSatisfying(
              CommitOutcome.Rejected.class,
              rejected ->
                  assertThat(rejected.reason()).hasMessageContaining(removed.file().location()));
      fixture.table().discard(rewritten);
      assertThat(fixture.filesEndingWith(".parquet")).hasSize(files - 1);
      assertThat(fixture.rows()).isEqualTo(rows);
    }
  }

  @Test
  void aForeignCommitToAPrimaryKeyTableIsAConflict() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2));
      fixture.tier(ids(4));
      fixture.tier(ids(6));
      RewriteCommit commit = commitOf(fixture, rewriteOnly(fixture));
      fixture.foreignDelete(4);
      Long foreign = fixture.table().load().snapshotId();
      assertThat(fixture.table().commit(commit))
          .isInstanceOfSatisfying(
              CommitOutcome.Conflict.class,
              conflict -> assertThat(conflict.snapshotId()).isEqualTo(foreign));
      assertThat(fixture.rows()).containsExactly(0L, 2L, 6L);
      committed(fixture.table().commit(commitOf(fixture, commit.files())));
      assertThat(fixture.rows()).containsExactly(0L, 2L, 6L);
    }
  }

  @Test
  void staleOffsetsAreRejectedAndLeaveNoDeletionVector() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2));
      fixture.tier(ids(4));
      LakeState before = fixture.tier(ids(6));
      RewrittenFiles rewritten = rewriteOnly(fixture);
      fixture.tier(ids(), 2);
      int puffins = fixture.filesEndingWith(".puffin").size();
      RewriteCommit good = commitOf(fixture, rewritten);
      CommitOutcome outcome =
          fixture
              .table()
              .commit(
                  new RewriteCommit(
                      rewritten, good.baseSnapshotId(), before.tiered(), EPOCH, good.id()));
      assertThat(outcome).isInstanceOf(CommitOutcome.Rejected.class);
      assertThat(fixture.filesEndingWith(".puffin")).hasSize(puffins);
      assertThat(fixture.rows()).containsExactly(0L, 4L, 6L);
    }
  }

  @Test
  void aTableOfFormatVersionTwoIsRewrittenWithoutLineage() {
    try (LakeTableFixture fixture =
        new LakeTableFixture(
            data,
            LOG_SCHEMA,
            PartitionSpec.unpartitioned(),
            Map.of(TableProperties.FORMAT_VERSION, "2"))) {
      fixture.tier(ids(0, 1));
      fixture.tier(ids(2));
      fixture.tier(ids(3));
      committed(fixture.table().commit(commitOf(fixture, rewriteOnly(fixture))));
      assertThat(fixture.rows()).containsExactly(0L, 1L, 2L, 3L);
      assertThat(fixture.tasks()).hasSize(1);
    }
  }

  private static void assertThatRewrittenFilesAreSortedById(LakeTableFixture table) {
    try (LakeTableFixture fixture = table) {
      fixture.tier(ids(9, 1));
      fixture.tier(ids(5, 3));
      fixture.tier(ids(7));
      committed(fixture.table().commit(commitOf(fixture, rewriteOnly(fixture))));
      Map<Long, Place> places = fixture.places();
      assertThat(places.keySet()).containsExactly(1L, 3L, 5L, 7L, 9L);
      assertThat(places.values().stream().map(Place::position)).containsExactly(0L, 1L, 2L, 3L, 4L);
    }
  }

  private LakeTableFixture sorted(Schema schema) {
    return new LakeTableFixture(
        data,
        schema,
        PartitionSpec.unpartitioned(),
        SortOrder.builderFor(schema).asc("id", NullOrder.NULLS_FIRST).build(),
        Map.of());
  }

  private static RewrittenFiles rewriteOnly(LakeTableFixture fixture) {
    List<RewriteGroup> groups = fixture.table().rewriteGroups(LIMITS);
    assertThat(groups).hasSize(1);
    return fixture.table().rewrite(groups.get(0), fixture.allocator());
  }

  private static RewriteCommit commitOf(LakeTableFixture fixture, RewrittenFiles rewritten) {
    LakeState now = fixture.table().load();
    Long snapshot = now.snapshotId();
    assertThat(snapshot).isNotNull();
    return new RewriteCommit(
        rewritten, snapshot == null ? 0 : snapshot, now.tiered(), EPOCH, UUID.randomUUID());
  }

  private static LakeState committed(CommitOutcome outcome) {
    if (outcome instanceof CommitOutcome.Committed committed) {
      return committed.state();
    }
    throw new AssertionError(outcome);
  }

  /** Rows by id with their lineage, as Iceberg's own reader has them. */
  private static Map<Long, Traced> traced(LakeTableFixture fixture) {
    Map<Long, Traced> traced = new TreeMap<>();
    Schema schema =
        new Schema(
            PRIMARY_KEY_SCHEMA.findField("id"),
            PRIMARY_KEY_SCHEMA.findField("text"),
            MetadataColumns.ROW_ID,
            MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(fixture.iceberg()).project(schema).build()) {
      for (Record row : rows) {
        traced.put(
            (Long) row.get(0),
            new Traced((Long) row.get(2), (Long) row.get(3), (String) row.get(1)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return traced;
  }
}
