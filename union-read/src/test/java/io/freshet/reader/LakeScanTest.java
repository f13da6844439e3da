/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;
import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRows;
import io.freshet.arrow.RandomRows;
import io.freshet.arrow.RecordAssertions;
import io.freshet.error.FreshetException;
import io.freshet.filter.RandomExpressions;
import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LakeScanTest {
  private static final Schema FLIGHTS =
      new Schema(
          required(1, "id", Types.LongType.get()),
          optional(2, "origin", Types.StringType.get()),
          optional(3, "delay", Types.DoubleType.get()));

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void closesEmpty() {
    allocator.close();
  }

  @Test
  void readsTheLiveRowsThatMatch() throws IOException {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      RandomRows values = new RandomRows(random);
      Schema schema = values.schema(2);
      try (LakeFiles lake = new LakeFiles(schema, PartitionSpec.unpartitioned())) {
        Schema tableSchema = lake.table().schema();
        List<Record> live = new ArrayList<>();
        Map<String, PositionBitmap> overlays = new HashMap<>();
        for (int file = random.nextInt(3); file >= 0; file--) {
          fill(lake, random, values.rows(tableSchema, 1 + random.nextInt(80)), live, overlays);
        }
        RandomExpressions expressions = new RandomExpressions(random, tableSchema);
        for (int i = 0; i < 5; i++) {
          Expression filter = expressions.expression(2);
          LakeScan scan =
              LakeScan.of(lake.table(), lake.snapshotId(), tableSchema)
                  .withFilter(filter)
                  .withOverlays(overlays)
                  .withBatchRows(1 + random.nextInt(50));
          assertThat(read(scan).stream().map(RecordAssertions::values).toList())
              .as("seed %d: %s", seed, filter)
              .containsExactlyInAnyOrderElementsOf(
                  matching(tableSchema, live, filter).stream()
                      .map(RecordAssertions::values)
                      .toList());
        }
      }
    }
  }

  @Test
  void aFilterOnColumnsThatAreNotProjectedStillFilters() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      lake.append(List.of(flight(1, "SFO", 70.0), flight(2, "OAK", 80.0), flight(3, "SFO", 5.0)));
      LakeScan scan =
          LakeScan.of(lake.table(), lake.snapshotId(), lake.table().schema())
              .withProjection(lake.table().schema().select("origin"))
              .withFilter(Expressions.greaterThan("delay", 60));
      assertThat(read(scan)).extracting(row -> row.get(0)).containsExactly("SFO", "OAK");
    }
  }

  @Test
  void rowsCanBeCountedWithoutAnyColumn() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      DataFile file = lake.append(List.of(flight(1, "SFO", 7.0), flight(2, "OAK", 8.0)));
      lake.delete(file, 0);
      LakeScan scan =
          LakeScan.of(lake.table(), lake.snapshotId(), lake.table().schema())
              .withProjection(new Schema());
      assertThat(read(scan)).hasSize(1);
      assertThat(read(scan.withFilter(Expressions.equal("origin", "SFO")))).isEmpty();
    }
  }

  @Test
  void partitionsArePrunedAndTheirValuesRead() throws IOException {
    PartitionSpec spec = PartitionSpec.builderFor(FLIGHTS).identity("origin").build();
    try (LakeFiles lake = new LakeFiles(FLIGHTS, spec)) {
      DataFile sfo = lake.append(List.of(flight(1, "SFO", 1.0), flight(2, "SFO", 2.0)));
      DataFile oak = lake.append(List.of(flight(3, "OAK", 3.0)));
      lake.append(List.of(flight(4, null, 4.0)));
      lake.delete(sfo, 0);
      LakeScan scan = LakeScan.of(lake.table(), lake.snapshotId(), lake.table().schema());
      assertThat(ids(scan)).containsExactlyInAnyOrder(2L, 3L, 4L);
      lake.table().io().deleteFile(oak.location());
      assertThat(ids(scan.withFilter(Expressions.equal("origin", "SFO")))).containsExactly(2L);
      assertThat(ids(scan.withFilter(Expressions.isNull("origin")))).containsExactly(4L);
      assertThatThrownBy(() -> ids(scan))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining(oak.location())
          .extracting("code")
          .isEqualTo(LAKE_UNAVAILABLE);
    }
  }

  @Test
  void anEvolvedSchemaIsReadWithNewNamesAndNulls() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      lake.append(List.of(flight(1, "SFO", 1.0)));
      long before = lake.snapshotId();
      Schema old = lake.table().schema();
      lake.table()
          .updateSchema()
          .renameColumn("origin", "airport")
          .addColumn("note", Types.StringType.get())
          .addColumn("state", Types.StringType.get(), null, Expressions.lit("open"))
          .commit();
      Schema evolved = lake.table().schema();
      LakeScan scan = LakeScan.of(lake.table(), before, evolved);
      assertThat(read(scan)).hasToString("[Record(1, SFO, 1.0, null, open)]");
      assertThat(read(scan.withFilter(Expressions.equal("airport", "SFO")))).hasSize(1);
      assertThat(read(scan.withFilter(Expressions.equal("airport", "OAK")))).isEmpty();
      assertThat(read(scan.withFilter(Expressions.equal("state", "open")))).hasSize(1);
      assertThat(read(scan.withFilter(Expressions.notNull("note")))).isEmpty();
      assertThat(read(LakeScan.of(lake.table(), before, old))).hasToString("[Record(1, SFO, 1.0)]");
    }
  }

  @Test
  void nanIsGreaterInAFileWhoseBoundsAreNot() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      lake.append(List.of(flight(1, "SFO", 1.0), flight(2, "SFO", Double.NaN)));
      LakeScan scan = LakeScan.of(lake.table(), lake.snapshotId(), lake.table().schema());
      assertThat(ids(scan.withFilter(Expressions.greaterThan("delay", 60)))).containsExactly(2L);
    }
  }

  @Test
  void positionsCanBeProjected() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      DataFile file = lake.append(List.of(flight(1, "a", 1.0), flight(2, "b", 2.0)));
      PositionBitmap overlay = new PositionBitmap();
      Schema projection =
          new Schema(
              FLIGHTS.findField("id"), MetadataColumns.FILE_PATH, MetadataColumns.ROW_POSITION);
      LakeScan scan =
          LakeScan.of(lake.table(), lake.snapshotId(), lake.table().schema())
              .withOverlays(Map.of(file.location(), overlay))
              .withProjection(projection)
              .withFilter(Expressions.equal("delay", 2));
      assertThat(read(scan)).hasToString("[Record(2, " + file.location() + ", 1)]");
    }
  }

  @Test
  void withoutASnapshotThereAreNoRows() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      assertThat(read(LakeScan.of(lake.table(), null, FLIGHTS))).isEmpty();
    }
  }

  @Test
  void aLostSnapshotAndAFilterThatDoesNotFitAreRefused() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      assertThatThrownBy(() -> LakeScan.of(lake.table(), 42L, FLIGHTS).open(allocator))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining("at snapshot 42: the lake no longer has it")
          .extracting("code")
          .isEqualTo(SNAPSHOT_EXPIRED);
      LakeScan scan =
          LakeScan.of(lake.table(), null, FLIGHTS).withFilter(Expressions.equal("color", 1));
      assertThatThrownBy(() -> scan.open(allocator))
          .isInstanceOf(FreshetException.class)
          .hasMessageContaining("names column color, which does not exist")
          .extracting("code")
          .isEqualTo(INVALID_REQUEST);
    }
  }

  @Test
  void concatenatedSourcesGiveAllBatchesInOrder() throws IOException {
    try (LakeFiles lake = new LakeFiles(FLIGHTS, PartitionSpec.unpartitioned())) {
      lake.append(List.of(flight(1, "a", 1.0), flight(2, "b", 2.0), flight(3, "c", 3.0)));
      LakeScan scan =
          LakeScan.of(lake.table(), lake.snapshotId(), lake.table().schema()).withBatchRows(2);
      LakeScan empty = LakeScan.of(lake.table(), null, FLIGHTS);
      try (BatchSource source =
          BatchSource.concat(
              List.of(empty.open(allocator), scan.open(allocator), scan.open(allocator)))) {
        assertThat(drain(source, FLIGHTS))
            .extracting(row -> row.get(0))
            .containsExactly(1L, 2L, 3L, 1L, 2L, 3L);
      }
    }
  }

  private static void fill(
      LakeFiles lake,
      Random random,
      List<Record> rows,
      List<Record> live,
      Map<String, PositionBitmap> overlays) {
    DataFile file = lake.append(rows);
    List<Long> hidden = new ArrayList<>();
    List<Long> deleted = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      switch (random.nextInt(6)) {
        case 0 -> deleted.add((long) i);
        case 1 -> hidden.add((long) i);
        default -> live.add(rows.get(i));
      }
    }
    if (!deleted.isEmpty()) {
      lake.delete(file, deleted.stream().mapToLong(Long::longValue).toArray());
    }
    overlays.put(
        file.location(), PositionBitmap.of(hidden.stream().mapToLong(Long::longValue).toArray()));
  }

  private static List<Record> matching(Schema schema, List<Record> rows, Expression filter) {
    Evaluator evaluator =
        new Evaluator(schema.asStruct(), RandomExpressions.withoutNullsFirst(filter));
    InternalRecordWrapper wrapper = new InternalRecordWrapper(schema.asStruct());
    return rows.stream().filter(row -> evaluator.eval(wrapper.wrap(row))).toList();
  }

  private List<Object> ids(LakeScan scan) {
    return read(scan).stream().map(row -> row.get(0)).toList();
  }

  private List<Record> read(LakeScan scan) {
    try (BatchSource source = scan.open(allocator)) {
      return drain(source, scan.projection());
    }
  }

  private static List<Record> drain(BatchSource source, Schema schema) {
    List<Record> rows = new ArrayList<>();
    while (source.next()) {
      assertThat(source.batch().getRowCount()).isPositive();
      rows.addAll(new ArrowRows(schema, source.batch()).copyAll());
    }
    assertThat(source.next()).isFalse();
    return rows;
  }

  private static Record flight(long id, @Nullable String origin, @Nullable Double delay) {
    GenericRecord record = GenericRecord.create(FLIGHTS);
    record.set(0, id);
    record.set(1, origin);
    record.set(2, delay);
    return record;
  }
}
