/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static io.freshet.error.FreshetErrorCode.TABLE_ALREADY_EXISTS;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.client.RetryPolicy;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeRows;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.table.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RenameAndTruncateIT {
  private static final TableName TABLE = TableName.parse("db.orders");
  private static final TableName RENAMED = TableName.parse("archive.old_orders");
  private static final List<Types.NestedField> COLUMNS =
      List.of(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "name", Types.StringType.get()));

  @TempDir Path data;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void truncateRemovesAllRowsAndOtherOnesCome(boolean hasKey) {
    try (TestServer server = newServer()) {
      create(server, TABLE, hasKey);
      write(server, TABLE, 0, 100);
      server.client().tier(TABLE);
      write(server, TABLE, hasKey ? 50 : 100, 150);
      UnionSnapshot before = server.client().plan(TABLE);

      TableDescription description = server.client().truncateTable(TABLE);
      assertThat(description.lakeRows()).isZero();
      assertThat(description.freshRows()).isZero();
      assertThat(server.rows(TABLE)).isEmpty();
      assertThat(server.rows(before, Projection.of(before.schema(), null, null))).hasSize(150);

      write(server, TABLE, 0, 30);
      assertThat(ids(server, TABLE)).hasSize(30);
      server.restart();
      assertThat(ids(server, TABLE)).hasSize(30);
      server.client().tier(TABLE);
      write(server, TABLE, 30, 40);
      assertThat(ids(server, TABLE)).hasSize(40);
      server.client().truncateTable(TABLE);
      server.client().truncateTable(TABLE);
      assertThat(server.rows(TABLE)).isEmpty();
    }
  }

  @Test
  void aTableThatHasNothingInTheLakeIsTruncatedToo() {
    try (TestServer server = newServer()) {
      create(server, TABLE, true);
      server.client().truncateTable(TABLE);
      write(server, TABLE, 0, 10);
      server.client().truncateTable(TABLE);
      assertThat(server.rows(TABLE)).isEmpty();
      write(server, TABLE, 5, 15);
      assertThat(ids(server, TABLE)).hasSize(10);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRenamedTableHasAllItsRowsAndItsLake(boolean hasKey) throws IOException {
    try (TestServer server = newServer();
        RESTCatalog rest = new RESTCatalog()) {
      create(server, TABLE, hasKey);
      write(server, TABLE, 0, 20);
      server.client().tier(TABLE);
      write(server, TABLE, 20, 30);
      UnionSnapshot before = server.client().plan(TABLE);

      assertThat(server.client().renameTable(TABLE, RENAMED).table()).isEqualTo(RENAMED);
      assertThat(ids(server, RENAMED)).hasSize(30);
      assertThat(server.rows(before, Projection.of(before.schema(), null, null))).hasSize(30);
      assertThatThrownBy(() -> server.client().plan(TABLE))
          .isInstanceOfSatisfying(
              FreshetException.class, e -> assertThat(e.code()).isEqualTo(TABLE_NOT_FOUND));
      assertThat(server.client().listTables()).containsExactly(RENAMED);

      create(server, TABLE, hasKey);
      write(server, TABLE, 0, 3);
      write(server, RENAMED, 30, 35);
      server.client().tier(RENAMED);
      rest.initialize(
          "rest", new HashMap<>(Map.of("uri", server.server().lakeUri(), "warehouse", "lake")));
      assertThat(LakeRows.read(rest.loadTable(RENAMED.identifier()))).hasSize(35);
      server.restart();
      assertThat(ids(server, RENAMED)).hasSize(35);
      assertThat(ids(server, TABLE)).hasSize(3);
    }
  }

  @Test
  void namesThatAreTakenAreRefusedAndTheTableKeepsIts() throws IOException {
    try (TestServer server = newServer();
        RESTCatalog rest = new RESTCatalog()) {
      create(server, TABLE, true);
      create(server, RENAMED, true);
      write(server, TABLE, 0, 10);
      refused(
          server,
          RENAMED,
          "Table db.orders can't be renamed to archive.old_orders: there is a table of that name");
      rest.initialize(
          "rest", new HashMap<>(Map.of("uri", server.server().lakeUri(), "warehouse", "lake")));
      TableName plain = TableName.parse("db.plain");
      rest.createTable(plain.identifier(), new Schema(COLUMNS));
      refused(
          server,
          plain,
          "Table db.orders can't be renamed to db.plain: the lake has a table of that name");
      write(server, TABLE, 10, 12);
      assertThat(ids(server, TABLE)).hasSize(12);
      server.restart();
      assertThat(ids(server, TABLE)).hasSize(12);
    }
  }

  private static void refused(TestServer server, TableName newName, String message) {
    assertThatThrownBy(() -> server.client().renameTable(TABLE, newName))
        .isInstanceOfSatisfying(
            FreshetException.class, e -> assertThat(e.code()).isEqualTo(TABLE_ALREADY_EXISTS))
        .hasMessageContaining(message);
  }

  private TestServer newServer() {
    return new TestServer(
        data, Settings.NONE, new RetryPolicy(100, Duration.ofMillis(20), Duration.ofMillis(200)));
  }

  private static void create(TestServer server, TableName name, boolean hasKey) {
    server
        .client()
        .createTable(
            new CreateTable(
                name,
                new Schema(COLUMNS, hasKey ? Set.of(1) : Set.of()),
                null,
                null,
                2,
                null,
                Map.of("freshet.freshness", "1h")));
  }

  private static void write(TestServer server, TableName name, int from, int to) {
    Schema schema = server.client().describeTable(name).writtenSchema();
    try (TableWriter writer = server.client().newWriter(name);
        VectorSchemaRoot batch =
            VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(schema, batch);
      for (long id = from; id < to; id++) {
        Record row = GenericRecord.create(schema);
        row.setField("id", id);
        row.setField("name", "order " + id);
        appender.append(row);
      }
      appender.finish();
      var unused = writer.append(batch);
      writer.flush();
    }
  }

  /** The ids, each of which is there once. */
  private static List<Object> ids(TestServer server, TableName name) {
    List<Object> ids = server.rows(name).stream().map(row -> row.getField("id")).toList();
    assertThat(ids).doesNotHaveDuplicates();
    return ids;
  }
}
