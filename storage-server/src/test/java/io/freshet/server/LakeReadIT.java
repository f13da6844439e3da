/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.RandomRows;
import io.freshet.client.TableWriter;
import io.freshet.lake.LakeRows;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.server.lake.LakeCatalog;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lake as engines see it that know Iceberg and nothing of Freshet. */
@SuppressWarnings("NullAway.Init")
final class LakeReadIT {
  @TempDir static Path data;

  private static TestServer server;
  private static LakeCatalog embedded;
  private static RESTCatalog rest;

  @BeforeAll
  static void start() {
    server = new TestServer(data);
    embedded = LakeCatalog.open(data, Map.of());
    rest = new RESTCatalog();
    rest.initialize(
        "rest", new HashMap<>(Map.of("uri", server.server().lakeUri(), "warehouse", "lake")));
  }

  @AfterAll
  static void stop() throws IOException {
    rest.close();
    embedded.close();
    server.close();
  }

  @Test
  void bothCatalogsReadTheTieredRowsAndNothingElse() throws IOException {
    TableName name = create("lake.plain", List.of(), List.of(), List.of());
    append(name, 0, 500);
    TableDescription description = tier(name);
    append(name, 500, 600);
    for (Catalog catalog : List.of(embedded.catalog(), rest)) {
      Table table = catalog.loadTable(name.identifier());
      assertThat(table.schema().columns()).isEqualTo(LakeRows.SCHEMA.columns());
      assertThat(ids(LakeRows.read(table))).isEqualTo(numbers(0, 500));
      Map<String, String> summary = table.currentSnapshot().summary();
      assertThat(summary)
          .containsEntry("freshet.table-id", description.tableId().toString())
          .containsEntry("freshet.epoch", "1")
          .containsEntry("total-records", "500");
      List<Long> offsets =
          Stream.of(summary.getOrDefault("freshet.offsets", "").split(",", -1))
              .map(Long::valueOf)
              .toList();
      assertThat(offsets)
          .isEqualTo(description.fresh().stream().map(range -> range.tieredOffset()).toList());
      assertThat(offsets.stream().mapToLong(Long::longValue).sum()).isEqualTo(500);
    }
    assertThat(ids(server.rows(name))).isEqualTo(numbers(0, 600));
  }

  @Test
  void partitionsAndSortOrderAreKept() throws IOException {
    TableName name =
        create(
            "lake.sorted",
            List.of("bucket(3, id)", "truncate(1, name)"),
            List.of("id desc"),
            List.of("id"));
    append(name, 0, 300);
    tier(name);
    append(name, 300, 400);
    tier(name);
    Table table = rest.loadTable(name.identifier());
    assertThat(ids(LakeRows.read(table))).isEqualTo(numbers(0, 400));
    int files = 0;
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        files++;
        assertThat(task.file().partition().size()).isEqualTo(2);
        List<Long> inFile = fileIds(table, task);
        assertThat(inFile).isNotEmpty().isSortedAccordingTo((a, b) -> Long.compare(b, a));
      }
    }
    assertThat(files).as("three buckets, names with a, b and null, tiered twice").isEqualTo(18);
  }

  @Test
  void alteredPropertiesReachTheLake() {
    TableName name = create("lake.altered", List.of(), List.of(), List.of());
    server
        .client()
        .alterProperties(
            name,
            Map.of("freshet.freshness", "2h", "write.parquet.page-row-limit", "99"),
            List.of());
    assertThat(rest.loadTable(name.identifier()).properties())
        .containsEntry("freshet.freshness", "2h")
        .containsEntry("write.parquet.page-row-limit", "99");
    TableDescription description =
        server.client().alterProperties(name, Map.of(), List.of("write.parquet.page-row-limit"));
    assertThat(description.properties()).doesNotContainKey("write.parquet.page-row-limit");
    assertThat(rest.loadTable(name.identifier()).properties())
        .doesNotContainKey("write.parquet.page-row-limit");
  }

  @Test
  void droppedTableStaysInTheLakeUnlessPurged() throws IOException {
    TableName kept = create("lake.kept", List.of(), List.of(), List.of());
    append(kept, 0, 10);
    tier(kept);
    append(kept, 10, 20);
    server.client().dropTable(kept);
    Table table = rest.loadTable(kept.identifier());
    assertThat(ids(LakeRows.read(table))).isEqualTo(numbers(0, 10));
    assertThat(table.properties()).doesNotContainKeys("freshet.table-id", "freshet.buckets");
    assertThatThrownBy(() -> create("lake.kept", List.of(), List.of(), List.of()))
        .hasMessage("The lake has a table lake.kept already: choose another name");
    assertThat(ids(LakeRows.read(rest.loadTable(kept.identifier())))).isEqualTo(numbers(0, 10));
    LakeRows.append(table, LakeRows.row(10, "plain"));
    assertThat(rest.dropTable(kept.identifier(), true)).isTrue();

    TableName purged = create("lake.purged", List.of(), List.of(), List.of());
    append(purged, 0, 10);
    TableDescription description = tier(purged);
    Path folder = Path.of(rest.loadTable(purged.identifier()).location().replace("file:", ""));
    assertThat(files(folder)).isNotEmpty();
    server.client().purgeTable(purged);
    assertThat(rest.tableExists(purged.identifier())).isFalse();
    assertThat(files(folder)).isEmpty();
    assertThat(description.lakeRows()).isEqualTo(10);
  }

  @Test
  void tableMadeAgainHasNoOldRows() throws IOException {
    TableName name = create("lake.again", List.of(), List.of(), List.of());
    append(name, 0, 10);
    tier(name);
    append(name, 10, 20);
    server.client().purgeTable(name);
    create("lake.again", List.of(), List.of(), List.of());
    assertThat(server.rows(name)).isEmpty();
    append(name, 100, 110);
    assertThat(ids(server.rows(name))).isEqualTo(numbers(100, 110));
    tier(name);
    assertThat(ids(LakeRows.read(rest.loadTable(name.identifier())))).isEqualTo(numbers(100, 110));
  }

  @Test
  void rowsThatOthersAppendToTheLakeAreAdopted() throws IOException {
    TableName name = create("lake.shared", List.of(), List.of(), List.of());
    append(name, 0, 10);
    tier(name);
    LakeRows.append(rest.loadTable(name.identifier()), LakeRows.row(1000, "foreign"));
    append(name, 10, 20);
    tier(name);
    List<Long> all = new ArrayList<>(numbers(0, 20));
    all.add(1000L);
    assertThat(ids(server.rows(name))).isEqualTo(all);
    assertThat(ids(LakeRows.read(rest.loadTable(name.identifier())))).isEqualTo(all);
  }

  private static TableName create(
      String name, List<String> partitioning, List<String> sortedBy, List<String> bucketKey) {
    TableName table = TableName.parse(name);
    var unused =
        server
            .client()
            .createTable(
                new CreateTable(
                    table,
                    LakeRows.SCHEMA,
                    partitioning,
                    sortedBy,
                    null,
                    bucketKey,
                    Map.of("freshet.freshness", "1h")));
    return table;
  }

  private static void append(TableName table, long from, long to) {
    List<Record> rows =
        LongStream.range(from, to)
            .mapToObj(id -> LakeRows.row(id, id % 7 == 0 ? null : (id % 2 == 0 ? "a" : "b") + id))
            .toList();
    try (TableWriter writer = server.client().newWriter(table);
        VectorSchemaRoot batch = RandomRows.batch(LakeRows.SCHEMA, rows, server.allocator())) {
      var sent = writer.append(batch);
      writer.flush();
    }
  }

  private static TableDescription tier(TableName table) {
    var unused = server.client().tier(table);
    TableDescription description = server.client().describeTable(table);
    assertThat(description.freshRows()).isZero();
    return description;
  }

  private static List<Long> fileIds(Table table, FileScanTask task) throws IOException {
    List<Long> ids = new ArrayList<>();
    try (CloseableIterable<Record> rows =
        Parquet.read(table.io().newInputFile(task.file().location()))
            .project(table.schema())
            .createReaderFunc(type -> GenericParquetReaders.buildReader(table.schema(), type))
            .build()) {
      rows.forEach(row -> ids.add((Long) row.getField("id")));
    }
    return ids;
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static List<Long> ids(List<Record> rows) {
    return rows.stream().map(row -> (Long) row.getField("id")).sorted().toList();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
