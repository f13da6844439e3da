/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.RetryPolicy;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.Await;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.server.TestServer;
import io.freshet.server.lake.IcebergLake;
import io.freshet.server.lake.Lake;
import io.freshet.server.lake.Lake.DropMode;
import io.freshet.server.lake.LakeCatalog;
import io.freshet.table.TableName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table takes the name of another one, in one step whatever happens. */
final class ReplaceTableIT {
  private static final TableName TABLE = TableName.parse("db.orders");
  private static final TableName NEXT = TableName.parse("db.next");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "generation", Types.IntegerType.get())),
          Set.of(1));

  @TempDir Path data;

  @Test
  void oldTableIsReadableUntilItsLastReaderIsDone() {
    try (TestServer server = new TestServer(data)) {
      TableDescription old = filled(server, TABLE, 1);
      TableDescription next = filled(server, NEXT, 2);
      UnionSnapshot before = server.client().plan(TABLE);

      TableDescription replaced = server.client().replaceTable(TABLE, NEXT);

      assertThat(replaced.tableId()).isEqualTo(next.tableId());
      assertThat(server.client().listTables()).containsExactly(TABLE);
      assertThat(generations(server.rows(TABLE))).containsExactly(2);
      assertThat(generations(rows(server, before))).containsExactly(1);
      UnionSnapshot later =
          server.client().plan(TABLE, old.tableId(), Duration.ofSeconds(60)); // Found it before.
      assertThat(generations(rows(server, later))).containsExactly(1);
      assertThatThrownBy(() -> server.client().plan(NEXT))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.code()).isEqualTo(TABLE_NOT_FOUND));
      append(server, TABLE, 3, 100, 110);
      server.client().tier(TABLE);
      assertThat(generations(server.rows(TABLE))).containsExactlyInAnyOrder(2, 3);

      server.client().release(before);
      server.client().release(later);
      Path oldMetadata = Path.of(URI.create(old.location()));
      Await.until(
          "files of the old table are gone",
          ReplacedTables.GRACE.plusSeconds(30),
          () -> !Files.exists(oldMetadata));
      assertThatThrownBy(() -> server.client().plan(TABLE, old.tableId(), Duration.ofSeconds(60)))
          .hasMessageContaining("There is no table with id " + old.tableId());
      assertThat(server.rows(TABLE)).hasSize(20 + 10);
    }
  }

  /** The client repeats nothing: there must be a table at each moment, and rows of one alone. */
  @Test
  void readersNeverMissTheTable() {
    try (TestServer server = new TestServer(data)) {
      filled(server, TABLE, 0);
      AtomicBoolean isOver = new AtomicBoolean();
      CompletableFuture<Set<Integer>> reading =
          CompletableFuture.supplyAsync(() -> {
            Set<Integer> seen = new HashSet<>();
            while (!isOver.get()) {
              List<Record> rows = server.rows(TABLE);
              assertThat(rows).hasSize(20);
              assertThat(generations(rows)).hasSize(1);
              seen.addAll(generations(rows));
            }
            return seen;
          });

      for (int generation = 1; generation <= 5; generation++) {
        filled(server, NEXT, generation);
        server.client().replaceTable(TABLE, NEXT);
        assertThat(generations(server.rows(TABLE))).containsExactly(generation);
      }
      isOver.set(true);

      assertThat(reading.join()).contains(0);
    }
  }

  @ParameterizedTest(name = "after {0} of the steps")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void crashAfterTheDecisionIsFollowedByTheRest(int steps) throws IOException {
    try (TestServer server = newServer()) {
      filled(server, TABLE, 1);
      filled(server, NEXT, 2);
      server.stop();
      crashAfter(steps);
      server.start();

      assertThat(generations(server.rows(TABLE))).containsExactly(2);
      assertThat(server.client().listTables()).containsExactly(TABLE);
      append(server, TABLE, 3, 100, 110);
      server.client().tier(TABLE);
      server.restart();
      assertThat(server.rows(TABLE)).hasSize(30);
      server.stop();
      try (LakeCatalog catalog = LakeCatalog.open(data, Map.of())) {
        assertThat(catalog.catalog().listTables(Namespace.of("db")))
            .containsExactly(TableIdentifier.of("db", "orders"));
      }
      assertThat(new FileTableStore(data.resolve("tables")).load()).hasSize(1);
      server.start();
    }
  }

  /** Does by hand what a server does, and stops in the middle. */
  private void crashAfter(int steps) throws IOException {
    FileTableStore store = new FileTableStore(data.resolve("tables"));
    StoredTable old = stored(store, TABLE);
    StoredTable next = stored(store, NEXT);
    StoredTable taking = next.replacing(old);
    TableName aside = StoredTable.aside(TABLE, old.id());
    store.save(taking);
    try (LakeCatalog catalog = LakeCatalog.open(data, Map.of())) {
      Lake lake = new IcebergLake(catalog.catalog(), catalog.namespaces());
      List<Runnable> rest =
          List.of(
              () -> store.save(old.dropping(DropMode.PURGE)),
              () -> lake.setAside(TABLE, aside, old.id()),
              () -> lake.rename(NEXT, TABLE, next.id()),
              () -> store.save(taking.active()),
              () -> lake.drop(aside, old.id(), DropMode.PURGE));
      rest.subList(0, steps).forEach(Runnable::run);
    }
  }

  private static StoredTable stored(FileTableStore store, TableName name) {
    return store.load().stream()
        .filter(table -> table.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private TestServer newServer() {
    return new TestServer(
        data, Settings.NONE, new RetryPolicy(100, Duration.ofMillis(20), Duration.ofMillis(200)));
  }

  /** A table with 20 rows of a generation, half of them in the lake. */
  private static TableDescription filled(TestServer server, TableName name, int generation) {
    server.create(name, SCHEMA);
    append(server, name, generation, 0, 10);
    server.client().tier(name);
    append(server, name, generation, 10, 20);
    return server.client().describeTable(name);
  }

  private static void append(
      TestServer server, TableName name, int generation, long from, long to) {
    Schema written = server.client().describeTable(name).writtenSchema();
    try (TableWriter writer = server.client().newWriter(name);
        VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(written, batch);
      LongStream.range(from, to)
          .forEach(id -> {
            Record row = GenericRecord.create(written);
            row.setField("id", id);
            row.setField("generation", generation);
            appender.append(row);
          });
      appender.finish();
      writer.append(batch).join();
    }
  }

  private static List<Record> rows(TestServer server, UnionSnapshot snapshot) {
    return server.rows(snapshot, Projection.of(snapshot.schema(), null, null));
  }

  private static Set<Integer> generations(List<Record> rows) {
    Set<Integer> generations = new HashSet<>();
    rows.forEach(row -> generations.add((Integer) row.getField("generation")));
    return generations;
  }
}
