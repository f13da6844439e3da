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
import io.freshet.client.FreshetClient;
import io.freshet.client.RetryPolicy;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.AttachTable;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits of another Iceberg writer to the lake half of a primary-key table. */
final class ForeignCommitIT {
  private static final TableName TABLE = TableName.parse("db.accounts");
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.optional(2, "name", Types.StringType.get())),
          Set.of(1));
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path data;

  private final Map<Long, String> oracle = new TreeMap<>();

  @Test
  void appendedRowsAreKnownByTheirKeys() {
    try (TestServer server = newServer()) {
      upsert(server, "old", 1, 2, 3);
      server.client().tier(TABLE);
      upsert(server, "fresh", 2);

      inLake(server, table -> table.newAppend().appendFile(write(table, 10, 11)).commit());
      oracle.put(10L, "foreign");
      oracle.put(11L, "foreign");
      awaitAndCheck(server);

      upsert(server, "newer", 10);
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      assertThat(rows(server)).isEqualTo(oracle);
      server.restart();
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  @Test
  void rowsDeletedByAnotherWriterDoNotComeBack() {
    try (TestServer server = newServer()) {
      upsert(server, "old", 1, 2, 3, 4);
      server.client().tier(TABLE);
      upsert(server, "fresh", 2);

      UnionSnapshot before = server.client().plan(TABLE);
      inLake(server, table -> delete(table, 0, 1));
      awaitLakeSnapshot(server, before);
      server.client().tier(TABLE);
      Map<Long, String> rows = rows(server);

      assertThat(rows).containsEntry(2L, "fresh").hasSize(3);
      assertThat(server.client().describeTable(TABLE).lakeRows()).isEqualTo(3);
      upsert(server, "again", 1, 2, 3, 4);
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  @Test
  void tieringThatMeetsAForeignCommitGoesOnFromIt() {
    try (TestServer server = newServer()) {
      upsert(server, "old", 1, 2, 3);
      server.client().tier(TABLE);
      upsert(server, "fresh", 3, 4);
      UnionSnapshot leased = server.client().plan(TABLE);

      inLake(server, table -> table.newAppend().appendFile(write(table, 20)).commit());
      oracle.put(20L, "foreign");
      awaitAndCheck(server);
      server.client().tier(TABLE);

      assertThat(rows(server)).isEqualTo(oracle);
      Map<Long, String> leasedRows = rows(server, leased);
      assertThat(leasedRows).hasSize(4).doesNotContainKey(20L).containsEntry(3L, "fresh");
    }
  }

  @Test
  void filesThatAnotherWriterDeletesRewritesOrOverwritesAreFollowed() {
    try (TestServer server = newServer()) {
      for (long id = 1; id <= 4; id++) {
        upsert(server, "old", id); // Each in a file of its own.
        server.client().tier(TABLE);
      }
      upsert(server, "fresh", 4);

      inLake(
          server,
          table -> {
            List<DataFile> files = files(table);
            DataFile deleted = fileOf(files, 1);
            DataFile overwritten = fileOf(files, 2);
            table.newDelete().deleteFile(deleted).commit();
            table.newOverwrite().deleteFile(overwritten).addFile(write(table, 2, 7)).commit();
            DataFile joined = write(table, 3, 4);
            table
                .newRewrite()
                .deleteFile(fileOf(files, 3))
                .deleteFile(fileOf(files, 4))
                .addFile(joined)
                .commit();
          });
      oracle.remove(1L);
      oracle.put(2L, "foreign");
      oracle.put(7L, "foreign");
      oracle.put(3L, "foreign"); // So that it can be seen where it is.
      awaitAndCheck(server);

      upsert(server, "newer", 1, 3, 7);
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      assertThat(rows(server)).isEqualTo(oracle);
      server.restart();
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  @Test
  void aRowWhoseKeyTheLakeHasAlreadyIsRefusedUntilItIsRemoved() {
    try (TestServer server = newServer();
        FreshetClient impatient =
            FreshetClient.connect(
                server.server().flightUri(), server.allocator(), RetryPolicy.NONE)) {
      upsert(server, "old", 1, 2, 3);
      server.client().tier(TABLE);
      upsert(server, "fresh", 3, 4);
      AtomicReference<DataFile> twice = new AtomicReference<>();
      AtomicLong snapshotId = new AtomicLong();
      inLake(
          server,
          table -> {
            twice.set(write(table, 2));
            table.newAppend().appendFile(twice.get()).commit();
            snapshotId.set(table.currentSnapshot().snapshotId());
          });

      AtomicReference<FreshetException> refusal = new AtomicReference<>();
      Await.until(
          "the commit is refused",
          PATIENCE,
          () -> {
            try {
              impatient.release(impatient.plan(TABLE));
              return false;
            } catch (FreshetException e) {
              refusal.set(e);
              return String.valueOf(e.getMessage()).contains("several rows");
            }
          });
      assertThat(refusal.get())
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.TABLE_NOT_READY))
          .hasMessageContaining("the same primary key [id]: [id=2] in ")
          .hasMessageContaining("from its snapshot " + snapshotId.get());

      inLake(server, table -> table.newDelete().deleteFile(twice.get()).commit());
      awaitAndCheck(server);
      upsert(server, "newer", 2, 3);
      assertThat(rows(server)).isEqualTo(oracle);
    }
  }

  @Test
  void anIcebergTableIsAttachedInPlace() {
    try (TestServer server = new TestServer(data, Settings.NONE, RetryPolicy.DEFAULT)) {
      makePlainTable(server, "2", new long[] {1, 2, 3}, new long[] {4, 5});

      TableDescription attached =
          server.client().attachTable(new AttachTable(TABLE, List.of("id"), 2, null, null));
      for (long id = 1; id <= 5; id++) {
        oracle.put(id, "foreign");
      }
      assertThat(attached.lakeRows()).isEqualTo(5);
      assertThat(attached.hasPrimaryKey()).isTrue();
      assertThat(rows(server)).isEqualTo(oracle);

      upsert(server, "new", 2, 5, 6);
      assertThat(rows(server)).isEqualTo(oracle);
      server.client().tier(TABLE);
      server.restart();
      assertThat(rows(server)).isEqualTo(oracle);
      assertThatThrownBy(() ->
              server.client().attachTable(new AttachTable(TABLE, List.of("id"), 2, null, null)))
          .hasMessage("Table db.accounts already exists");
    }
  }

  @Test
  void aTableWithDuplicateKeysIsRefusedAndStaysAsItWas() {
    try (TestServer server = new TestServer(data, Settings.NONE, RetryPolicy.DEFAULT)) {
      makePlainTable(server, "2", new long[] {1, 2}, new long[] {2, 3});

      assertThatThrownBy(() ->
              server.client().attachTable(new AttachTable(TABLE, List.of("id"), 2, null, null)))
          .hasMessageContaining(
              "The lake table db.accounts has several rows with the same primary key [id]: [id=2] in ")
          .hasMessageContaining("Remove all but one of each");
      assertThatThrownBy(() ->
              server
                  .client()
                  .attachTable(new AttachTable(TABLE, List.of("nothing"), 2, null, null)))
          .hasMessage("Primary key column nothing is not a column of the table: [id, name]");
      assertThatThrownBy(() ->
              server
                  .client()
                  .attachTable(new AttachTable(TableName.parse("db.none"), null, 2, null, null)))
          .hasMessage(
              "The lake has no table db.none to attach: create it with 'freshet table create db.none'");
      assertThat(server.client().listTables()).isEmpty();
      inLake(
          server,
          table -> {
            assertThat(table.properties()).doesNotContainKey("freshet.table-id");
            assertThat(table.schema().identifierFieldIds()).isEmpty();
            assertThat(table.schema().findField("id").isOptional()).isTrue();
          });
      TableDescription log =
          server.client().attachTable(new AttachTable(TABLE, null, 1, null, null));
      assertThat(log.lakeRows()).isEqualTo(4);
    }
  }

  private static void makePlainTable(TestServer server, String formatVersion, long[]... files) {
    try (RESTCatalog catalog = lake(server)) {
      catalog.createNamespace(TABLE.identifier().namespace());
      Schema plain =
          new Schema(
              Types.NestedField.optional(1, "id", Types.LongType.get()),
              Types.NestedField.optional(2, "name", Types.StringType.get()));
      Table table =
          catalog
              .buildTable(TABLE.identifier(), plain)
              .withProperty("format-version", formatVersion)
              .create();
      for (long[] ids : files) {
        table.newAppend().appendFile(write(table, ids)).commit();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RESTCatalog lake(TestServer server) {
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize(
        "lake",
        Map.of(
            CatalogProperties.URI,
            server.client().serverInfo().lakeUri(),
            CatalogProperties.WAREHOUSE_LOCATION,
            "lake"));
    return catalog;
  }

  private TestServer newServer() {
    TestServer server = new TestServer(data, Settings.NONE, RetryPolicy.DEFAULT);
    server
        .client()
        .createTable(
            new CreateTable(TABLE, SCHEMA, null, null, 2, null, Map.of("freshet.freshness", "1h")));
    return server;
  }

  private void awaitAndCheck(TestServer server) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!rows(server).equals(oracle) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    assertThat(rows(server)).isEqualTo(oracle);
  }

  private static void awaitLakeSnapshot(TestServer server, UnionSnapshot before) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (server.client().plan(TABLE).base().equals(before.base())
        && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static void inLake(TestServer server, Consumer<Table> work) {
    try (RESTCatalog catalog = lake(server)) {
      work.accept(catalog.loadTable(TABLE.identifier()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<DataFile> files(Table table) {
    List<DataFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      tasks.forEach(task -> files.add(task.file()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** The file whose only row has that id. */
  private static DataFile fileOf(List<DataFile> files, long id) {
    return files.stream()
        .filter(file ->
            Conversions.<Long>fromByteBuffer(Types.LongType.get(), file.lowerBounds().get(1)) == id)
        .findFirst()
        .orElseThrow();
  }

  private static DataFile write(Table table, long... ids) {
    DataWriter<Record> writer =
        new GenericFileWriterFactory.Builder(table)
            .dataFileFormat(FileFormat.PARQUET)
            .dataSchema(table.schema())
            .build()
            .newDataWriter(
                OutputFileFactory.builderFor(table, 7, 7)
                    .operationId(UUID.randomUUID().toString())
                    .format(FileFormat.PARQUET)
                    .build()
                    .newOutputFile(),
                PartitionSpec.unpartitioned(),
                null);
    try (writer) {
      for (long id : ids) {
        Record row = GenericRecord.create(table.schema());
        row.setField("id", id);
        row.setField("name", "foreign");
        writer.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toDataFile();
  }

  private static void delete(Table table, long... positions) {
    DataFile file;
    try (var tasks = table.newScan().planFiles()) {
      file = tasks.iterator().next().file();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    BaseDVFileWriter writer =
        new BaseDVFileWriter(
            OutputFileFactory.builderFor(table, 8, 8).format(FileFormat.PUFFIN).build(),
            path -> null);
    try (writer) {
      for (long position : positions) {
        writer.delete(file.location(), position, table.spec(), null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var delta = table.newRowDelta();
    writer.result().deleteFiles().forEach(delta::addDeletes);
    delta.commit();
  }

  private static Map<Long, String> rows(TestServer server) {
    UnionSnapshot snapshot = server.client().plan(TABLE);
    try {
      return rows(server, snapshot);
    } finally {
      server.client().release(snapshot);
    }
  }

  private static Map<Long, String> rows(TestServer server, UnionSnapshot snapshot) {
    Map<Long, String> rows = new TreeMap<>();
    for (Record row : server.rows(snapshot, Projection.of(snapshot.schema(), null, null))) {
      String before = rows.put((Long) row.getField("id"), (String) row.getField("name"));
      assertThat(before).as("key %s comes once", row.getField("id")).isNull();
    }
    return rows;
  }

  private void upsert(TestServer server, String name, long... ids) {
    Schema written = ChangeType.written(SCHEMA);
    try (TableWriter writer = server.client().newWriter(TABLE);
        VectorSchemaRoot rows = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(written, rows);
      for (long id : ids) {
        Record row = GenericRecord.create(written);
        row.setField("id", id);
        row.setField("name", name);
        appender.append(row);
        oracle.put(id, name);
      }
      appender.finish();
      var unused = writer.append(rows);
    }
  }
}
