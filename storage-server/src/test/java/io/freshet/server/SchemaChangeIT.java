/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.server.OrderRows.BEFORE;
import static io.freshet.server.OrderRows.flat;
import static io.freshet.server.OrderRows.keyed;
import static io.freshet.server.OrderRows.row;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowRows;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.client.ChangeStream;
import io.freshet.client.KeyLookUp;
import io.freshet.client.RetryPolicy;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.filter.FilterJson;
import io.freshet.lake.LakeRows;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.Json;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.server.lake.LakeCatalog;
import io.freshet.table.ChangeColumns;
import io.freshet.table.LookUpColumns;
import io.freshet.table.SchemaChange;
import io.freshet.table.SchemaChange.AddColumn;
import io.freshet.table.SchemaChange.DropColumn;
import io.freshet.table.SchemaChange.MakeOptional;
import io.freshet.table.SchemaChange.MoveColumn;
import io.freshet.table.SchemaChange.RenameColumn;
import io.freshet.table.SchemaChange.SetDefault;
import io.freshet.table.SchemaChange.SetDoc;
import io.freshet.table.SchemaChange.WidenColumn;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns change while there are rows of before: in the lake, fresh, and on their way. */
final class SchemaChangeIT {
  private static final TableName TABLE = TableName.parse("db.orders");

  @TempDir Path data;

  /** By id, all values of a row by the paths of their columns. */
  private final Map<Object, Map<String, Object>> oracle = new TreeMap<>();

  @Test
  void columnsThatAreAddedAtTheSameTimeAreAllThere() throws IOException {
    try (TestServer server = newServer()) {
      create(server, true);
      write(server, 0, 10);
      for (int round = 0; round < 5; round++) {
        List<String> names = new ArrayList<>();
        List<CompletableFuture<Void>> added = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String name = "added_" + round + "_" + i;
          names.add(name);
          added.add(CompletableFuture.runAsync(() -> add(server, name)));
        }
        added.forEach(CompletableFuture::join);
        assertThat(columns(server)).containsAll(names);
      }
      UnionSnapshot after = server.client().plan(TABLE);
      assertThat(server.rows(after, Projection.of(after.schema(), null, null))).hasSize(10);
    }
  }

  /** Adds a column, again if the table was opened again meanwhile. */
  private static void add(TestServer server, String name) {
    while (!columns(server).contains(name)) {
      try {
        server
            .client()
            .alterSchema(
                TABLE,
                List.of(AddColumn.of(Types.NestedField.optional(1, name, Types.LongType.get()))));
        assertThat(columns(server)).contains(name);
      } catch (FreshetException e) {
        assertThat(e.code().remedy()).isEqualTo(Remedy.RETRY);
      }
    }
  }

  private static List<String> columns(TestServer server) {
    return server.client().describeTable(TABLE).schema().columns().stream()
        .map(Types.NestedField::name)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsOfBeforeAreReadWithTheColumnsOfNow(boolean hasKey) throws IOException {
    try (TestServer server = newServer()) {
      create(server, hasKey);
      write(server, 0, 10);
      server.client().tier(TABLE);
      write(server, 10, 20);
      UnionSnapshot before = server.client().plan(TABLE);

      server
          .client()
          .alterSchema(
              TABLE,
              List.of(
                  AddColumn.of(
                      Types.NestedField.optional("channel")
                          .withId(1)
                          .ofType(Types.StringType.get())
                          .withInitialDefault(Expressions.lit("web"))
                          .build()),
                  AddColumn.of(Types.NestedField.optional(1, "note", Types.StringType.get())),
                  new AddColumn(
                      List.of("place"),
                      new Schema(Types.NestedField.optional(1, "z", Types.LongType.get()))),
                  new WidenColumn(List.of("id"), "long"),
                  new WidenColumn(List.of("amount"), "long"),
                  new WidenColumn(List.of("place", "y"), "double"),
                  new RenameColumn(List.of("name"), "title"),
                  new DropColumn(List.of("tags")),
                  new MoveColumn(List.of("note"), "id"),
                  new MoveColumn(List.of("place", "z"), null),
                  new SetDoc(List.of("note"), "free text")));
      oracle.values().forEach(OrderRows::alter);
      Schema after = server.client().describeTable(TABLE).schema();
      assertThat(after.columns().stream().map(Types.NestedField::name))
          .containsExactly("id", "note", "amount", "title", "place", "channel");
      assertThat(after.findField("note").doc()).isEqualTo("free text");
      check(server);
      assertThat(flat(server.rows(before, Projection.of(before.schema(), null, null))))
          .as("the union snapshot of before")
          .hasSize(20)
          .allSatisfy(row -> assertThat(row).containsKeys("tags", "name", "amount"));

      write(server, 20, 30);
      if (hasKey) {
        write(server, 5, 8);
        write(server, 15, 18);
      }
      check(server);
      checkChanges(server, hasKey ? 36 : 30);
      server.restart();
      check(server);
      server.client().tier(TABLE);
      check(server);
      checkPlainIceberg(server);
      write(server, 30, 33);
      server.client().compact(TABLE);
      check(server);
      if (hasKey) {
        checkLookUp(server);
      }
      server.restart();
      check(server);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void writersGoOnOverAnAddedColumn(boolean hasKey) {
    try (TestServer server = newServer()) {
      create(server, hasKey);
      Schema before = server.client().describeTable(TABLE).writtenSchema();
      try (TableWriter writer = server.client().newWriter(TABLE)) {
        send(server, writer, before, 0, 10);
        server
            .client()
            .alterSchema(
                TABLE,
                List.of(
                    AddColumn.of(Types.NestedField.optional(1, "note", Types.StringType.get()))));
        send(server, writer, before, 10, 20);
        writer.flush();
        server.client().alterSchema(TABLE, List.of(new SetDefault(List.of("note"), "\"none\"")));
        send(server, writer, before, 20, 30);
        writer.flush();
      }
      assertThat(server.rows(TABLE))
          .hasSize(30)
          .allSatisfy(row ->
              assertThat(row.getField("note"))
                  .isEqualTo((Integer) row.getField("id") < 20 ? null : "none"));
    }
  }

  @Test
  void stagedBatchesOfBeforeAreCommittedAfterwards() {
    try (TestServer server = newServer()) {
      create(server, true);
      String id = server.client().beginTransaction(TABLE, "job", null).transaction();
      try (TableWriter writer = server.client().newWriter(TABLE, id, java.util.UUID.randomUUID())) {
        send(server, writer, server.client().describeTable(TABLE).writtenSchema(), 0, 10);
        writer.flush();
      }
      server.client().alterSchema(TABLE, List.of(new WidenColumn(List.of("id"), "long")));
      server.client().commitTransaction(TABLE, id);
      assertThat(server.rows(TABLE))
          .extracting(row -> row.getField("id"))
          .containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }
  }

  @Test
  void keysThatChoseBucketsStayThereUnderNewNames() {
    try (TestServer server = newServer()) {
      create(server, true);
      write(server, 0, 20);
      server.client().alterSchema(TABLE, List.of(new RenameColumn(List.of("id"), "order_id")));
      TableDescription description = server.client().describeTable(TABLE);
      assertThat(description.bucketKey()).containsExactly("order_id");
      try (TableWriter writer = server.client().newWriter(TABLE)) {
        send(server, writer, description.writtenSchema(), 0, 20);
        writer.flush();
      }
      assertThat(server.rows(TABLE)).hasSize(20);
      server.restart();
      assertThat(server.rows(TABLE)).hasSize(20);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anotherWritersChangeOfTheColumnsIsTakenOver(boolean hasKey) throws IOException {
    try (TestServer server = newServer();
        RESTCatalog rest = new RESTCatalog()) {
      create(server, hasKey);
      write(server, 0, 10);
      server.client().tier(TABLE);
      write(server, 10, 20);
      rest.initialize(
          "rest", new HashMap<>(Map.of("uri", server.server().lakeUri(), "warehouse", "lake")));
      rest.loadTable(TABLE.identifier())
          .updateSchema()
          .addColumn("note", Types.StringType.get())
          .renameColumn("name", "title")
          .updateColumn("amount", Types.LongType.get())
          .commit();
      Await.until(
          "the table has the columns of its lake table",
          Duration.ofSeconds(20),
          () -> server.client().describeTable(TABLE).schema().findField("note") != null);
      for (Map<String, Object> row : oracle.values()) {
        row.put("note", null);
        row.put("title", row.remove("name"));
        row.computeIfPresent("amount", (unused, amount) -> ((Integer) amount).longValue());
      }
      check(server);
      server.client().tier(TABLE);
      check(server);
    }
  }

  @Test
  void aLookUpThatBeganBeforeSaysThatTheColumnsWereChanged() {
    try (TestServer server = newServer()) {
      create(server, true);
      write(server, 0, 5);
      Schema keys = new Schema(server.client().describeTable(TABLE).schema().findField("id"));
      try (KeyLookUp lookUp = server.client().newLookUp(TABLE, null)) {
        try (VectorSchemaRoot batch = keys(server, keys, List.of(1, 7));
            VectorSchemaRoot found = lookUp.lookUp(batch)) {
          assertThat(found.getRowCount()).isEqualTo(2);
        }
        server.client().alterSchema(TABLE, List.of(new DropColumn(List.of("tags"))));
        try (VectorSchemaRoot batch = keys(server, keys, List.of(1))) {
          assertThatThrownBy(() -> lookUp.lookUp(batch))
              .hasMessageContaining(
                  "The columns of table db.orders were changed since this look-up began");
        }
      }
    }
  }

  @Test
  void changesThatCanNotBeAreRefusedAndNothingIsChanged() {
    try (TestServer server = newServer()) {
      create(server, true);
      Schema before = server.client().describeTable(TABLE).schema();
      write(server, 0, 5);
      refused(server, "No change of table db.orders is given");
      refused(
          server,
          "Column id of table db.orders can't be dropped: it is in its primary key",
          new DropColumn(List.of("id")));
      refused(
          server,
          "Can't change the columns of table db.orders: Cannot delete missing column: nothing",
          new DropColumn(List.of("nothing")));
      refused(
          server,
          "There is no column nothing in table db.orders",
          new SetDefault(List.of("nothing"), "1"));
      refused(
          server,
          "Can't change the columns of table db.orders: Cannot change column type: amount: int ->"
              + " string",
          new WidenColumn(List.of("amount"), "string"));
      refused(
          server,
          "Can't change the columns of table db.orders: Cannot parse type string to primitive:"
              + " number",
          new WidenColumn(List.of("amount"), "number"));
      refused(
          server,
          "Can't change the columns of table db.orders: Incompatible change: cannot add required"
              + " column without a default value: must",
          AddColumn.of(Types.NestedField.required(1, "must", Types.StringType.get())));
      refused(
          server,
          "Can't change the columns of table db.orders: Cannot add column, name already exists:"
              + " amount",
          AddColumn.of(Types.NestedField.optional(1, "amount", Types.StringType.get())));
      refused(
          server,
          "Table db.orders has a primary key, and changes to it say what they do in a column"
              + " _change_type",
          AddColumn.of(Types.NestedField.optional(1, "_change_type", Types.StringType.get())));
      refused(
          server,
          "Can't change the columns of table db.orders: Cannot delete missing column: nothing",
          new RenameColumn(List.of("name"), "title"),
          new DropColumn(List.of("nothing")));
      assertThatThrownBy(() -> new MakeOptional(List.of()))
          .hasMessage("A change of a column needs the column's path");
      Schema after = server.client().describeTable(TABLE).schema();
      assertThat(after.sameSchema(before)).isTrue();
      check(server);
    }
  }

  private static void refused(TestServer server, String message, SchemaChange... changes) {
    assertThatThrownBy(() -> server.client().alterSchema(TABLE, List.of(changes)))
        .hasMessageContaining(message);
  }

  private TestServer newServer() {
    return new TestServer(
        data, Settings.NONE, new RetryPolicy(100, Duration.ofMillis(20), Duration.ofMillis(200)));
  }

  private static void create(TestServer server, boolean hasKey) {
    server
        .client()
        .createTable(
            new CreateTable(
                TABLE,
                hasKey ? keyed(BEFORE) : BEFORE,
                null,
                null,
                2,
                null,
                Map.of("freshet.freshness", "1h", "freshet.compaction.min-files", "2")));
  }

  /** Writes rows [from, to) with the table's columns as they are now, and notes them. */
  private void write(TestServer server, int from, int to) {
    Schema schema = server.client().describeTable(TABLE).writtenSchema();
    try (TableWriter writer = server.client().newWriter(TABLE)) {
      for (Record row : send(server, writer, schema, from, to)) {
        Map<String, Object> values = flat(row);
        oracle.put(((Number) requireNonNull(values.get("id"))).longValue(), values);
      }
      writer.flush();
    }
  }

  private static List<Record> send(
      TestServer server, TableWriter writer, Schema schema, int from, int to) {
    List<Record> rows = new ArrayList<>();
    try (VectorSchemaRoot batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(schema, batch);
      for (int id = from; id < to; id++) {
        Record row = row(schema.asStruct(), id);
        rows.add(row);
        appender.append(row);
      }
      appender.finish();
      writer.append(batch);
    }
    return rows;
  }

  private void check(TestServer server) {
    assertThat(flat(server.rows(TABLE))).containsExactlyInAnyOrderElementsOf(oracle.values());
    UnionSnapshot snapshot = server.client().plan(TABLE);
    if (snapshot.schema().findField("channel") != null) {
      Projection someOfThem =
          Projection.of(
              snapshot.schema(),
              List.of("id", "channel"),
              Json.tree(FilterJson.toJson(Expressions.equal("channel", "web"), snapshot.schema())));
      assertThat(server.rows(snapshot, someOfThem))
          .hasSize(
              (int)
                  oracle.values().stream().filter(row -> "web".equals(row.get("channel"))).count());
    }
    server.client().release(snapshot);
  }

  private void checkChanges(TestServer server, int count) {
    Schema schema = ChangeColumns.schema(TABLE, server.client().describeTable(TABLE).schema());
    List<Record> changes = new ArrayList<>();
    for (BucketOffsets bucket : server.client().offsets(TABLE).offsets()) {
      try (ChangeStream stream =
          server
              .client()
              .readChanges(
                  new ChangesTicket(
                      TABLE,
                      null,
                      bucket.bucket(),
                      bucket.startOffset(),
                      bucket.endOffset(),
                      null,
                      null))) {
        while (stream.next()) {
          changes.addAll(new ArrowRows(schema, stream.batch()).copyAll());
        }
      }
    }
    assertThat(changes)
        .hasSize(count)
        .allSatisfy(row -> assertThat(row.getField("id")).isNotNull());
  }

  private void checkLookUp(TestServer server) {
    Schema table = server.client().describeTable(TABLE).schema();
    Schema keys = new Schema(table.findField("id"));
    try (VectorSchemaRoot batch = keys(server, keys, List.copyOf(oracle.keySet()));
        VectorSchemaRoot found = server.client().lookUp(TABLE, batch)) {
      Schema answer = LookUpColumns.answer(TABLE, table, null);
      List<Map<String, Object>> rows = flat(new ArrowRows(answer, found).copyAll());
      rows.forEach(row -> assertThat(row.remove("_found")).isEqualTo(true));
      assertThat(rows).containsExactlyElementsOf(oracle.values());
    }
  }

  private static VectorSchemaRoot keys(TestServer server, Schema schema, List<?> ids) {
    VectorSchemaRoot batch =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), server.allocator());
    ArrowRowAppender appender = new ArrowRowAppender(schema, batch);
    for (Object id : ids) {
      Record key = GenericRecord.create(schema);
      key.set(0, id);
      appender.append(key);
    }
    appender.finish();
    return batch;
  }

  private void checkPlainIceberg(TestServer server) throws IOException {
    try (LakeCatalog lake = LakeCatalog.open(server.data(), Map.of())) {
      assertThat(flat(LakeRows.read(lake.catalog().loadTable(TABLE.identifier()))))
          .containsExactlyInAnyOrderElementsOf(oracle.values());
    }
  }
}
