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
import org.jspecify.annotations.Nullable;

/**
 * A catalog that the HTTP service offers as Iceberg REST catalog. Clients choose it by name, as
 * their {@code warehouse}; the name is also the prefix of its paths.
 *
 * @param name of lower-case letters, digits and underscores
 * @param catalog of its tables; borrowed
 * @param namespaces of the tables; also has the views, if there are any; borrowed
 * @param guard asked before tables are changed
 * @param clientDefaults properties that clients get unless they have their own; no secrets
 * @param tableDefaults properties of new tables unless they are given others
 * @param whereToWrite null if this warehouse can be written; else what a writer is told
 */
public record Warehouse(
    String name,
    Catalog catalog,
    SupportsNamespaces namespaces,
    TableGuard guard,
    Map<String, String> clientDefaults,
    Map<String, String> tableDefaults,
    @Nullable String whereToWrite) {
  public Warehouse {
    requireNonNull(catalog, "catalog");
    requireNonNull(namespaces, "namespaces");
    requireNonNull(guard, "guard");
    if (!name.matches("[a-z0-9_]+")) {
      throw new IllegalArgumentException("A warehouse can't be named " + name);
    }
    clientDefaults = Map.copyOf(clientDefaults);
    tableDefaults = Map.copyOf(tableDefaults);
  }

  /** A warehouse that can be written; its catalog has namespaces. */
  public static Warehouse of(
      String name,
      Catalog catalog,
      TableGuard guard,
      Map<String, String> clientDefaults,
      Map<String, String> tableDefaults) {
    if (!(catalog instanceof SupportsNamespaces namespaces)) {
      throw new IllegalArgumentException("The catalog of warehouse " + name + " has no namespaces");
    }
    return new Warehouse(name, catalog, namespaces, guard, clientDefaults, tableDefaults, null);
  }

  /**
   * A warehouse for readers, with the same namespaces and views as another one.
   *
   * @param whereToWrite what somebody who wants to write is told
   */
  public static Warehouse readOnly(
      String name, Catalog catalog, Warehouse other, String whereToWrite) {
    return new Warehouse(
        name,
        catalog,
        other.namespaces,
        TableGuard.ALLOW_ALL,
        other.clientDefaults,
        Map.of(),
        whereToWrite);
  }

  Optional<ViewCatalog> views() {
    return namespaces instanceof ViewCatalog views ? Optional.of(views) : Optional.empty();
  }

  boolean offers(Route route) {
    return whereToWrite == null || route.isRead();
  }
}
