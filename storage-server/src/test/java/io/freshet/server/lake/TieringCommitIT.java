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
import static io.freshet.server.lake.LakeTableFixture.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TieringCommitIT {
  @TempDir Path data;

  @Test
  void supersededRowsAreGoneForEveryReaderOfTheLake() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(1, 2, 3, 4, 5, 6));
      LakeState second = fixture.tier(ids(10, 11), 2, 3);
      assertThat(fixture.rows()).containsExactly(1L, 4L, 5L, 6L, 10L, 11L);
      assertThat(second.rows()).isEqualTo(6);
      assertThat(second.tiered()).isEqualTo(new TieredOffsets(List.of(8L)));

      LakeState third = fixture.tier(ids(), 4, 10);
      assertThat(fixture.rows()).containsExactly(1L, 5L, 6L, 11L);
      assertThat(third.rows()).isEqualTo(4);
      assertThat(fixture.rows(second.snapshotId())).containsExactly(1L, 4L, 5L, 6L, 10L, 11L);
    }
  }

  @Test
  void aDataFileHasOneDeletionVectorThatReplacesTheOneBefore() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4, 6, 8));
      fixture.tier(ids(), 2);
      DeleteFile before = onlyDelete(fixture);
      fixture.tier(ids(), 6, 8);
      DeleteFile after = onlyDelete(fixture);

      FileScanTask task = fixture.tasks().get(0);
      assertThat(after.location()).isNotEqualTo(before.location());
      assertThat(after.format()).isEqualTo(FileFormat.PUFFIN);
      assertThat(after.recordCount()).isEqualTo(3);
      assertThat(after.referencedDataFile()).isEqualTo(task.file().location());
      assertThat(after.partition()).isEqualTo(task.file().partition());
      assertThat(fixture.iceberg().currentSnapshot().summary())
          .containsEntry("total-delete-files", "1")
          .containsEntry("total-position-deletes", "3");
    }
  }

  @Test
  void aForeignDeletionVectorIsMergedIntoOurs() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4, 6, 8));
      fixture.foreignDelete(0, 8);
      fixture.tier(ids(), 4);
      assertThat(fixture.rows()).containsExactly(2L, 6L);
      assertThat(onlyDelete(fixture).recordCount()).isEqualTo(3);
    }
  }

  @Test
  void aFileKeepsTheLayoutThatItWasWrittenWith() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      fixture.iceberg().updateSpec().removeField("kind").commit();
      fixture.tier(ids(1, 6), 2);
      fixture.tier(ids(), 1, 4);
      assertThat(fixture.rows()).containsExactly(0L, 6L);
    }
  }

  @Test
  void aTieringMayChangeNothingButTheOffsets() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      LakeState first = fixture.tier(ids());
      assertThat(first.tiered()).isEqualTo(new TieredOffsets(List.of(1L)));
      LakeState second = fixture.tier(ids());
      assertThat(second.tiered()).isEqualTo(new TieredOffsets(List.of(2L)));
      assertThat(second.snapshotId()).isNotEqualTo(first.snapshotId());
    }
  }

  @Test
  void writtenFilesSayWhereEachRowCameFrom() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      long[][] batches = {ids(1, 2, 3), ids(), ids(4, 5)};
      LakeFiles files = fixture.write(batches);
      assertThat(files.rows()).isEqualTo(5);
      CommitOutcome outcome = fixture.table().commit(fixture.commitOf(files, Map.of()));
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
      assertThat(files.files()).hasSize(2);
      for (LakeFiles.WrittenRows file : files.files()) {
        for (long position = 0; position < file.rows(); position++) {
          long id = batches[file.batch(position)][file.row(position)];
          assertThat(fixture.positions(id))
              .containsExactly(Map.entry(file.location(), PositionBitmap.of(position)));
        }
      }
    }
  }

  @Test
  void aForeignCommitBeforeOursIsAConflictThatNamesItsSnapshot() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      LakeFiles files = fixture.write(ids(1));
      TieringCommit commit = fixture.commitOf(files, fixture.positions(2));
      fixture.foreignAppend(3);
      Long foreign = fixture.table().load().snapshotId();

      CommitOutcome outcome = fixture.table().commit(commit);
      assertConflict(fixture, outcome, foreign);
      assertThat(fixture.rows()).containsExactly(0L, 2L, 3L, 4L);

      CommitOutcome again = fixture.table().commit(fixture.commitOf(files, fixture.positions(2)));
      assertThat(again).isInstanceOf(CommitOutcome.Committed.class);
      assertThat(fixture.rows()).containsExactly(0L, 1L, 3L, 4L);
    }
  }

  @Test
  void aForeignCommitInTheMiddleOfOursIsAConflict() {
    List<Consumer<LakeTableFixture>> foreign =
        List.of(
            fixture -> fixture.foreignAppend(3),
            fixture -> fixture.foreignDelete(2),
            fixture ->
                fixture.iceberg().newDelete().deleteFile(fixture.tasks().get(0).file()).commit());
    for (int i = 0; i < foreign.size(); i++) {
      Consumer<LakeTableFixture> elsewhere = foreign.get(i);
      try (LakeTableFixture fixture = new LakeTableFixture(data.resolve("lake" + i))) {
        fixture.tier(ids(0, 2, 4));
        TieringCommit commit = fixture.commitOf(fixture.write(ids(1)), fixture.positions(2));
        int puffins = fixture.filesEndingWith(".puffin").size();
        LakeTable table =
            fixture.over(
                new InterceptedOperations(fixture.operations(), () -> elsewhere.accept(fixture)));
        CommitOutcome outcome = table.commit(commit);
        Long now = fixture.table().load().snapshotId();
        assertThat(outcome)
            .isInstanceOfSatisfying(
                CommitOutcome.Conflict.class,
                conflict -> assertThat(conflict.snapshotId()).isEqualTo(now));
        int foreignPuffins = i == 1 ? 1 : 0;
        assertThat(fixture.filesEndingWith(".puffin")).hasSize(puffins + foreignPuffins);
      }
    }
  }

  @Test
  void staleOffsetsAndEpochsAreRejectedAndLeaveNoDeletionVector() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      TieringCommit good = fixture.commitOf(fixture.write(ids(1)), fixture.positions(2));
      TieringCommit stale =
          new TieringCommit(
              good.files(),
              good.superseded(),
              good.baseSnapshotId(),
              TieredOffsets.zero(1),
              good.to(),
              EPOCH,
              UUID.randomUUID());
      assertRejected(
          fixture, stale, FreshetErrorCode.LAKE_DIVERGED, "holds changes up to 3, not 0");
      TieringCommit old =
          new TieringCommit(
              good.files(),
              good.superseded(),
              good.baseSnapshotId(),
              good.from(),
              good.to(),
              EPOCH - 1,
              UUID.randomUUID());
      assertRejected(
          fixture, old, FreshetErrorCode.FENCED, "taken over by a server with epoch " + EPOCH);
      TieringCommit lost =
          new TieringCommit(
              good.files(),
              Map.of("file:/nowhere.parquet", PositionBitmap.of(1)),
              good.baseSnapshotId(),
              good.from(),
              good.to(),
              EPOCH,
              UUID.randomUUID());
      assertRejected(
          fixture,
          lost,
          FreshetErrorCode.INTERNAL,
          "Cannot delete rows of file:/nowhere.parquet: it is no data file of snapshot "
              + good.baseSnapshotId());
    }
  }

  @Test
  void aLogTableTakesForeignAppendsBetweenItsCommits() {
    try (LakeTableFixture fixture =
        new LakeTableFixture(data, LOG_SCHEMA, PartitionSpec.unpartitioned(), Map.of())) {
      fixture.tier(ids(1, 2));
      TieringCommit commit = fixture.commitOf(fixture.write(ids(3)), Map.of());
      fixture.foreignAppend(9);
      CommitOutcome outcome = fixture.table().commit(commit);
      assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
      assertThat(fixture.rows()).containsExactly(1L, 2L, 3L, 9L);
      assertThat(SnapshotUtil.currentAncestors(fixture.iceberg())).hasSize(3);
    }
  }

  private static void assertConflict(
      LakeTableFixture fixture, CommitOutcome outcome, @Nullable Long foreign) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            CommitOutcome.Conflict.class,
            conflict -> {
              assertThat(conflict.snapshotId()).isEqualTo(foreign);
              assertThat(conflict.reason())
                  .hasMessageContaining("its snapshot is " + foreign + ", not ")
                  .hasMessageEndingWith("its changes must be taken over first.");
            });
    assertThat(fixture.filesEndingWith(".puffin")).isEmpty();
  }

  private static void assertRejected(
      LakeTableFixture fixture, TieringCommit commit, FreshetErrorCode code, String message) {
    CommitOutcome outcome = fixture.table().commit(commit);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            CommitOutcome.Rejected.class,
            rejected ->
                assertThat(rejected.reason())
                    .hasMessageContaining(message)
                    .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(code)));
    assertThat(fixture.filesEndingWith(".puffin")).isEmpty();
    assertThat(fixture.rows()).containsExactly(0L, 2L, 4L);
  }

  private static DeleteFile onlyDelete(LakeTableFixture fixture) {
    List<DeleteFile> deletes =
        fixture.tasks().stream().flatMap(task -> task.deletes().stream()).toList();
    assertThat(deletes).hasSize(1);
    return deletes.get(0);
  }
}
