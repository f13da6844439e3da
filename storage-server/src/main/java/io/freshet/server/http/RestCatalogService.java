/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTResponse;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.jspecify.annotations.Nullable;

/**
 * Warehouses as catalogs of the Iceberg REST specification, below {@value #ROOT}. A client asks
 * {@code /v1/config?warehouse=<name>} first, and is told the name as the prefix of all other paths.
 */
final class RestCatalogService {
  static final String ROOT = "/iceberg";

  private static final String JSON = "application/json";

  private final RestJson json = new RestJson();
  private final Map<String, Warehouse> warehouses = new LinkedHashMap<>();

  private final @Nullable String token;

  /**
   * @param warehouses at least one; the first is for clients that name none
   * @param token that clients have to show; null for none
   */
  RestCatalogService(List<Warehouse> warehouses, @Nullable String token) {
    this.token = token;
    for (Warehouse warehouse : warehouses) {
      this.warehouses.put(warehouse.name(), warehouse);
    }
  }

  void addTo(RoutesConfig routes) {
    if (token != null) {
      routes.before(ROOT + "/*", context -> checkToken(token, context));
    }
    routes.get(ROOT + "/v1/config", this::config);
    for (Route route : routes()) {
      Endpoint endpoint = route.endpoint();
      HandlerType method = HandlerType.findOrCreate(endpoint.httpMethod());
      routes.addHttpHandler(method, ROOT + endpoint.path(), context -> answer(route, context));
    }
  }

  private static List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    routes.addAll(NamespaceRoutes.all());
    routes.addAll(TableRoutes.all());
    routes.addAll(ViewRoutes.all());
    return routes;
  }

  private void config(Context context) {
    Warehouse warehouse = warehouse(context.queryParam(CatalogProperties.WAREHOUSE_LOCATION));
    List<Route> routes = new ArrayList<>();
    routes.addAll(NamespaceRoutes.all());
    routes.addAll(TableRoutes.all());
    if (warehouse.views().isPresent()) {
      routes.addAll(ViewRoutes.all());
    }
    List<Endpoint> endpoints =
        routes.stream().filter(warehouse::offers).map(Route::endpoint).toList();
    ConfigResponse.Builder config =
        ConfigResponse.builder().withOverride("prefix", warehouse.name()).withEndpoints(endpoints);
    warehouse.clientDefaults().forEach(config::withDefault);
    warehouse
        .tableDefaults()
        .forEach((key, value) ->
            config.withDefault(CatalogProperties.TABLE_DEFAULT_PREFIX + key, value));
    context.contentType(JSON).result(json.write(config.build()));
  }

  private void answer(Route route, Context context) {
    Warehouse warehouse = warehouse(context.pathParam("prefix"));
    if (!warehouse.offers(route)) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Warehouse %s is read-only, so %s can't be done there. %s",
          warehouse.name(),
          route.endpoint(),
          warehouse.whereToWrite());
    }
    String template = route.endpoint().path();
    CatalogRequest request = new CatalogRequest(context, template, warehouse, json);
    Answer answer = route.operation().answer(request);
    context.status(answer.status());
    String etag = answer.etag();
    if (etag != null) {
      context.header("ETag", etag);
    }
    RESTResponse body = answer.body();
    if (body != null) {
      context.contentType(JSON).result(json.write(body));
    }
  }

  private static void checkToken(String token, Context context) {
    String shown = context.header("Authorization");
    byte[] wanted = ("Bearer " + token).getBytes(UTF_8);
    // In constant time, so that nobody can guess the token letter by letter.
    if (shown == null || !MessageDigest.isEqual(shown.getBytes(UTF_8), wanted)) {
      throw new NotAuthorizedException(
          "%s bearer token: set the catalog's property 'token' to the server's rest-token",
          shown == null ? "There is no" : "That is the wrong");
    }
  }

  private Warehouse warehouse(@Nullable String name) {
    if (name == null || name.isEmpty()) {
      return warehouses.values().iterator().next();
    }
    Warehouse warehouse = warehouses.get(name);
    if (warehouse == null) {
      throw new NoSuchWarehouseException(
          "There is no warehouse %s. Set the catalog's warehouse to one of %s",
          name, warehouses.keySet());
    }
    return warehouse;
  }
}
