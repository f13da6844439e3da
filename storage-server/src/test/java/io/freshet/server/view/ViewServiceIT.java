/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.server.Await;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.table.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fresh warehouses promise beside the rows: sharing, staleness, leases, refusals. */
final class ViewServiceIT {
  private static final TableName TABLE = TableName.parse("db.accounts");
  private static final String FRESH = "fresh";
  private static final String TABLE_PATH = "/v1/fresh/namespaces/db/tables/accounts";

  @TempDir Path data;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aSnapshotIsBuiltOncePerChangeAndSharedByAllWhoAsk() throws Exception {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 2);
      fixture.change(TABLE, 200);
      List<CompletableFuture<String>> loads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        loads.add(CompletableFuture.supplyAsync(() -> location(fixture.load(FRESH, TABLE))));
      }
      assertThat(loads.stream().map(CompletableFuture::join).distinct()).hasSize(1);
      assertThat(metric(fixture, "freshet_view_build_seconds_count{format_version=\"3\"}"))
          .isEqualTo(1);
      assertThat(metric(fixture, "freshet_view_files")).isPositive();
      assertThat(metric(fixture, "freshet_view_bytes_written_total{format_version=\"3\"}"))
          .isPositive();

      String before = location(fixture.load(FRESH, TABLE));
      fixture.change(TABLE, 10);
      assertThat(location(fixture.load(FRESH, TABLE))).isNotEqualTo(before);
    }
  }

  @Test
  void onlyWhatChangedIsWrittenAgainAndEarlierSnapshotsStayInTheHistory() {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.COLUMNS, null, 1);
      fixture.append(TABLE, 1000);
      Table first = fixture.load(FRESH, TABLE);
      List<String> rows = ViewFixture.read(first);
      assertThat(dataFiles(first)).hasSize(1);

      fixture.append(TABLE, 10);
      Table second = fixture.load(FRESH, TABLE);
      assertThat(dataFiles(second)).hasSize(2).containsAll(dataFiles(first));
      assertThat(ids(second)).containsAll(ids(first));

      fixture.server().client().tier(TABLE);
      fixture.append(TABLE, 5);
      Table third = fixture.load(FRESH, TABLE);
      assertThat(dataFiles(third)).hasSize(2).doesNotContainAnyElementsOf(dataFiles(second));
      assertThat(ids(third)).containsAll(ids(first)).containsAll(ids(second));
      first.refresh();
      assertThat(ViewFixture.read(first)).hasSize(1015).containsAll(rows);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {FRESH, "fresh_v2"})
  void aReaderOpensNoDeleteFileOfAnotherDataFile(String warehouse) {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 2);
      for (int i = 0; i < 3; i++) {
        fixture.change(TABLE, 200);
        fixture.server().client().tier(TABLE);
      }
      fixture.change(TABLE, 100);
      int deletes = 0;
      for (FileScanTask task : tasks(fixture.load(warehouse, TABLE))) {
        for (DeleteFile file : task.deletes()) {
          assertThat(ContentFileUtil.referencedDataFileLocation(file))
              .isEqualTo(task.file().location());
          deletes++;
        }
      }
      assertThat(deletes).isGreaterThan(2);
    }
  }

  @Test
  void deletesThatStayAsTheyAreAreNotWrittenAgain() {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 1);
      fixture.change(TABLE, 300);
      fixture.server().client().tier(TABLE);
      fixture.change(TABLE, 100);
      fixture.server().client().tier(TABLE);
      fixture.change(TABLE, 50);
      for (String warehouse : List.of(FRESH, "fresh_v2")) {
        Set<String> before = deleteLocations(fixture.load(warehouse, TABLE));
        fixture.changeNothingThatIsThere(TABLE, 1);
        assertThat(deleteLocations(fixture.load(warehouse, TABLE))).isNotEmpty().isEqualTo(before);
      }
    }
  }

  @Test
  void manySmallWritesMakeFewFiles() {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 2);
      for (int i = 0; i < 40; i++) {
        fixture.change(TABLE, 5);
        fixture.load(FRESH, TABLE);
      }
      Table table = fixture.load(FRESH, TABLE);
      assertThat(dataFiles(table)).hasSizeLessThanOrEqualTo(8);
      assertThat(ids(table)).hasSizeLessThanOrEqualTo(7);
      assertThat(ViewFixture.read(table)).isEqualTo(fixture.union(TABLE));
    }
  }

  @Test
  void aSnapshotMayBeAsStaleAsItsTableOrItsWarehouseAllows() {
    Settings settings = settings(null, Map.of("fresh_v2", "1h"), null);
    try (ViewFixture fixture = new ViewFixture(data, settings)) {
      fixture.create(TABLE, ViewFixture.COLUMNS, null, 1);
      fixture.append(TABLE, 10);
      assertThat(ViewFixture.read(fixture.load("fresh_v2", TABLE))).hasSize(10);
      fixture.append(TABLE, 10);
      assertThat(ViewFixture.read(fixture.load("fresh_v2", TABLE))).hasSize(10);
      assertThat(ViewFixture.read(fixture.load(FRESH, TABLE))).hasSize(20);

      var client = fixture.server().client();
      client.alterProperties(TABLE, Map.of("freshet.view.max-staleness", "0s"), List.of());
      assertThat(ViewFixture.read(fixture.load("fresh_v2", TABLE))).hasSize(20);
      client.alterProperties(TABLE, Map.of("freshet.view.max-staleness", "1h"), List.of());
      fixture.append(TABLE, 10);
      assertThat(ViewFixture.read(fixture.load(FRESH, TABLE))).hasSize(20);
    }
    assertThatThrownBy(() -> settings(null, Map.of("lake", "1s"), null).resolve())
        .isInstanceOfSatisfying(
            FreshetException.class,
            e -> assertThat(e.code()).isEqualTo(FreshetErrorCode.INVALID_CONFIGURATION))
        .hasMessage(
            "max-staleness is set for warehouse 'lake': the warehouses of the fresh view are"
                + " [fresh, fresh_v2]");
  }

  @Test
  void filesStayWithinTheLeaseWhateverIsTieredCompactedAndExpired() {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 2);
      fixture.change(TABLE, 200);
      fixture.server().client().tier(TABLE);
      fixture.change(TABLE, 100);
      Table table = fixture.load(FRESH, TABLE);
      Table version2 = fixture.load("fresh_v2", TABLE);
      List<String> rows = fixture.union(TABLE);
      for (int i = 0; i < 3; i++) {
        fixture.change(TABLE, 200);
        fixture.server().client().tier(TABLE);
        fixture.server().client().compact(TABLE);
        fixture.server().client().expireSnapshots(TABLE, Instant.now().plusSeconds(60), 1);
      }
      assertThat(ViewFixture.read(table)).isEqualTo(rows);
      assertThat(ViewFixture.read(version2)).isEqualTo(rows);
    }
  }

  @Test
  void afterTheLeaseAFileIsMissingAndNoRowIsWrong() {
    try (ViewFixture fixture = new ViewFixture(data, settings("1s", null, null))) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 2);
      fixture.change(TABLE, 100);
      Table kept = fixture.load(FRESH, TABLE);
      fixture.change(TABLE, 100);
      assertThat(fixture.viewFiles()).containsKeys("parquet", "avro", "json");
      Await.until(
          "no files of the view are left",
          Duration.ofSeconds(30),
          () -> fixture.viewFiles().isEmpty());
      assertThatThrownBy(() -> ViewFixture.read(kept)).isInstanceOf(NotFoundException.class);
      assertThat(ViewFixture.read(fixture.load(FRESH, TABLE))).isEqualTo(fixture.union(TABLE));
    }
  }

  @Test
  void filesOfAServerThatWasStoppedAreReadableForALeaseAndThenGo() {
    try (ViewFixture fixture = new ViewFixture(data, settings("2s", null, null))) {
      fixture.create(TABLE, ViewFixture.KEYED, null, 2);
      fixture.change(TABLE, 100);
      Table kept = fixture.load(FRESH, TABLE);
      List<String> rows = fixture.union(TABLE);
      fixture.server().restart();
      assertThat(ViewFixture.read(kept)).isEqualTo(rows);
      Await.until(
          "no files of the view are left",
          Duration.ofSeconds(30),
          () -> fixture.viewFiles().isEmpty());
    }
  }

  @Test
  void aWarehouseOfTheViewCanNotBeWrittenAndSaysWhereToWrite() throws Exception {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.COLUMNS, null, 1);
      Table table = fixture.load(FRESH, TABLE);
      assertThatThrownBy(() -> table.updateProperties().set("a", "b").commit())
          .isInstanceOf(UnsupportedOperationException.class);
      String config = get(fixture, "/v1/config?warehouse=fresh").body();
      assertThat(config)
          .contains("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}")
          .contains("/metrics")
          .doesNotContain("POST /v1/{prefix}/namespaces/{namespace}/tables/{table}\"")
          .doesNotContain("DELETE");

      for (String method : List.of("POST", "DELETE")) {
        HttpResponse<String> refused =
            http.send(
                request(fixture, TABLE_PATH).method(method, BodyPublishers.ofString("{}")).build(),
                BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(406);
        assertThat(refused.body())
            .contains("Warehouse fresh is read-only")
            .contains("Write with Freshet instead")
            .contains("or commit to warehouse lake");
      }
      assertThat(fixture.load(FRESH, TABLE).properties()).doesNotContainKey("a");
    }
  }

  @Test
  void aClientThatHoldsTheSnapshotIsToldSoAndHistoryCanBeLeftOut() throws Exception {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.COLUMNS, null, 1);
      fixture.append(TABLE, 10);
      get(fixture, TABLE_PATH);
      fixture.append(TABLE, 10);
      HttpResponse<String> all = get(fixture, TABLE_PATH);
      HttpResponse<String> refs = get(fixture, TABLE_PATH + "?snapshots=refs");
      assertThat(all.body().split("\"manifest-list\"")).hasSize(3);
      assertThat(refs.body().split("\"manifest-list\"")).hasSize(2);
      String etag = all.headers().firstValue("ETag").orElseThrow();
      assertThat(refs.headers().firstValue("ETag"))
          .hasValueSatisfying(other -> assertThat(other).isNotEqualTo(etag));

      HttpRequest again = request(fixture, TABLE_PATH).header("If-None-Match", etag).GET().build();
      assertThat(http.send(again, BodyHandlers.ofString()).statusCode()).isEqualTo(304);
      fixture.append(TABLE, 10);
      assertThat(http.send(again, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void whatVersionTwoHasNoTypeForIsRefusedThere() {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "at", Types.TimestampNanoType.withoutZone()));
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, schema, null, 1);
      assertThat(ViewFixture.read(fixture.load(FRESH, TABLE))).isEmpty();
      assertThatThrownBy(() -> fixture.load("fresh_v2", TABLE))
          .isInstanceOf(RESTException.class)
          .hasMessageContaining(
              "Table db.accounts can't be read in version 2 of the Iceberg format: Invalid schema for"
                  + " v2: - Invalid type for at: timestamp_ns is not supported until v3. Read it in"
                  + " the warehouse of version 3.");
    }
  }

  @Test
  void otherTablesOfTheLakeAreThereAsTheyAre() {
    try (ViewFixture fixture = new ViewFixture(data)) {
      fixture.create(TABLE, ViewFixture.COLUMNS, null, 1);
      TableIdentifier plain = TableIdentifier.of("db", "plain");
      fixture.catalog("lake").createTable(plain, ViewFixture.COLUMNS);
      assertThat(Set.copyOf(fixture.catalog(FRESH).listTables(plain.namespace())))
          .isEqualTo(Set.of(plain, TABLE.identifier()));
      assertThat(location(fixture.catalog(FRESH).loadTable(plain)))
          .isEqualTo(location(fixture.catalog("lake").loadTable(plain)));
      assertThatThrownBy(
              () -> fixture.catalog(FRESH).loadTable(TableIdentifier.of("db", "nothing")))
          .isInstanceOf(NoSuchTableException.class);
    }
  }

  @Test
  void withATokenOnlyWhoShowsItIsAnswered() throws IOException {
    try (ViewFixture fixture = new ViewFixture(data, settings(null, null, "secret"))) {
      assertThatThrownBy(() -> fixture.catalog(FRESH))
          .isInstanceOf(NotAuthorizedException.class)
          .hasMessageContaining("set the catalog's property 'token' to the server's rest-token");
      try (RESTCatalog catalog = new RESTCatalog()) {
        catalog.initialize(
            "fresh",
            Map.of(CatalogProperties.URI, fixture.server().server().lakeUri(), "token", "secret"));
        assertThat(catalog.listNamespaces()).isEmpty();
      }
    }
  }

  private static Settings settings(
      @Nullable String lease,
      @Nullable Map<String, String> maxStaleness,
      @Nullable String restToken) {
    return new Settings(
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        lease,
        null,
        null,
        maxStaleness,
        restToken);
  }

  private static String location(Table table) {
    return ((BaseTable) table).operations().current().metadataFileLocation();
  }

  private static List<Long> ids(Table table) {
    List<Long> ids = new ArrayList<>();
    for (Snapshot snapshot : table.snapshots()) {
      ids.add(snapshot.snapshotId());
    }
    return ids;
  }

  private static List<FileScanTask> tasks(Table table) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      List<FileScanTask> all = new ArrayList<>();
      tasks.forEach(all::add);
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> dataFiles(Table table) {
    return tasks(table).stream().map(task -> task.file().location()).toList();
  }

  private static Set<String> deleteLocations(Table table) {
    return tasks(table).stream()
        .flatMap(task -> task.deletes().stream())
        .map(DeleteFile::location)
        .collect(Collectors.toSet());
  }

  private double metric(ViewFixture fixture, String name) throws Exception {
    URI uri = URI.create(fixture.server().server().httpUri() + "/metrics");
    String body = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    return body.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("No " + name + " in " + body));
  }

  private HttpResponse<String> get(ViewFixture fixture, String path) throws Exception {
    return http.send(request(fixture, path).GET().build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(ViewFixture fixture, String path) {
    return HttpRequest.newBuilder(URI.create(fixture.server().server().lakeUri() + path));
  }
}
