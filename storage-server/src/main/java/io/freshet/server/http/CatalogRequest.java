/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static org.apache.iceberg.rest.RESTCatalogProperties.NAMESPACE_SEPARATOR_DEFAULT;

import io.javalin.http.Context;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTRequest;
import org.apache.iceberg.rest.RESTUtil;
import org.jspecify.annotations.Nullable;

/** A request to one warehouse's catalog. */
final class CatalogRequest {
  private final Context context;
  private final Warehouse warehouse;
  private final RestJson json;
  private final List<String> template;
  private final List<String> path;

  /**
   * @param template the route's path, with parameters in braces; the request's path ends with it
   */
  CatalogRequest(Context context, String template, Warehouse warehouse, RestJson json) {
    this.context = context;
    this.warehouse = warehouse;
    this.json = json;
    this.template = List.of(template.split("/"));
    this.path = List.of(context.req().getRequestURI().split("/"));
  }

  Warehouse warehouse() {
    return warehouse;
  }

  Namespace namespace() {
    return RESTUtil.decodeNamespace(rawParameter("{namespace}"), NAMESPACE_SEPARATOR_DEFAULT);
  }

  TableIdentifier table() {
    return TableIdentifier.of(namespace(), RESTUtil.decodeString(rawParameter("{table}")));
  }

  TableIdentifier view() {
    return TableIdentifier.of(namespace(), RESTUtil.decodeString(rawParameter("{view}")));
  }

  <T extends RESTRequest> T body(Class<T> type) {
    return json.read(context.bodyAsBytes(), type);
  }

  @Nullable String query(String name) {
    return context.queryParam(name);
  }

  /** Whether the client holds what has this entity tag. */
  boolean holds(String etag) {
    String tags = context.header("If-None-Match");
    return tags != null && tags.contains(etag);
  }

  /** A path parameter as it was sent, since Iceberg's encoding is not quite that of URLs. */
  private String rawParameter(String name) {
    int fromEnd = template.size() - template.indexOf(name);
    return path.get(path.size() - fromEnd);
  }
}
