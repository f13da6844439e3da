/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.readers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.IcebergBuild;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readers without a connector get the rows of the union from the warehouses of the fresh view. */
@TestInstance(Lifecycle.PER_CLASS)
final class FreshViewIT {
  private ServerProcess server;
  private RootAllocator allocator;
  private FreshetClient client;

  @BeforeAll
  void start(@TempDir Path folder) {
    server = new ServerProcess(folder.resolve("data"));
    allocator = new RootAllocator();
    client = FreshetClient.connect(server.uri(), allocator);
  }

  @AfterAll
  void stop() {
    client.close();
    allocator.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"fresh, flat", "fresh, partitioned", "fresh_v2, flat", "fresh_v2, partitioned"})
  void flinkSqlReadsTheUnion(String warehouse, String layout) throws Exception {
    Accounts accounts = accounts("flink_" + warehouse + "_" + layout, layout);
    accounts.fill();
    TableEnvironment flink = TableEnvironment.create(EnvironmentSettings.inBatchMode());
    flink.getConfig().set("table.exec.resource.default-parallelism", "1");
    flink.executeSql(
        "CREATE CATALOG freshet WITH ('type' = 'iceberg', 'catalog-type' = 'rest', 'uri' = '"
            + server.lakeUri()
            + "', 'warehouse' = '"
            + warehouse
            + "', 'cache-enabled' = 'false')");
    String select = "SELECT id, name, amount FROM freshet." + accounts.table();

    assertThat(flink(flink, select)).isEqualTo(accounts.rows());
    accounts.change(100);
    assertThat(flink(flink, select)).isEqualTo(accounts.rows());
    accounts.tier();
    assertThat(flink(flink, select + " WHERE name = 'n2'")).isEqualTo(accounts.rowsNamed("n2"));
  }

  /** What StarRocks' frontend and backend do with an Iceberg REST catalog. */
  @ParameterizedTest
  @CsvSource({"flat", "partitioned"})
  void theSdkThatStarRocksHasReadsTheUnionAndSeesItChange(String layout) throws IOException {
    assertThat(IcebergBuild.version()).startsWith("1.10.");
    Accounts accounts = accounts("starrocks_" + layout, layout);
    accounts.fill();
    try (RESTCatalog catalog = catalog("fresh_v2")) {
      assertThat(catalog.listNamespaces()).contains(Namespace.of("db"));
      assertThat(catalog.listTables(Namespace.of("db"))).contains(accounts.table().identifier());
      Table table = catalog.loadTable(accounts.table().identifier());
      assertThat(rows(table)).isEqualTo(accounts.rows());
      assertThat(((BaseTable) table).operations().current().formatVersion()).isEqualTo(2);
      assertThat(deleteFiles(table)).isNotEmpty();

      String before = metadataLocation(table);
      table.refresh();
      assertThat(metadataLocation(table)).isEqualTo(before);
      accounts.change(150);
      table.refresh();
      assertThat(metadataLocation(table)).isNotEqualTo(before);
      assertThat(rows(table)).isEqualTo(accounts.rows());
      accounts.tier();
      table.refresh();
      assertThat(rows(table)).isEqualTo(accounts.rows());
    }
  }

  @Test
  void duckDbReadsTheFilesThatTheManifestsListAndGetsTheSameRows()
      throws IOException, SQLException {
    Accounts accounts = accounts("duckdb", "partitioned");
    accounts.fill();
    try (RESTCatalog catalog = catalog("fresh_v2");
        Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      Table table = catalog.loadTable(accounts.table().identifier());
      String query =
          String.format(
              "SELECT id, name, amount FROM read_parquet(%s, filename = true, file_row_number = true) d"
                  + " ANTI JOIN read_parquet(%s) p"
                  + " ON d.filename = replace(p.file_path, 'file://', '') AND d.file_row_number = p.pos",
              list(dataFiles(table)), list(deleteFiles(table)));
      List<String> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery(query)) {
        while (result.next()) {
          rows.add(Accounts.text(result.getLong(1), result.getString(2), result.getLong(3)));
        }
      }
      assertThat(rows).containsExactlyInAnyOrderElementsOf(accounts.rows());
    }
  }

  private Accounts accounts(String name, String layout) {
    List<String> partitioning = layout.equals("flat") ? List.of() : List.of("name");
    return new Accounts(TableName.parse("db." + name), partitioning, client, allocator);
  }

  private RESTCatalog catalog(String warehouse) {
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize(warehouse, Map.of("uri", server.lakeUri(), "warehouse", warehouse));
    return catalog;
  }

  private static List<String> flink(TableEnvironment flink, String query) throws Exception {
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> result = flink.executeSql(query).collect()) {
      result.forEachRemaining(
          row -> rows.add(Accounts.text(row.getField(0), row.getField(1), row.getField(2))));
    }
    rows.sort(null);
    return rows;
  }

  private static List<String> rows(Table table) throws IOException {
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(row ->
          rows.add(
              Accounts.text(row.getField("id"), row.getField("name"), row.getField("amount"))));
    }
    rows.sort(null);
    return rows;
  }

  private static String metadataLocation(Table table) {
    return ((BaseTable) table).operations().current().metadataFileLocation();
  }

  private static Set<String> dataFiles(Table table) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      tasks.forEach(task -> files.add(task.file().location()));
    }
    return files;
  }

  private static Set<String> deleteFiles(Table table) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      tasks.forEach(task ->
          task.deletes()
              .forEach(file -> {
                assertThat(file.format()).isEqualTo(FileFormat.PARQUET);
                files.add(file.location());
              }));
    }
    return files;
  }

  private static String list(Set<String> locations) {
    return locations.stream()
        .map(location -> "'" + location.substring("file://".length()) + "'")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
