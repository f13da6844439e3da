/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.lake.LakeRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.catalog.ViewCatalog;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LakeCatalogIT {
  private static final Namespace SALES = Namespace.of("sales");
  private static final TableIdentifier ORDERS = TableIdentifier.of(SALES, "orders");

  @TempDir Path data;

  @Test
  void theEmbeddedCatalogKeepsTablesRowsAndViewsOverARestart() throws Exception {
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      lake.namespaces().createNamespace(SALES, Map.of("owner", "amy"));
      Table table = lake.catalog().createTable(ORDERS, LakeRows.SCHEMA);
      LakeRows.append(table, row(1, "one"), row(2, null));
      ((ViewCatalog) lake.catalog())
          .buildView(TableIdentifier.of(SALES, "big"))
          .withSchema(LakeRows.SCHEMA)
          .withDefaultNamespace(SALES)
          .withQuery("spark", "SELECT * FROM orders WHERE id > 1")
          .create();
    }
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      assertThat(lake.namespaces().loadNamespaceMetadata(SALES)).containsEntry("owner", "amy");
      Table table = lake.catalog().loadTable(ORDERS);
      assertThat(((BaseTable) table).operations().current().formatVersion()).isEqualTo(3);
      assertThat(table.location()).startsWith("file://" + data + "/lake/warehouse/sales/orders");
      assertThat(LakeRows.read(table)).containsExactly(row(1, "one"), row(2, null));
      assertThat(((ViewCatalog) lake.catalog()).listViews(SALES)).hasSize(1);
      assertThatThrownBy(() -> lake.namespaces().dropNamespace(SALES))
          .isInstanceOf(NamespaceNotEmptyException.class);
    }
  }

  @Test
  void aTableMadeAgainHasOtherPaths() {
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      lake.namespaces().createNamespace(SALES);
      String first = lake.catalog().createTable(ORDERS, LakeRows.SCHEMA).location();
      assertThatThrownBy(() -> lake.catalog().createTable(ORDERS, LakeRows.SCHEMA))
          .isInstanceOf(AlreadyExistsException.class);
      lake.catalog().dropTable(ORDERS, true);
      String second = lake.catalog().createTable(ORDERS, LakeRows.SCHEMA).location();
      assertThat(second).isNotEqualTo(first);
    }
  }

  @Test
  void whatTheLakeAnswersIsThrownAsItIs() {
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      lake.check();
      assertThatThrownBy(
              () -> lake.call("Cannot load table", () -> lake.catalog().loadTable(ORDERS)))
          .isInstanceOf(NoSuchTableException.class);
      assertThatThrownBy(() ->
              lake.call(
                  "Cannot make table", () -> lake.catalog().createTable(ORDERS, LakeRows.SCHEMA)))
          .isInstanceOf(NoSuchNamespaceException.class);
    }
  }

  @Test
  void commitsFromManyThreadsAllArriveAndNeverSeeALockedDatabase() throws Exception {
    int threads = 4;
    int commits = 10;
    ExecutorService executor = Executors.newFixedThreadPool(threads * 2);
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      lake.namespaces().createNamespace(SALES);
      create(lake, ORDERS);
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        TableIdentifier own = TableIdentifier.of(SALES, "own" + thread);
        create(lake, own);
        String name = "f" + thread;
        running.add(executor.submit(() -> commit(lake, ORDERS, name, commits)));
        running.add(executor.submit(() -> commit(lake, own, name, commits)));
      }
      for (Future<?> one : running) {
        one.get();
      }
      assertThat(lake.catalog().loadTable(ORDERS).currentSnapshot().summary())
          .containsEntry("total-data-files", Integer.toString(threads * commits));
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void twoServersOfOneDatabaseDoNotLockEachOtherOut() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try (LakeCatalog one = LakeCatalog.open(data, Map.of());
        LakeCatalog two = LakeCatalog.open(data, Map.of())) {
      one.namespaces().createNamespace(SALES);
      create(one, ORDERS);
      Future<?> first = executor.submit(() -> commit(one, ORDERS, "one", 20));
      Future<?> second = executor.submit(() -> commit(two, ORDERS, "two", 20));
      first.get();
      second.get();
      assertThat(one.catalog().loadTable(ORDERS).currentSnapshot().summary())
          .containsEntry("total-data-files", "40");
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void aLakeThatDoesNotAnswerIsNamed() {
    Map<String, String> properties =
        Map.of("type", "rest", "uri", "http://127.0.0.1:1/iceberg", "rest.client.max-retries", "1");
    assertThatThrownBy(() -> LakeCatalog.open(data, properties))
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_UNAVAILABLE))
        .hasMessageStartingWith("Cannot open the lake: no answer from the rest catalog at")
        .hasMessageContaining("http://127.0.0.1:1/iceberg");
  }

  @Test
  void aDatabaseThatIsGoneMakesTheLakeUnavailable() throws Exception {
    LakeCatalog lake = LakeCatalog.open(data, Map.of());
    Path database = data.resolve("lake/catalog.db");
    lake.close();
    Files.writeString(database, "this is no database, but it is long enough to be read as one");
    assertThatThrownBy(() -> LakeCatalog.open(data, Map.of()))
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.LAKE_UNAVAILABLE))
        .hasMessageContaining("catalog.db");
  }

  @Test
  void aCatalogThatCannotBeMadeIsAConfigurationError() {
    for (Map<String, String> properties :
        List.of(
            Map.of("type", "nonsense"),
            Map.of("catalog-impl", "no.such.Catalog"),
            Map.of("type", "jdbc"),
            Map.of("io-impl", "no.such.FileIO"))) {
      assertThatThrownBy(() -> LakeCatalog.open(data, properties))
          .as(properties.toString())
          .isInstanceOfSatisfying(
              FreshetException.class,
              e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.INVALID_CONFIGURATION))
          .hasMessageContaining("Correct the lake's properties");
    }
  }

  @Test
  void noHadoopChecksumFilesAreWritten() throws Exception {
    try (LakeCatalog lake = LakeCatalog.open(data, Map.of())) {
      lake.namespaces().createNamespace(SALES);
      create(lake, ORDERS);
    }
    try (Stream<Path> files = Files.walk(data)) {
      assertThat(files.map(Path::toString)).noneMatch(file -> file.endsWith(".crc"));
    }
  }

  private static void create(LakeCatalog lake, TableIdentifier table) {
    lake.catalog()
        .buildTable(table, LakeRows.SCHEMA)
        .withProperty(TableProperties.COMMIT_NUM_RETRIES, "100")
        .withProperty(TableProperties.COMMIT_MIN_RETRY_WAIT_MS, "1")
        .withProperty(TableProperties.COMMIT_MAX_RETRY_WAIT_MS, "20")
        .create();
  }

  private static void commit(LakeCatalog lake, TableIdentifier name, String files, int commits) {
    Table table = lake.catalog().loadTable(name);
    for (int commit = 0; commit < commits; commit++) {
      table
          .newFastAppend()
          .appendFile(
              DataFiles.builder(PartitionSpec.unpartitioned())
                  .withPath(table.location() + "/data/" + files + commit + ".parquet")
                  .withFileSizeInBytes(100)
                  .withRecordCount(1)
                  .build())
          .commit();
    }
  }
}
