/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.spi.StandardErrorCode.CONFIGURATION_INVALID;

import io.airlift.units.DataSize;
import io.trino.spi.TrinoException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The properties of a catalog file: those that start with {@code freshet.} are ours, all others are
 * the Iceberg connector's and its file systems'.
 *
 * @param uri the server, such as {@code grpc://127.0.0.1:9090}
 * @param memory how much Arrow memory the catalog may use on one node, for rows on their way
 * @param queryMemory how much of it one query may use
 */
record CatalogProperties(
    String uri, DataSize memory, DataSize queryMemory, Map<String, String> iceberg) {
  static final String URI = "freshet.uri";
  static final String MEMORY = "freshet.max-arrow-memory";
  static final String QUERY_MEMORY = "freshet.max-arrow-memory-per-query";

  private static final String OURS = "freshet.";
  private static final DataSize DEFAULT_MEMORY = DataSize.of(1, DataSize.Unit.GIGABYTE);

  /** Where the lake is, which the server says; so nobody else may. */
  private static final List<String> SET_BY_THE_SERVER =
      List.of("iceberg.catalog.type", "iceberg.rest-catalog.uri", "iceberg.rest-catalog.warehouse");

  CatalogProperties {
    iceberg = Map.copyOf(iceberg);
  }

  static CatalogProperties parse(String catalog, Map<String, String> properties) {
    Map<String, String> iceberg = new HashMap<>(properties);
    String uri = iceberg.remove(URI);
    if (uri == null) {
      throw invalid("Catalog %s has no property %s: write %s=grpc://host:port", catalog, URI, URI);
    }
    String memoryText = iceberg.remove(MEMORY);
    String queryText = iceberg.remove(QUERY_MEMORY);
    for (String name : iceberg.keySet()) {
      if (name.startsWith(OURS)) {
        throw invalid(
            "Catalog %s has an unknown property %s: those of Freshet are %s, %s and %s",
            catalog, name, URI, MEMORY, QUERY_MEMORY);
      }
      if (SET_BY_THE_SERVER.contains(name)) {
        throw invalid(
            "Catalog %s sets %s, which the server at %s tells: leave it out", catalog, name, uri);
      }
    }
    DataSize memory = memoryText == null ? DEFAULT_MEMORY : size(catalog, MEMORY, memoryText);
    DataSize queryMemory =
        queryText == null
            ? DataSize.ofBytes(memory.toBytes() / 2)
            : size(catalog, QUERY_MEMORY, queryText);
    return new CatalogProperties(uri, memory, queryMemory, iceberg);
  }

  /** The Iceberg connector's properties for a lake that the server serves at {@code lakeUri}. */
  Map<String, String> icebergAt(String lakeUri) {
    Map<String, String> all = new HashMap<>();
    all.put("iceberg.rest-catalog.nested-namespace-enabled", "true");
    if (iceberg.keySet().stream().noneMatch(CatalogProperties::choosesFileSystem)) {
      all.put("fs.local.enabled", "true");
      all.put("local.location", "/");
    }
    all.putAll(iceberg);
    all.put("iceberg.catalog.type", "rest");
    all.put("iceberg.rest-catalog.uri", lakeUri);
    all.put("iceberg.rest-catalog.warehouse", "lake");
    return all;
  }

  private static boolean choosesFileSystem(String name) {
    return name.startsWith("fs.") && name.endsWith(".enabled") && !name.startsWith("fs.cache");
  }

  private static DataSize size(String catalog, String property, String text) {
    try {
      return DataSize.valueOf(text);
    } catch (IllegalArgumentException e) {
      throw new TrinoException(
          CONFIGURATION_INVALID,
          String.format(
              "Catalog %s has %s=%s, which is no size: write 512MB or 1GB",
              catalog, property, text),
          e);
    }
  }

  private static TrinoException invalid(String format, Object... args) {
    return new TrinoException(CONFIGURATION_INVALID, String.format(format, args));
  }
}
