/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;
import static org.apache.iceberg.CatalogProperties.CATALOG_IMPL;
import static org.apache.iceberg.CatalogProperties.FILE_IO_IMPL;
import static org.apache.iceberg.CatalogProperties.TABLE_DEFAULT_PREFIX;
import static org.apache.iceberg.CatalogProperties.UNIQUE_TABLE_LOCATION;
import static org.apache.iceberg.CatalogProperties.URI;
import static org.apache.iceberg.CatalogProperties.WAREHOUSE_LOCATION;
import static org.apache.iceberg.CatalogUtil.ICEBERG_CATALOG_TYPE;
import static org.apache.iceberg.CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC;

import io.freshet.error.FreshetException;
import io.freshet.lake.LakeFileIO;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;

/**
 * Properties of the lake's Iceberg catalog: those given, completed. What is given always wins.
 *
 * @param all what Iceberg is given
 * @param isEmbedded whether the catalog is a database file in the server's data folder
 */
record LakeProperties(Map<String, String> all, boolean isEmbedded) {
  // Iceberg's other default makes clients for Glue, DynamoDB and KMS too, and needs their jars.
  private static final String CLIENT_FACTORY = "client.factory";
  private static final String S3_CLIENT_FACTORY = "s3.client-factory-impl";
  private static final String S3_ONLY = "org.apache.iceberg.aws.s3.DefaultS3FileIOAwsClientFactory";

  private static final int BUSY_TIMEOUT_MILLIS = 30_000;

  /** What a reader needs to find the files, and is no secret. */
  private static final Set<String> CLIENT_PROPERTIES =
      Set.of("s3.endpoint", "s3.path-style-access", "client.region", "gcs.project-id");

  LakeProperties {
    all = Map.copyOf(all);
  }

  static LakeProperties complete(Path dataFolder, Map<String, String> given) {
    boolean isEmbedded =
        !given.containsKey(ICEBERG_CATALOG_TYPE) && !given.containsKey(CATALOG_IMPL);
    if (isEmbedded && given.containsKey(URI)) {
      throw FreshetException.of(
          INVALID_CONFIGURATION,
          "The lake catalog has a uri but no type: set type to rest, jdbc, hive, glue or nessie (or"
              + " catalog-impl to a class), or leave uri out for the embedded catalog");
    }
    Map<String, String> all = new HashMap<>();
    all.put(FILE_IO_IMPL, LakeFileIO.class.getName());
    all.put(TABLE_DEFAULT_PREFIX + TableProperties.FORMAT_VERSION, "3");
    // A table dropped and made again gets other paths, so that no cache confuses their files.
    all.put(UNIQUE_TABLE_LOCATION, "true");
    if (!given.containsKey(CLIENT_FACTORY)) {
      all.put(S3_CLIENT_FACTORY, S3_ONLY);
    }
    if (isEmbedded) {
      all.putAll(embedded(dataFolder.toAbsolutePath().normalize()));
    }
    all.putAll(given);
    return new LakeProperties(all, isEmbedded);
  }

  /** The folder of the embedded catalog and its warehouse. */
  static Path folder(Path dataFolder) {
    return dataFolder.resolve("lake");
  }

  Map<String, String> tableDefaults() {
    return PropertyUtil.propertiesWithPrefix(all, TABLE_DEFAULT_PREFIX);
  }

  Map<String, String> clientDefaults() {
    return PropertyUtil.filterProperties(all, CLIENT_PROPERTIES::contains);
  }

  /** Type and address, without credentials, for messages. */
  String description() {
    String type = all.getOrDefault(ICEBERG_CATALOG_TYPE, all.getOrDefault(CATALOG_IMPL, ""));
    String address = all.getOrDefault(URI, all.getOrDefault(WAREHOUSE_LOCATION, "no address"));
    return type + " catalog at " + withoutCredentials(address);
  }

  private static String withoutCredentials(String uri) {
    return uri.replaceFirst("[?;].*$", "").replaceFirst("//[^/]*@", "//");
  }

  private static Map<String, String> embedded(Path dataFolder) {
    Path folder = folder(dataFolder);
    return Map.of(
        ICEBERG_CATALOG_TYPE,
        ICEBERG_CATALOG_TYPE_JDBC,
        URI,
        "jdbc:sqlite:" + folder.resolve("catalog.db"),
        WAREHOUSE_LOCATION,
        "file://" + folder.resolve("warehouse"),
        "jdbc.schema-version",
        "V1",
        "jdbc.init-catalog-tables",
        "true",
        "jdbc.strict-mode",
        "true",
        // A commit is durable when it returns, and readers do not wait for writers.
        "jdbc.journal_mode",
        "WAL",
        "jdbc.synchronous",
        "FULL",
        "jdbc.busy_timeout",
        Integer.toString(BUSY_TIMEOUT_MILLIS));
  }
}
