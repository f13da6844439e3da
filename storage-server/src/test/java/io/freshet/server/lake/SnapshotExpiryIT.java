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
import static io.freshet.server.lake.LakeTableFixture.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotExpiryIT {
  @TempDir Path data;

  @Test
  void oldSnapshotsGoWithTheirFilesButNotThoseInUse() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      long first = snapshot(fixture.tier(ids(0, 2, 4)));
      long leased = snapshot(fixture.tier(ids(6), 2));
      snapshot(fixture.tier(ids(8), 4));
      long last = snapshot(fixture.tier(ids(), 6));
      int puffins = fixture.filesEndingWith(".puffin").size();

      assertThat(fixture.table().expire(expiry(fixture, 1, Set.of(leased)))).isEqualTo(2);
      assertThat(snapshots(fixture)).containsExactlyInAnyOrder(leased, last);
      assertThat(fixture.rows()).containsExactly(0L, 8L);
      assertThat(fixture.rows(leased)).containsExactly(0L, 4L, 6L);
      assertThat(fixture.filesEndingWith(".puffin")).hasSize(puffins);
      assertThatThrownBy(() -> fixture.table().deletes(first)).hasMessageContaining("has expired");

      assertThat(fixture.table().expire(expiry(fixture, 1, Set.of()))).isEqualTo(1);
      assertThat(fixture.filesEndingWith(".puffin")).hasSize(puffins - 1);
      assertThat(fixture.rows()).containsExactly(0L, 8L);
      assertThat(fixture.table().expire(expiry(fixture, 1, Set.of()))).isZero();
    }
  }

  @Test
  void aPuffinFileStaysWhileOneOfItsVectorsIsInUse() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 1, 2, 3));
      fixture.tier(ids(), 0, 1);
      fixture.tier(ids(), 2);
      LakeState last = fixture.tier(ids(4));
      assertThat(fixture.table().expire(expiry(fixture, 1, Set.of()))).isEqualTo(3);
      assertThat(fixture.rows()).containsExactly(3L, 4L);
      LakeDeletes deletes = fixture.over(fixture.operations()).deletes(last.snapshotId());
      assertThat(deletes.files()).hasSize(2);
      assertThat(deletes.files())
          .allSatisfy(file -> assertThat(deletes.of(file).isEmpty()).isFalse());
    }
  }

  @Test
  void anotherWritersIncrementalExpiryLeavesVectorsThatAreInUse() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 1, 2, 3));
      fixture.tier(ids(10, 11));
      fixture.tier(ids(), 0, 10);
      LakeState last = fixture.tier(ids(), 1);
      fixture.iceberg().expireSnapshots().expireOlderThan(future().toEpochMilli()).commit();
      assertThat(snapshots(fixture)).containsExactly(snapshot(last));
      assertThat(fixture.rows()).containsExactly(2L, 3L, 11L);
    }
  }

  @Test
  void whatTellsTheTieredOffsetsStays() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      LakeState tiered = fixture.tier(ids(6));
      fixture.foreignAppend(1);
      fixture.foreignAppend(3);
      assertThat(fixture.table().expire(expiry(fixture, 1, Set.of()))).isEqualTo(1);
      assertThat(snapshots(fixture)).hasSize(3).contains(snapshot(tiered));
      assertThat(fixture.table().load().tiered()).isEqualTo(tiered.tiered());
    }
  }

  @Test
  void youngAndTaggedSnapshotsStay() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      long first = snapshot(fixture.tier(ids(0)));
      fixture.tier(ids(2));
      fixture.tier(ids(4));
      fixture.tier(ids(6));
      SnapshotExpiry young =
          new SnapshotExpiry(Instant.EPOCH, 1, Set.of(), current(fixture), EPOCH);
      assertThat(fixture.table().expire(young)).isZero();
      fixture.iceberg().manageSnapshots().createTag("audit", first).commit();
      assertThat(fixture.table().expire(expiry(fixture, 2, Set.of()))).isEqualTo(1);
      assertThat(snapshots(fixture)).hasSize(3).contains(first);
    }
  }

  @Test
  void snapshotsThatMayHaveBeenLeasedSinceStay() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0));
      long base = snapshot(fixture.tier(ids(2)));
      long later = snapshot(fixture.tier(ids(4)));
      long current = snapshot(fixture.tier(ids(6)));
      SnapshotExpiry expiry = new SnapshotExpiry(future(), 1, Set.of(), base, EPOCH);
      assertThat(fixture.table().expire(expiry)).isEqualTo(1);
      assertThat(snapshots(fixture)).containsExactlyInAnyOrder(base, later, current);
      SnapshotExpiry ofEmptyLake = new SnapshotExpiry(future(), 1, Set.of(), null, EPOCH);
      assertThat(fixture.table().expire(ofEmptyLake)).isZero();
    }
  }

  @Test
  void anOldServerMayNotExpireWhatAnotherOneNeeds() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0));
      fixture.tier(ids(2));
      SnapshotExpiry old = new SnapshotExpiry(future(), 1, Set.of(), current(fixture), EPOCH - 1);
      assertThatThrownBy(() -> fixture.table().expire(old))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.FENCED));
      assertThat(snapshots(fixture)).hasSize(2);
    }
  }

  @Test
  void aRetentionOfTheBranchThatWouldTakeWhatIsNeededIsRefused() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0));
      long leased = snapshot(fixture.tier(ids(2)));
      fixture.tier(ids(4));
      fixture
          .iceberg()
          .manageSnapshots()
          .setMaxSnapshotAgeMs("main", 1)
          .setMinSnapshotsToKeep("main", 1)
          .commit();
      assertThatThrownBy(() -> fixture.table().expire(expiry(fixture, 1, Set.of(leased))))
          .hasMessageContaining("would expire snapshot " + leased + ", too, which is needed")
          .hasMessageEndingWith("Remove that retention from the branch.");
      assertThat(snapshots(fixture)).hasSize(3);
    }
  }

  @Test
  void aTableWithoutGarbageCollectionIsLeftAlone() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0));
      fixture.tier(ids(2));
      fixture.iceberg().updateProperties().set(TableProperties.GC_ENABLED, "false").commit();
      LakeFiles orphans = fixture.write(ids(5));
      assertThat(fixture.table().expire(expiry(fixture, 1, Set.of()))).isZero();
      assertThat(fixture.table().removeOrphans(future())).isEmpty();
      fixture.table().discard(orphans);
    }
  }

  @Test
  void orphansGoAndEverythingElseStays() throws IOException {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      long first = snapshot(fixture.tier(ids(0, 1, 2)));
      fixture.tier(ids(4), 2);
      fixture.tier(ids(6), 1, 4);
      List<String> before = fixture.filesEndingWith("");
      List<String> orphans =
          new ArrayList<>(
              fixture.write(ids(8, 9)).files().stream()
                  .map(LakeFiles.WrittenRows::location)
                  .toList());
      Path stray =
          Path.of(fixture.iceberg().location().substring("file://".length()))
              .resolve("data/stray.puffin");
      Files.writeString(stray, "left behind");
      orphans.add("file://" + stray);

      assertThat(fixture.table().removeOrphans(Instant.EPOCH)).isEmpty();
      assertThat(fixture.table().removeOrphans(future()))
          .containsExactlyInAnyOrderElementsOf(orphans);
      assertThat(fixture.filesEndingWith("")).containsAll(before);
      assertThat(fixture.filesEndingWith("")).doesNotContainAnyElementsOf(orphans);
      assertThat(fixture.rows()).containsExactly(0L, 6L);
      assertThat(fixture.rows(first)).containsExactly(0L, 1L, 2L);
      assertThat(fixture.table().deletes(first).of("x")).isEqualTo(new PositionBitmap());
      fixture.tier(ids(10), 0);
      assertThat(fixture.rows()).containsExactly(6L, 10L);
    }
  }

  private static Instant future() {
    return Instant.now().plusSeconds(3600);
  }

  private static SnapshotExpiry expiry(LakeTableFixture fixture, int retainLast, Set<Long> keep) {
    return new SnapshotExpiry(future(), retainLast, keep, current(fixture), EPOCH);
  }

  private static long current(LakeTableFixture fixture) {
    return fixture.iceberg().currentSnapshot().snapshotId();
  }

  private static long snapshot(LakeState state) {
    Long snapshot = state.snapshotId();
    if (snapshot == null) {
      throw new AssertionError("no snapshot");
    }
    return snapshot;
  }

  private static List<Long> snapshots(LakeTableFixture fixture) {
    return StreamSupport.stream(fixture.iceberg().snapshots().spliterator(), false)
        .map(Snapshot::snapshotId)
        .toList();
  }
}
