/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import io.freshet.error.FreshetException;
import io.freshet.table.TableOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * Settings of one catalog, {@code spark.sql.catalog.<name>.…}.
 *
 * @param uri the server, such as {@code grpc://127.0.0.1:9090}
 * @param lease how long a union snapshot is leased at first; it is renewed while it is used
 * @param lakeFiles properties for the lake's files, given as {@code lake.s3.endpoint} and so on
 */
record CatalogOptions(String uri, Duration lease, Map<String, String> lakeFiles) {
  private static final String URI = "uri";
  private static final String LEASE = "lease";
  private static final String DEFAULT_LEASE = "60s";
  private static final String LAKE = "lake.";

  CatalogOptions {
    lakeFiles = Map.copyOf(lakeFiles);
  }

  static CatalogOptions of(String catalog, CaseInsensitiveStringMap options) {
    String uri = options.get(URI);
    if (uri == null || uri.isBlank()) {
      throw FreshetException.of(
          INVALID_CONFIGURATION,
          "Catalog %s does not know its server: set spark.sql.catalog.%s.uri, for example to"
              + " grpc://127.0.0.1:9090",
          catalog,
          catalog);
    }
    Map<String, String> lakeFiles = new HashMap<>();
    options
        .asCaseSensitiveMap()
        .forEach((name, value) -> {
          if (name.toLowerCase(Locale.ROOT).startsWith(LAKE)) {
            lakeFiles.put(name.substring(LAKE.length()), value);
          }
        });
    String lease = options.getOrDefault(LEASE, DEFAULT_LEASE);
    Duration length = TableOptions.duration("spark.sql.catalog." + catalog + "." + LEASE, lease);
    return new CatalogOptions(uri.strip(), length, lakeFiles);
  }
}
