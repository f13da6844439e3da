/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.ViewCatalog;

/**
 * A catalog that the HTTP service offers as Iceberg REST catalog. Clients choose it by name, as
 * their {@code warehouse}; the name is also the prefix of its paths.
 *
 * @param name of lower-case letters, digits and underscores
 * @param catalog has namespaces; borrowed
 * @param guard asked before tables are changed
 * @param clientDefaults properties that clients get unless they have their own; no secrets
 * @param tableDefaults properties of new tables unless they are given others
 */
public record Warehouse(
    String name,
    Catalog catalog,
    TableGuard guard,
    Map<String, String> clientDefaults,
    Map<String, String> tableDefaults) {
  public Warehouse {
    requireNonNull(catalog, "catalog");
    requireNonNull(guard, "guard");
    if (!name.matches("[a-z0-9_]+")) {
      throw new IllegalArgumentException("A warehouse can't be named " + name);
    }
    if (!(catalog instanceof SupportsNamespaces)) {
      throw new IllegalArgumentException("The catalog of warehouse " + name + " has no namespaces");
    }
    clientDefaults = Map.copyOf(clientDefaults);
    tableDefaults = Map.copyOf(tableDefaults);
  }

  SupportsNamespaces namespaces() {
    return (SupportsNamespaces) catalog;
  }

  Optional<ViewCatalog> views() {
    return catalog instanceof ViewCatalog views ? Optional.of(views) : Optional.empty();
  }
}
