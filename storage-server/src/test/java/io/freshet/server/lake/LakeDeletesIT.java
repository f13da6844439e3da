/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.server.lake.LakeTableFixture.PRIMARY_KEY_SCHEMA;
import static io.freshet.server.lake.LakeTableFixture.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeDeletesIT {
  @TempDir Path data;

  @Test
  void eachSnapshotHasItsOwnDeletes() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      LakeState first = fixture.tier(ids(0, 1, 2, 3, 4));
      Map<String, PositionBitmap> gone = fixture.positions(2, 4, 3);
      LakeState second = fixture.tier(ids(6), 2, 4, 3);

      LakeDeletes deletes = fixture.table().deletes(second.snapshotId());
      assertThat(gone).hasSize(2);
      assertThat(deletes.files()).isEqualTo(gone.keySet());
      gone.forEach((location, positions) -> assertThat(deletes.of(location)).isEqualTo(positions));
      assertThat(deletes.of("file:/another.parquet").isEmpty()).isTrue();
      assertThat(fixture.table().deletes(first.snapshotId()).files()).isEmpty();
      assertThat(fixture.table().deletes(null).files()).isEmpty();
    }
  }

  @Test
  void deletesBelongToTheCaller() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      LakeDeletes deletes = fixture.table().deletes(fixture.tier(ids(), 2).snapshotId());
      String location = deletes.files().iterator().next();
      deletes.of(location).add(0);
      assertThat(deletes.of(location)).isEqualTo(PositionBitmap.of(1));
    }
  }

  @Test
  void aDeletionVectorIsReadOnce() throws IOException {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      LakeState state = fixture.tier(ids(), 2);
      LakeDeletes read = fixture.table().deletes(state.snapshotId());
      String location = read.files().iterator().next();
      assertThat(read.of(location)).isEqualTo(PositionBitmap.of(1));
      for (String puffin : fixture.filesEndingWith(".puffin")) {
        Files.delete(Path.of(puffin.substring("file://".length())));
      }
      LakeDeletes again = fixture.table().deletes(state.snapshotId());
      assertThat(again.of(location)).isEqualTo(PositionBitmap.of(1));
      LakeDeletes uncached = fixture.over(fixture.operations()).deletes(state.snapshotId());
      assertThatThrownBy(() -> uncached.of(location))
          .hasMessageStartingWith("The lake can't be used now: ")
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_UNAVAILABLE));
    }
  }

  @Test
  void positionDeletesOfFormatVersionTwoAreUnderstoodAndTakenOver() throws IOException {
    try (LakeTableFixture fixture = version2()) {
      DataFile first = fixture.foreignAppend(0, 2, 4, 6);
      DataFile second = fixture.foreignAppend(8, 10, 12);
      commit(fixture, positionDeletes(fixture, first, 1, second, 0));
      commit(fixture, positionDeletes(fixture, first, 3, first, 2));
      fixture.iceberg().updateProperties().set(TableProperties.FORMAT_VERSION, "3").commit();
      assertThat(fixture.rows()).containsExactly(0L, 10L, 12L);

      LakeDeletes deletes = fixture.table().deletes(fixture.table().load().snapshotId());
      assertThat(deletes.files()).containsExactlyInAnyOrder(first.location(), second.location());
      assertThat(deletes.of(first.location())).isEqualTo(PositionBitmap.of(1, 2, 3));
      assertThat(deletes.of(second.location())).isEqualTo(PositionBitmap.of(0));

      LakeState state = fixture.tier(ids(), 12);
      assertThat(fixture.rows()).containsExactly(0L, 10L);
      LakeDeletes merged = fixture.table().deletes(state.snapshotId());
      assertThat(merged.of(first.location())).isEqualTo(PositionBitmap.of(1, 2, 3));
      assertThat(merged.of(second.location())).isEqualTo(PositionBitmap.of(0, 2));

      fixture.tier(ids(), 0);
      assertThat(fixture.rows()).containsExactly(10L);
    }
  }

  @Test
  void equalityDeletesAreRefusedByName() throws IOException {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      fixture.tier(ids(0, 2, 4));
      DeleteFile equality = equalityDelete(fixture, 2);
      commit(fixture, equality);
      assertThat(fixture.rows()).containsExactly(0L, 4L);
      Long snapshot = fixture.iceberg().currentSnapshot().snapshotId();
      assertThatThrownBy(() -> fixture.table().deletes(snapshot))
          .hasMessage(
              "Cannot use snapshot %d of lake table test.rows: its file %s deletes rows by equality,"
                      .formatted(snapshot, equality.location())
                  + " so nobody can say which rows those are. Rewrite the table's data files"
                  + " without it, or roll the table back to a snapshot before it.")
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_DIVERGED));
    }
  }

  @Test
  void aSnapshotThatHasExpiredIsNamed() {
    try (LakeTableFixture fixture = new LakeTableFixture(data)) {
      assertThatThrownBy(() -> fixture.table().deletes(42L))
          .hasMessage(
              "The lake table test.rows no longer has snapshot 42: it has expired there. Plan again.")
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.SNAPSHOT_EXPIRED));
    }
  }

  private LakeTableFixture version2() {
    return new LakeTableFixture(
        data,
        PRIMARY_KEY_SCHEMA,
        PartitionSpec.builderFor(PRIMARY_KEY_SCHEMA).identity("kind").build(),
        Map.of(TableProperties.FORMAT_VERSION, "2"));
  }

  private static void commit(LakeTableFixture fixture, DeleteFile deletes) {
    fixture.iceberg().newRowDelta().addDeletes(deletes).commit();
  }

  private static DeleteFile positionDeletes(
      LakeTableFixture fixture,
      DataFile first,
      long firstPosition,
      DataFile second,
      long secondPosition)
      throws IOException {
    Table table = fixture.iceberg();
    PositionDeleteWriter<Record> writer =
        new GenericFileWriterFactory.Builder(table)
            .deleteFileFormat(FileFormat.PARQUET)
            .build()
            .newPositionDeleteWriter(
                fixture
                    .outputs(table, FileFormat.PARQUET)
                    .newOutputFile(table.spec(), first.partition()),
                table.spec(),
                first.partition());
    try (writer) {
      PositionDelete<Record> delete = PositionDelete.create();
      writer.write(delete.set(first.location(), firstPosition));
      writer.write(delete.set(second.location(), secondPosition));
    }
    return writer.toDeleteFile();
  }

  private static DeleteFile equalityDelete(LakeTableFixture fixture, long id) throws IOException {
    Table table = fixture.iceberg();
    DataFile file = fixture.tasks().get(0).file();
    Schema key = table.schema().select("id");
    EqualityDeleteWriter<Record> writer =
        new GenericFileWriterFactory.Builder(table)
            .deleteFileFormat(FileFormat.PARQUET)
            .equalityFieldIds(new int[] {1})
            .equalityDeleteRowSchema(key)
            .build()
            .newEqualityDeleteWriter(
                fixture
                    .outputs(table, FileFormat.PARQUET)
                    .newOutputFile(table.spec(), file.partition()),
                table.spec(),
                file.partition());
    try (writer) {
      writer.write(GenericRecord.create(key).copy(Map.of("id", id)));
    }
    return writer.toDeleteFile();
  }
}
