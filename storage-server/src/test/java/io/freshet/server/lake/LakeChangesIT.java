/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.server.lake.LakeChanges.Kind.ADDED;
import static io.freshet.server.lake.LakeChanges.Kind.REMOVED;
import static io.freshet.server.lake.LakeTableFixture.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.server.lake.LakeTableFixture.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.BigIntVector;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeChangesIT {
  @TempDir Path data;

  private record Change(LakeChanges.Kind kind, long id) {}

  @Test
  void everythingIsAddedToTheEmptyTable() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 1, 2, 3));
      LakeState state = fixture.tier(ids(4), 2, 3);
      LakeChanges changes = fixture.table().changes(null, state.snapshotId(), List.of("id"));
      assertThat(changes.files()).isEqualTo(3);
      assertThat(changes.rows()).isEqualTo(3);
      assertThat(read(fixture, changes))
          .containsExactlyInAnyOrder(
              new Change(ADDED, 0), new Change(ADDED, 1), new Change(ADDED, 4));
      assertThat(read(fixture, fixture.table().changes(state.snapshotId(), null, List.of("id"))))
          .containsExactlyInAnyOrder(
              new Change(REMOVED, 0), new Change(REMOVED, 1), new Change(REMOVED, 4));
    }
  }

  @Test
  void aSnapshotDoesNotDifferFromItself() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 1, 2, 3));
      Long snapshot = fixture.tier(ids(4), 2, 3).snapshotId();
      LakeChanges changes = fixture.table().changes(snapshot, snapshot, List.of("id"));
      assertThat(changes.files()).isZero();
      assertThat(changes.rows()).isZero();
      assertThat(read(fixture, changes)).isEmpty();
    }
  }

  @Test
  void newlyDeletedRowsAreRemovedAndRestoredOnesAdded() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      Long first = fixture.tier(ids(0, 2, 4, 6)).snapshotId();
      Long second = fixture.tier(ids(), 2, 6).snapshotId();
      LakeChanges changes = fixture.table().changes(first, second, List.of("id"));
      assertThat(changes.rows()).isEqualTo(2);
      assertThat(read(fixture, changes))
          .containsExactly(new Change(REMOVED, 2), new Change(REMOVED, 6));
      Table iceberg = fixture.iceberg();
      iceberg.manageSnapshots().rollbackTo(first == null ? 0 : first).commit();
      assertThat(read(fixture, fixture.table().changes(second, first, List.of("id"))))
          .containsExactly(new Change(ADDED, 2), new Change(ADDED, 6));
    }
  }

  @Test
  void rowsOfRewrittenFilesAreRemovedFromTheOldPlacesBeforeTheyAreAddedAtTheNewOnes() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2));
      Long before = fixture.tier(ids(4, 6), 2).snapshotId();
      Set<DataFile> old = new HashSet<>();
      fixture.tasks().forEach(task -> old.add(task.file()));
      DataFile rewritten = fixture.foreignFile(6, 4, 0);
      fixture
          .iceberg()
          .newRewrite()
          .validateFromSnapshot(fixture.iceberg().currentSnapshot().snapshotId())
          .rewriteFiles(old, Set.of(rewritten))
          .commit();
      Long after = fixture.table().load().snapshotId();
      List<Change> changes = read(fixture, fixture.table().changes(before, after, List.of("id")));
      assertThat(changes.subList(0, 3))
          .containsExactlyInAnyOrder(
              new Change(REMOVED, 0), new Change(REMOVED, 4), new Change(REMOVED, 6));
      assertThat(changes.subList(3, 6))
          .containsExactly(new Change(ADDED, 6), new Change(ADDED, 4), new Change(ADDED, 0));
    }
  }

  @Test
  void followingAllChangesKeepsThePlacesOfAllRows() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      Random random = new Random(5);
      Map<Place, Long> places = new HashMap<>();
      Long last = null;
      long nextId = 0;
      for (int step = 0; step < 20; step++) {
        long[] added = random.longs(random.nextInt(6), 0, 1).toArray();
        for (int i = 0; i < added.length; i++) {
          added[i] = nextId++;
        }
        List<Long> live = fixture.rows();
        long[] gone =
            live.stream().filter(id -> random.nextInt(5) == 0).mapToLong(id -> id).toArray();
        if (random.nextInt(4) == 0 && gone.length > 0 && !hasDeletes(fixture)) {
          fixture.foreignDelete(gone);
        } else if (random.nextInt(4) == 0 && !fixture.tasks().isEmpty()) {
          fixture
              .iceberg()
              .newDelete()
              .deleteFile(fixture.tasks().get(0).file().location())
              .commit();
        } else {
          fixture.tier(added, gone);
        }
        if (random.nextBoolean()) {
          Long now = fixture.table().load().snapshotId();
          follow(fixture, last, now, places);
          last = now;
          assertThat(byId(places)).isEqualTo(fixture.places());
        }
      }
    }
  }

  @Test
  void unknownColumnsAndSnapshotsAreNamed() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      assertThatThrownBy(() -> fixture.table().changes(null, null, List.of("id", "price")))
          .hasMessage("Lake table test.rows has no column price; its columns are [id, kind, text]");
      assertThatThrownBy(() -> fixture.table().changes(7L, null, List.of("id")))
          .hasMessageContaining("no longer has snapshot 7");
    }
  }

  private static boolean hasDeletes(LakeTableFixture fixture) {
    return fixture.tasks().stream().anyMatch(task -> !task.deletes().isEmpty());
  }

  private static List<Change> read(LakeTableFixture fixture, LakeChanges changes) {
    List<Change> read = new ArrayList<>();
    try (LakeChanges.Batches batches = changes.open(fixture.allocator())) {
      for (LakeChanges.Batch batch = batches.next(); batch != null; batch = batches.next()) {
        assertThat(batch.positions()).hasSize(batch.rows().getRowCount());
        for (int row = 0; row < batch.positions().length; row++) {
          read.add(new Change(batch.kind(), ((BigIntVector) batch.rows().getVector(0)).get(row)));
        }
      }
    }
    assertThat(changes.rows()).isEqualTo(read.size());
    return read;
  }

  private static void follow(
      LakeTableFixture fixture, @Nullable Long from, @Nullable Long to, Map<Place, Long> places) {
    LakeChanges changes = fixture.table().changes(from, to, List.of("text", "id"));
    try (LakeChanges.Batches batches = changes.open(fixture.allocator())) {
      for (LakeChanges.Batch batch = batches.next(); batch != null; batch = batches.next()) {
        BigIntVector ids = (BigIntVector) batch.rows().getVector("id");
        for (int row = 0; row < batch.positions().length; row++) {
          Place place = new Place(batch.location(), batch.positions()[row]);
          Long before =
              batch.kind() == ADDED ? places.put(place, ids.get(row)) : places.remove(place);
          assertThat(before).isEqualTo(batch.kind() == ADDED ? null : ids.get(row));
        }
      }
    }
  }

  private static Map<Long, Place> byId(Map<Place, Long> places) {
    Map<Long, Place> byId = new TreeMap<>();
    places.forEach((place, id) -> byId.put(id, place));
    return byId;
  }
}
