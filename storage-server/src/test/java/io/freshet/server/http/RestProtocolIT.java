/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.lake.LakeRows;
import io.freshet.server.lake.LakeCatalog;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes over the wire, good and bad. */
@SuppressWarnings("NullAway.Init")
final class RestProtocolIT {
  private static final TableIdentifier ORDERS = TableIdentifier.of("sales", "orders");
  private static final String ORDERS_PATH = "/iceberg/v1/lake/namespaces/sales/tables/orders";

  @TempDir Path data;

  private final HttpClient client = HttpClient.newHttpClient();
  private ServerMetrics metrics;
  private LakeCatalog lake;
  private HttpService service;
  private Table table;

  @BeforeEach
  void start() {
    metrics = new ServerMetrics();
    lake = LakeCatalog.open(data, Map.of());
    lake.namespaces().createNamespace(Namespace.of("sales"));
    table = lake.catalog().createTable(ORDERS, LakeRows.SCHEMA);
    Warehouse warehouse =
        Warehouse.of(
            "lake",
            lake.catalog(),
            new OwnedOrders(),
            Map.of("s3.endpoint", "http://minio:9000"),
            lake.tableDefaults());
    service = HttpService.start("127.0.0.1", 0, Health::up, metrics, List.of(warehouse), null);
  }

  @AfterEach
  void stop() {
    service.close();
    lake.close();
    metrics.close();
  }

  @Test
  void theConfigNamesPrefixDefaultsAndEndpoints() throws Exception {
    HttpResponse<String> config = send("GET", "/iceberg/v1/config?warehouse=lake", null);
    assertThat(config.statusCode()).isEqualTo(200);
    assertThat(config.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(config.body())
        .contains("\"overrides\":{\"prefix\":\"lake\"}")
        .contains("\"s3.endpoint\":\"http://minio:9000\"")
        .contains("\"table-default.format-version\":\"3\"")
        .contains("\"GET /v1/{prefix}/namespaces/{namespace}/tables/{table}\"")
        .contains("\"HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}\"")
        .doesNotContain("transactions/commit");
    assertThat(send("GET", "/iceberg/v1/config?warehouse=pond", null).statusCode()).isEqualTo(404);
    assertThat(send("GET", "/iceberg/v1/pond/namespaces", null).body())
        .contains("\"code\":404", "\"type\":\"NoSuchWarehouseException\"", "[lake]");
  }

  @Test
  void anUnchangedTableIsNotSentAgain() throws Exception {
    HttpResponse<String> first = send("GET", ORDERS_PATH, null);
    String etag = first.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> second = send("GET", ORDERS_PATH, null, "If-None-Match", etag);
    assertThat(second.statusCode()).isEqualTo(304);
    assertThat(second.body()).isEmpty();
    HttpResponse<String> refs =
        send("GET", ORDERS_PATH + "?snapshots=refs", null, "If-None-Match", etag);
    assertThat(refs.statusCode()).isEqualTo(200);

    table.updateProperties().set("a", "b").commit();
    HttpResponse<String> changed = send("GET", ORDERS_PATH, null, "If-None-Match", etag);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.headers().firstValue("ETag"))
        .isNotEqualTo(first.headers().firstValue("ETag"));
  }

  @Test
  void listsComeInPages() throws Exception {
    for (int number = 0; number < 3; number++) {
      lake.catalog().createTable(TableIdentifier.of("sales", "t" + number), LakeRows.SCHEMA);
    }
    String tables = "/iceberg/v1/lake/namespaces/sales/tables?pageSize=3";
    assertThat(send("GET", tables + "&pageToken=", null).body())
        .contains("\"next-page-token\":\"3\"");
    assertThat(send("GET", tables + "&pageToken=3", null).body())
        .contains("\"t2\"")
        .doesNotContain("\"t1\"");
    assertThat(send("GET", tables + "&pageToken=x", null).statusCode()).isEqualTo(400);
  }

  @Test
  void wrongRequestsAreRefusedAndNamed() throws Exception {
    String tables = "/iceberg/v1/lake/namespaces/sales/tables";
    for (String body : List.of("", "null", "{", "[]", "{\"name\":5}", "{\"name\":\"t\"}", "{}")) {
      HttpResponse<String> response = send("POST", tables, body);
      assertThat(response.statusCode()).as(body + " -> " + response.body()).isEqualTo(400);
      assertThat(response.body()).contains("\"error\"").contains("\"code\":400");
    }
    assertThat(send("POST", tables, "{").body())
        .contains("Cannot read the request body as CreateTableRequest");
    assertThat(send("GET", ORDERS_PATH + "?snapshots=some", null).statusCode()).isEqualTo(400);
    assertThat(send("PATCH", ORDERS_PATH, "{}").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/iceberg/v1/lake/nothing", null).body())
        .contains("There is no endpoint GET /iceberg/v1/lake/nothing");
    assertThat(lake.catalog().listTables(Namespace.of("sales"))).containsExactly(ORDERS);
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() throws Exception {
    byte[] body = new byte[Math.toIntExact(HttpService.MAX_REQUEST_BYTES + 1)];
    HttpRequest request =
        request("/iceberg/v1/lake/namespaces").POST(BodyPublishers.ofByteArray(body)).build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("\"code\":413");
  }

  @Test
  void headAnswersWithoutABody() throws Exception {
    assertThat(send("HEAD", ORDERS_PATH, null).statusCode()).isEqualTo(204);
    HttpResponse<String> missing = send("HEAD", ORDERS_PATH + "x", null);
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).isEmpty();
  }

  @Test
  void metricReportsAreTaken() throws Exception {
    String report =
        """
        {"report-type":"scan-report","table-name":"sales.orders","snapshot-id":1,"filter":true,
         "schema-id":0,"projected-field-ids":[],"projected-field-names":[],"metrics":{}}\
        """;
    assertThat(send("POST", ORDERS_PATH + "/metrics", report).statusCode()).isEqualTo(204);
    assertThat(send("POST", ORDERS_PATH + "/metrics", "{}").statusCode()).isEqualTo(400);
  }

  @Test
  void theGuardKeepsTheServersTables() throws Exception {
    HttpResponse<String> drop = send("DELETE", ORDERS_PATH + "?purgeRequested=true", null);
    assertThat(drop.statusCode()).isEqualTo(406);
    assertThat(drop.body()).contains("Drop table sales.orders with DROP TABLE");

    String rename =
        """
        {"source":{"namespace":["sales"],"name":"orders"},
         "destination":{"namespace":["sales"],"name":"x"}}\
        """;
    assertThat(send("POST", "/iceberg/v1/lake/tables/rename", rename).statusCode()).isEqualTo(403);

    String commit =
        """
        {"requirements":[],"updates":[{"action":"set-properties","updates":{"a":"b"}}]}\
        """;
    HttpResponse<String> refused = send("POST", ORDERS_PATH, commit);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.body()).contains("SetProperties");

    String location = ((BaseTable) table).operations().current().metadataFileLocation();
    String register =
        "{\"name\":\"orders\",\"metadata-location\":\"%s\",\"overwrite\":true}".formatted(location);
    assertThat(send("POST", "/iceberg/v1/lake/namespaces/sales/register", register).statusCode())
        .isEqualTo(406);

    assertThat(lake.catalog().loadTable(ORDERS).properties()).doesNotContainKey("a");
  }

  @Test
  void aLakeThatLostItsFilesIsAnErrorNotAHang() throws Exception {
    String location = ((BaseTable) table).operations().current().metadataFileLocation();
    Files.delete(Path.of(URI.create(location)));
    HttpResponse<String> response = send("GET", ORDERS_PATH, null);
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("NotFoundException").contains(location);
  }

  private HttpResponse<String> send(
      String method, String path, @Nullable String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        request(path)
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body, UTF_8));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
        .header("Content-Type", "application/json");
  }

  /** Refuses each change of sales.orders in another way. */
  private static final class OwnedOrders implements TableGuard {
    @Override
    public void afterCommit(TableIdentifier table) {}

    @Override
    public void beforeCommit(TableIdentifier table, List<MetadataUpdate> updates) {
      throw FreshetException.of(
          FreshetErrorCode.OVERLOADED,
          "Table %s takes no %s now",
          table,
          updates.get(0).getClass().getSimpleName());
    }

    @Override
    public void beforeDrop(TableIdentifier table) {
      throw FreshetException.of(
          FreshetErrorCode.UNSUPPORTED, "Drop table %s with DROP TABLE on the server", table);
    }

    @Override
    public void beforeRename(TableIdentifier table, TableIdentifier newName) {
      throw new ForbiddenException("Table %s keeps its name", table);
    }
  }
}
