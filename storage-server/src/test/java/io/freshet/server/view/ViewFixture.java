/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.client.TableWriter;
import io.freshet.lake.LakeFileIO;
import io.freshet.protocol.CreateTable;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.server.TestServer;
import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A server with tables of (id, name, amount), and Iceberg's own client of its warehouses. */
final class ViewFixture implements AutoCloseable {
  static final Schema COLUMNS =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "name", Types.StringType.get()),
              Types.NestedField.optional(3, "amount", Types.LongType.get())));
  static final Schema KEYED = new Schema(COLUMNS.columns(), java.util.Set.of(1));

  private final TestServer server;
  private final Map<String, RESTCatalog> catalogs = new HashMap<>();
  private final Random random = new Random(7);
  private long newKey = 1_000_000;

  ViewFixture(Path data) {
    this(data, Settings.NONE);
  }

  ViewFixture(Path data, Settings settings) {
    server = new TestServer(data, settings);
  }

  TestServer server() {
    return server;
  }

  RESTCatalog catalog(String warehouse) {
    return catalogs.computeIfAbsent(
        warehouse,
        name -> {
          RESTCatalog catalog = new RESTCatalog();
          catalog.initialize(
              name,
              Map.of(
                  CatalogProperties.URI, server.server().lakeUri(),
                  CatalogProperties.WAREHOUSE_LOCATION, name,
                  CatalogProperties.FILE_IO_IMPL, LakeFileIO.class.getName()));
          return catalog;
        });
  }

  /**
   * @param partitioning as in {@code create-table}; null for none
   */
  void create(TableName table, Schema schema, @Nullable String partitioning, int buckets) {
    create(table, schema, partitioning, buckets, Map.of());
  }

  void create(
      TableName table,
      Schema schema,
      @Nullable String partitioning,
      int buckets,
      Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(Map.of("freshet.freshness", "1h"));
    all.putAll(properties);
    server
        .client()
        .createTable(
            new CreateTable(
                table,
                schema,
                partitioning == null ? null : List.of(partitioning),
                null,
                buckets,
                null,
                all));
  }

  Table load(String warehouse, TableName table) {
    return catalog(warehouse).loadTable(table.identifier());
  }

  static List<String> read(Table table) {
    return read(table, Expressions.alwaysTrue());
  }

  static List<String> read(Table table, Expression filter) {
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).where(filter).build()) {
      List<String> texts = new ArrayList<>();
      rows.forEach(row -> texts.add(text(row)));
      texts.sort(null);
      return texts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the reference union read gives. */
  List<String> union(TableName table) {
    return server.rows(table).stream().map(ViewFixture::text).sorted().toList();
  }

  /** Without columns that Iceberg's reader adds for its own use. */
  private static String text(Record row) {
    return row.getField("id") + "," + row.getField("name") + "," + row.getField("amount");
  }

  void append(TableName table, int rows) {
    write(table, rows, () -> random.nextInt(1_000_000), false);
  }

  /** Upserts of keys below 500, and some deletes. */
  void change(TableName table, int rows) {
    write(table, rows, () -> random.nextInt(500), true);
  }

  /** Upserts of keys that no other change has, and deletes of such, which delete nothing. */
  void changeNothingThatIsThere(TableName table, int rows) {
    write(table, rows, () -> newKey++, true);
  }

  private void write(TableName table, int rows, LongSupplier ids, boolean isKeyed) {
    Schema schema = server.client().describeTable(table).schema();
    Schema written = isKeyed ? ChangeType.written(schema) : schema;
    try (TableWriter writer = server.client().newWriter(table);
        VectorSchemaRoot batch = VectorSchemaRoot.create(writer.schema(), server.allocator())) {
      ArrowRowAppender appender = new ArrowRowAppender(written, batch);
      for (int i = 0; i < rows; i++) {
        GenericRecord row = GenericRecord.create(written);
        row.setField("id", ids.getAsLong());
        row.setField("name", "n" + random.nextInt(4));
        row.setField("amount", random.nextInt(10) == 0 ? null : random.nextLong());
        if (isKeyed) {
          boolean isDelete = random.nextInt(5) == 0;
          row.setField(ChangeType.COLUMN, isDelete ? ChangeType.DELETE.text() : null);
        }
        appender.append(row);
      }
      appender.finish();
      writer.append(batch).join();
    }
  }

  /** The view's files on disk, by how their names end; some may go while they are counted. */
  Map<String, Long> viewFiles() {
    Map<String, Long> counts = new HashMap<>();
    try {
      Files.walkFileTree(
          server.data(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (file.toString().contains("/_fresh/")) {
                String name = file.getFileName().toString();
                counts.merge(name.substring(name.lastIndexOf('.') + 1), 1L, Long::sum);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return counts;
  }

  @Override
  public void close() {
    catalogs
        .values()
        .forEach(catalog -> {
          try {
            catalog.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    server.close();
  }
}
