/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.ViewCatalog;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/** The views of a warehouse, if its catalog has views. */
final class ViewRoutes {
  private ViewRoutes() {}

  static List<Route> all() {
    return List.of(
        new Route(Endpoint.V1_LIST_VIEWS, ViewRoutes::list),
        new Route(Endpoint.V1_CREATE_VIEW, ViewRoutes::create),
        new Route(Endpoint.V1_LOAD_VIEW, ViewRoutes::load),
        new Route(Endpoint.V1_VIEW_EXISTS, ViewRoutes::exists),
        new Route(Endpoint.V1_UPDATE_VIEW, ViewRoutes::update),
        new Route(Endpoint.V1_DELETE_VIEW, ViewRoutes::drop),
        new Route(Endpoint.V1_RENAME_VIEW, ViewRoutes::rename),
        new Route(Endpoint.V1_REGISTER_VIEW, ViewRoutes::register));
  }

  private static Answer list(CatalogRequest request) {
    Namespace namespace = request.namespace();
    String pageSize = request.query("pageSize");
    return Answer.of(
        pageSize == null
            ? CatalogHandlers.listViews(catalog(request), namespace)
            : CatalogHandlers.listViews(
                catalog(request), namespace, request.query("pageToken"), pageSize));
  }

  private static Answer create(CatalogRequest request) {
    return Answer.of(
        CatalogHandlers.createView(
            catalog(request), request.namespace(), request.body(CreateViewRequest.class)));
  }

  private static Answer load(CatalogRequest request) {
    return Answer.of(CatalogHandlers.loadView(catalog(request), request.view()));
  }

  private static Answer exists(CatalogRequest request) {
    CatalogHandlers.viewExists(catalog(request), request.view());
    return Answer.noContent();
  }

  private static Answer update(CatalogRequest request) {
    return Answer.of(
        CatalogHandlers.updateView(
            catalog(request), request.view(), request.body(UpdateTableRequest.class)));
  }

  private static Answer drop(CatalogRequest request) {
    CatalogHandlers.dropView(catalog(request), request.view());
    return Answer.noContent();
  }

  private static Answer rename(CatalogRequest request) {
    CatalogHandlers.renameView(catalog(request), request.body(RenameTableRequest.class));
    return Answer.noContent();
  }

  private static Answer register(CatalogRequest request) {
    return Answer.of(
        CatalogHandlers.registerView(
            catalog(request), request.namespace(), request.body(RegisterViewRequest.class)));
  }

  private static ViewCatalog catalog(CatalogRequest request) {
    return request
        .warehouse()
        .views()
        .orElseThrow(() ->
            new UnsupportedOperationException(
                "The catalog of warehouse " + request.warehouse().name() + " has no views"));
  }
}
