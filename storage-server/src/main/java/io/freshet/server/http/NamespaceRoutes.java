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
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTUtil;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;

/** The namespaces of a warehouse. */
final class NamespaceRoutes {
  private NamespaceRoutes() {}

  static List<Route> all() {
    return List.of(
        new Route(Endpoint.V1_LIST_NAMESPACES, NamespaceRoutes::list),
        new Route(Endpoint.V1_CREATE_NAMESPACE, NamespaceRoutes::create),
        new Route(Endpoint.V1_LOAD_NAMESPACE, NamespaceRoutes::load),
        new Route(Endpoint.V1_NAMESPACE_EXISTS, NamespaceRoutes::exists),
        new Route(Endpoint.V1_UPDATE_NAMESPACE, NamespaceRoutes::update),
        new Route(Endpoint.V1_DELETE_NAMESPACE, NamespaceRoutes::drop));
  }

  private static Answer list(CatalogRequest request) {
    SupportsNamespaces catalog = request.warehouse().namespaces();
    String parent = request.query("parent");
    Namespace namespace =
        parent == null ? Namespace.empty() : RESTUtil.namespaceFromQueryParam(parent);
    String pageSize = request.query("pageSize");
    return Answer.of(
        pageSize == null
            ? CatalogHandlers.listNamespaces(catalog, namespace)
            : CatalogHandlers.listNamespaces(
                catalog, namespace, request.query("pageToken"), pageSize));
  }

  private static Answer create(CatalogRequest request) {
    return Answer.of(
        CatalogHandlers.createNamespace(
            request.warehouse().namespaces(), request.body(CreateNamespaceRequest.class)));
  }

  private static Answer load(CatalogRequest request) {
    return Answer.of(
        CatalogHandlers.loadNamespace(request.warehouse().namespaces(), request.namespace()));
  }

  private static Answer exists(CatalogRequest request) {
    CatalogHandlers.namespaceExists(request.warehouse().namespaces(), request.namespace());
    return Answer.noContent();
  }

  private static Answer update(CatalogRequest request) {
    return Answer.of(
        CatalogHandlers.updateNamespaceProperties(
            request.warehouse().namespaces(),
            request.namespace(),
            request.body(UpdateNamespacePropertiesRequest.class)));
  }

  private static Answer drop(CatalogRequest request) {
    CatalogHandlers.dropNamespace(request.warehouse().namespaces(), request.namespace());
    return Answer.noContent();
  }
}
