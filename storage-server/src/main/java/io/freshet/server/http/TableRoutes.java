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

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTCatalogProperties;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.LoadTableResponse;

/**
 * The tables of a warehouse. Commits of several tables at once are not offered, since Iceberg's
 * catalogs can't make them atomic.
 */
final class TableRoutes {
  private TableRoutes() {}

  static List<Route> all() {
    return List.of(
        new Route(Endpoint.V1_LIST_TABLES, TableRoutes::list),
        new Route(Endpoint.V1_CREATE_TABLE, TableRoutes::create),
        new Route(Endpoint.V1_LOAD_TABLE, TableRoutes::load),
        new Route(Endpoint.V1_TABLE_EXISTS, TableRoutes::exists),
        new Route(Endpoint.V1_UPDATE_TABLE, TableRoutes::commit),
        new Route(Endpoint.V1_DELETE_TABLE, TableRoutes::drop),
        new Route(Endpoint.V1_RENAME_TABLE, TableRoutes::rename),
        new Route(Endpoint.V1_REGISTER_TABLE, TableRoutes::register),
        new Route(Endpoint.V1_REPORT_METRICS, TableRoutes::reportMetrics));
  }

  private static Answer list(CatalogRequest request) {
    Catalog catalog = request.warehouse().catalog();
    Namespace namespace = request.namespace();
    String pageSize = request.query("pageSize");
    return Answer.of(
        pageSize == null
            ? CatalogHandlers.listTables(catalog, namespace)
            : CatalogHandlers.listTables(catalog, namespace, request.query("pageToken"), pageSize));
  }

  private static Answer create(CatalogRequest request) {
    CreateTableRequest table = request.body(CreateTableRequest.class);
    Warehouse warehouse = request.warehouse();
    Namespace namespace = request.namespace();
    if (table.stageCreate()) {
      return Answer.of(
          CatalogHandlers.stageTableCreate(
              warehouse.catalog(), namespace, withDefaults(table, warehouse.tableDefaults())));
    }
    return tagged(
        CatalogHandlers.createTable(warehouse.catalog(), namespace, table), SnapshotMode.ALL);
  }

  private static Answer load(CatalogRequest request) {
    String asked = request.query(RESTCatalogProperties.SNAPSHOTS_QUERY_PARAMETER);
    SnapshotMode mode =
        asked == null ? SnapshotMode.ALL : SnapshotMode.valueOf(asked.toUpperCase(Locale.ROOT));
    LoadTableResponse table =
        CatalogHandlers.loadTable(request.warehouse().catalog(), request.table(), mode);
    String etag = etag(table, mode);
    return request.holds(etag) ? Answer.notModified(etag) : Answer.of(table).withEtag(etag);
  }

  private static Answer exists(CatalogRequest request) {
    CatalogHandlers.tableExists(request.warehouse().catalog(), request.table());
    return Answer.noContent();
  }

  private static Answer commit(CatalogRequest request) {
    UpdateTableRequest update = request.body(UpdateTableRequest.class);
    TableIdentifier table = request.table();
    request.warehouse().guard().beforeCommit(table, List.copyOf(update.updates()));
    LoadTableResponse committed =
        CatalogHandlers.updateTable(request.warehouse().catalog(), table, update);
    request.warehouse().guard().afterCommit(table);
    return tagged(committed, SnapshotMode.ALL);
  }

  private static Answer drop(CatalogRequest request) {
    Catalog catalog = request.warehouse().catalog();
    TableIdentifier table = request.table();
    request.warehouse().guard().beforeDrop(table);
    if (Boolean.parseBoolean(request.query("purgeRequested"))) {
      CatalogHandlers.purgeTable(catalog, table);
    } else {
      CatalogHandlers.dropTable(catalog, table);
    }
    return Answer.noContent();
  }

  private static Answer rename(CatalogRequest request) {
    RenameTableRequest rename = request.body(RenameTableRequest.class);
    request.warehouse().guard().beforeRename(rename.source(), rename.destination());
    CatalogHandlers.renameTable(request.warehouse().catalog(), rename);
    return Answer.noContent();
  }

  private static Answer register(CatalogRequest request) {
    RegisterTableRequest table = request.body(RegisterTableRequest.class);
    Namespace namespace = request.namespace();
    if (table.overwrite()) {
      request.warehouse().guard().beforeDrop(TableIdentifier.of(namespace, table.name()));
    }
    return tagged(
        CatalogHandlers.registerTable(request.warehouse().catalog(), namespace, table),
        SnapshotMode.ALL);
  }

  /** Takes a client's report, checks its form, and lets it go. */
  private static Answer reportMetrics(CatalogRequest request) {
    request.body(ReportMetricsRequest.class);
    return Answer.noContent();
  }

  /** Iceberg's handler of staged tables does not know the catalog's defaults. */
  private static CreateTableRequest withDefaults(
      CreateTableRequest table, Map<String, String> defaults) {
    Map<String, String> properties = new HashMap<>(defaults);
    properties.putAll(table.properties());
    return CreateTableRequest.builder()
        .withName(table.name())
        .withLocation(table.location())
        .withSchema(table.schema())
        .withPartitionSpec(table.spec())
        .withWriteOrder(table.writeOrder())
        .setProperties(properties)
        .stageCreate()
        .build();
  }

  private static Answer tagged(LoadTableResponse table, SnapshotMode mode) {
    return Answer.of(table).withEtag(etag(table, mode));
  }

  /** A metadata file never changes, so its location stands for the content. */
  private static String etag(LoadTableResponse table, SnapshotMode mode) {
    String content = mode + " " + table.metadataLocation();
    return '"' + UUID.nameUUIDFromBytes(content.getBytes(UTF_8)).toString() + '"';
  }
}
