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

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CompactResult;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.ExpireResult;
import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.OverlayVector;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TransactionState.State;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upserts and deletes through a real server, against a map. */
final class PrimaryKeyTableIT {
  private static final TableName TABLE = TableName.parse("db.accounts");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "name", Types.StringType.get()),
              Types.NestedField.optional(3, "amount", Types.LongType.get())),
          Set.of(1));

  @TempDir Path data;

  private final Map<Long, String> oracle = new TreeMap<>();
  private final Random random = new Random(5);

  @Test
  void unionIsTheLastChangeOfEachKeyBeforeAndAfterTieringAndRestart() {
    try (TestServer server = new TestServer(data)) {
      create(server);
      for (int round = 0; round < 6; round++) {
        change(server, 400);
        assertThat(rows(server)).isEqualTo(oracle);

        server.client().tier(TABLE);
        assertThat(rows(server)).isEqualTo(oracle);
        TableDescription description = server.client().describeTable(TABLE);
        assertThat(description.lakeRows()).isEqualTo(oracle.size());
        assertThat(description.freshRows()).isZero();

        change(server, 200);
        assertThat(rows(server)).isEqualTo(oracle);
        UnionSnapshot snapshot = server.client().plan(TABLE);
        assertThat(
                server.client().describeTable(TABLE).lakeRows()
                    - snapshot.overlayRows()
                    + snapshot.freshRows())
            .isEqualTo(oracle.size());
        assertThat(snapshot.overlays())
            .isNotEmpty()
            .allSatisfy(PrimaryKeyTableIT::isConsistent)
            .allSatisfy(overlay -> {
              OverlayVector alone =
                  server.client().overlay(snapshot.snapshot(), overlay.dataFile());
              assertThat(alone.overlayRows()).isEqualTo(overlay.overlayRows());
              assertThat(alone.positions()).isEqualTo(overlay.positions());
            });
        server.client().release(snapshot);
        if (round % 2 == 0) {
          server.restart();
          assertThat(rows(server)).isEqualTo(oracle);
        }
      }
    }
  }

  @Test
  void anIndexThatWasLostIsMadeAnew() throws IOException {
    try (TestServer server = new TestServer(data)) {
      create(server);
      change(server, 400);
      server.client().tier(TABLE);
      change(server, 200);
      server.client().tier(TABLE);
      change(server, 200);

      server.stop();
      try (Stream<Path> files = Files.walk(data.resolve("index"))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
      server.start();

      assertThat(rows(server)).isEqualTo(oracle);
      change(server, 400);
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  @Test
  void compactionAndExpiryChangeNoRow() {
    try (TestServer server = new TestServer(data)) {
      create(server);
      for (int round = 0; round < 7; round++) {
        change(server, 200);
        server.client().tier(TABLE);
      }
      change(server, 300);
      UnionSnapshot leased = server.client().plan(TABLE);
      Map<Long, String> leasedRows = new TreeMap<>(oracle);

      CompactResult result = server.client().compact(TABLE);
      assertThat(result.filesBefore()).isGreaterThan(result.filesAfter());
      assertThat(rows(server)).isEqualTo(oracle);
      change(server, 300);
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      assertThat(rows(server)).isEqualTo(oracle);
      assertThat(server.client().compact(TABLE).filesBefore()).isGreaterThanOrEqualTo(0);

      String location = server.client().describeTable(TABLE).location();
      ExpireResult expired = server.client().expireSnapshots(TABLE, Instant.now(), 1);
      assertThat(expired.snapshots()).isPositive();
      assertThat(server.client().describeTable(TABLE).location())
          .as("the metadata file without those snapshots")
          .isNotEqualTo(location);
      assertThat(rows(server)).isEqualTo(oracle);
      assertThat(rows(server, leased)).isEqualTo(leasedRows);
      server.restart();
      change(server, 100);
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  @Test
  void transactionsShowAllTheirBatchesAtOnceOrNone() {
    try (TestServer server = new TestServer(data)) {
      create(server);
      change(server, 200);
      Map<Long, String> before = new TreeMap<>(oracle);

      String id = server.client().beginTransaction(TABLE, null, null).transaction();
      stage(server, id, 300);
      Map<Long, String> after = new TreeMap<>(oracle);
      assertThat(rows(server)).isEqualTo(before);
      server.restart();
      assertThat(rows(server)).isEqualTo(before);
      assertThat(server.client().beginTransaction(TABLE, id, null).state()).isEqualTo(State.OPEN);

      assertThat(server.client().commitTransaction(TABLE, id).state()).isEqualTo(State.COMMITTED);
      assertThat(rows(server)).isEqualTo(after);
      assertThat(server.client().commitTransaction(TABLE, id).state()).isEqualTo(State.COMMITTED);
      assertThat(rows(server)).isEqualTo(after);

      String dropped = server.client().beginTransaction(TABLE, "epoch-7", null).transaction();
      stage(server, dropped, 100);
      server.client().abortTransaction(TABLE, dropped);
      assertThat(rows(server)).isEqualTo(after);
      assertThatThrownBy(() -> server.client().commitTransaction(TABLE, dropped))
          .hasMessageContaining("Transaction epoch-7 of table db.accounts was aborted");
      assertThatThrownBy(() -> stage(server, dropped, 50))
          .hasMessageContaining("Transaction epoch-7 of table db.accounts was aborted");
      assertThatThrownBy(() -> server.client().commitTransaction(TABLE, "nobody"))
          .hasMessage("Table db.accounts has no transaction nobody: begin it first");
      server.client().tier(TABLE);
      server.restart();
      assertThat(rows(server)).isEqualTo(after);
      assertThat(server.client().beginTransaction(TABLE, id, null).state())
          .isEqualTo(State.COMMITTED);
      assertThatThrownBy(() -> stage(server, id, 50))
          .hasMessageContaining("takes no more batches: it was committed");
    }
  }

  @Test
  void aCommitMayNameTheWritersThatCount() {
    try (TestServer server = new TestServer(data)) {
      create(server);
      String id = server.client().beginTransaction(TABLE, "job", null).transaction();
      UUID counting = UUID.randomUUID();
      try (TableWriter writer = server.client().newWriter(TABLE, id, counting)) {
        write(server, writer, 100);
      }
      Map<Long, String> counted = new TreeMap<>(oracle);
      stage(server, id, 300); // By another writer, whose rows are dropped.

      server.client().commitTransaction(TABLE, id, List.of(counting));

      assertThat(rows(server)).isEqualTo(counted);
      server.restart();
      assertThat(rows(server)).isEqualTo(counted);
    }
  }

  @Test
  void batchesOfTheFirstWritersComeBeforeAllOthers() {
    try (TestServer server = new TestServer(data)) {
      create(server);
      change(server, 400);
      server.client().tier(TABLE);
      change(server, 200);
      Set<Long> before = Set.copyOf(oracle.keySet());
      oracle.clear();
      String id = server.client().beginTransaction(TABLE, "overwrite", null).transaction();
      UUID writing = UUID.randomUUID();
      UUID deleting = UUID.randomUUID();
      try (TableWriter writer = server.client().newWriter(TABLE, id, writing)) {
        write(server, writer, 200);
      }
      try (TableWriter writer = server.client().newWriter(TABLE, id, deleting)) {
        delete(server, writer, before);
      }

      server.client().commitTransaction(TABLE, id, List.of(writing, deleting), List.of(deleting));

      assertThat(oracle).isNotEmpty();
      assertThat(rows(server)).isEqualTo(oracle);
      server.restart();
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  private static void delete(TestServer server, TableWriter writer, Set<Long> ids) {
    Schema written = ChangeType.written(SCHEMA);
    try (VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(written, rows);
      for (Long id : ids) {
        Record row = GenericRecord.create(written);
        row.setField("id", id);
        row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
        appender.append(row);
      }
      appender.finish();
      writer.append(rows).join();
    }
  }

  private static void create(TestServer server) {
    server
        .client()
        .createTable(
            new CreateTable(TABLE, SCHEMA, null, null, 3, null, Map.of("freshet.freshness", "1h")));
  }

  private static void isConsistent(FileOverlay overlay) {
    assertThat(overlay.positions().cardinality()).isEqualTo(overlay.overlayRows());
    assertThat(overlay.deletedRows()).isGreaterThanOrEqualTo(overlay.overlayRows());
  }

  private Map<Long, String> rows(TestServer server) {
    UnionSnapshot snapshot = server.client().plan(TABLE);
    Map<Long, String> rows = rows(server, snapshot);
    server.client().release(snapshot);
    return rows;
  }

  private static Map<Long, String> rows(TestServer server, UnionSnapshot snapshot) {
    Map<Long, String> rows = new TreeMap<>();
    for (Record row : server.rows(snapshot, Projection.of(snapshot.schema(), null, null))) {
      String before =
          rows.put((Long) row.getField("id"), row.getField("name") + "/" + row.getField("amount"));
      assertThat(before).as("key %s comes once", row.getField("id")).isNull();
    }
    return rows;
  }

  private void change(TestServer server, int changes) {
    try (TableWriter writer = server.client().newWriter(TABLE)) {
      write(server, writer, changes);
    }
  }

  private void stage(TestServer server, String transaction, int changes) {
    try (TableWriter writer = server.client().newWriter(TABLE, transaction, UUID.randomUUID())) {
      write(server, writer, changes);
    }
  }

  private void write(TestServer server, TableWriter writer, int changes) {
    Schema written = ChangeType.written(SCHEMA);
    try (VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      for (int batch = 0; batch < changes; batch += 50) {
        ArrowRowAppender appender = new ArrowRowAppender(written, rows);
        for (int i = 0; i < 50; i++) {
          Record row = GenericRecord.create(written);
          long id = random.nextInt(500);
          row.setField("id", id);
          if (random.nextInt(5) == 0) {
            row.setField(ChangeType.COLUMN, ChangeType.DELETE.text());
            oracle.remove(id);
          } else {
            row.setField("name", "name " + random.nextInt(1000));
            row.setField("amount", random.nextLong());
            oracle.put(id, row.getField("name") + "/" + row.getField("amount"));
          }
          appender.append(row);
        }
        appender.finish();
        var unused = writer.append(rows);
      }
    }
  }
}
