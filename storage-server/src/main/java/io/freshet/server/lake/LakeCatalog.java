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
import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.error.FreshetException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lake's Iceberg catalog: the one that the server's properties name, or an embedded one, which
 * is a SQLite database and a warehouse folder below the server's data folder. Thread-safe.
 */
public final class LakeCatalog implements AutoCloseable {
  /** The catalog's name. The embedded database keeps it in each row, so it never changes. */
  public static final String NAME = "lake";

  private static final Logger LOG = LoggerFactory.getLogger(LakeCatalog.class);

  private final LakeProperties properties;
  private final Catalog catalog;

  private LakeCatalog(LakeProperties properties, Catalog catalog) {
    this.properties = properties;
    this.catalog = catalog;
  }

  /**
   * Opens the catalog. Blocking.
   *
   * @param dataFolder the server's data folder, for the embedded catalog
   * @param properties Iceberg's catalog properties ({@code type}, {@code uri}, {@code warehouse},
   *     {@code s3.endpoint}, …). Without {@code type} and {@code catalog-impl} the catalog is the
   *     embedded one; a {@code warehouse} may still be given.
   * @throws FreshetException INVALID_CONFIGURATION if no catalog can come of the properties,
   *     LAKE_UNAVAILABLE if the catalog does not answer
   */
  public static LakeCatalog open(Path dataFolder, Map<String, String> properties) {
    LakeProperties complete = LakeProperties.complete(dataFolder, properties);
    if (complete.isEmbedded()) {
      createFolder(LakeProperties.folder(dataFolder));
    }
    Catalog catalog = build(complete);
    LOG.info("Opened the lake: {}", complete.description());
    return new LakeCatalog(complete, catalog);
  }

  public Catalog catalog() {
    return catalog;
  }

  /** The same catalog, for its namespaces. */
  public SupportsNamespaces namespaces() {
    return (SupportsNamespaces) catalog;
  }

  /** Properties that a new table gets unless it is given others, by their names in the table. */
  public Map<String, String> tableDefaults() {
    return properties.tableDefaults();
  }

  /** What a client of the re-exported catalog needs to reach the files; holds no credentials. */
  public Map<String, String> clientDefaults() {
    return properties.clientDefaults();
  }

  /** The catalog's type and address, without credentials. */
  public String description() {
    return properties.description();
  }

  /** Asks the catalog something cheap. Fails with LAKE_UNAVAILABLE if it does not answer. */
  public void check() {
    call(
        "Cannot reach the lake",
        () -> namespaces().namespaceExists(Namespace.of("freshet_lake_check")));
  }

  /**
   * Runs a call to the catalog. If the lake can't be reached it fails with LAKE_UNAVAILABLE; what
   * the lake answers otherwise, such as {@code NoSuchTableException}, {@code CommitFailedException}
   * or {@code CommitStateUnknownException}, is thrown as it is.
   *
   * @param failure how the message begins, such as "Cannot load table sales.orders"
   */
  public <T> T call(String failure, Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      if (LakeFaults.isUnreachable(e)) {
        throw unavailable(failure, properties, e);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    if (catalog instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException e) {
        LOG.warn("Cannot close the lake ({})", description(), e);
      }
    }
  }

  private static Catalog build(LakeProperties properties) {
    Catalog catalog;
    try {
      // A copy, because Iceberg asks maps for null keys, which those of Map.of refuse.
      Map<String, String> all = new HashMap<>(properties.all());
      catalog = CatalogUtil.buildIcebergCatalog(NAME, all, new Configuration());
    } catch (RuntimeException | LinkageError e) {
      if (LakeFaults.isUnreachable(e)) {
        throw unavailable("Cannot open the lake", properties, e);
      }
      throw new FreshetException(
          INVALID_CONFIGURATION,
          "Cannot make the lake catalog (%s): %s. Correct the lake's properties"
              .formatted(properties.description(), e.getMessage()),
          e);
    }
    if (!(catalog instanceof SupportsNamespaces)) {
      throw FreshetException.of(
          INVALID_CONFIGURATION,
          "The lake catalog (%s) has no namespaces: use another one",
          properties.description());
    }
    return catalog;
  }

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new FreshetException(
          INVALID_CONFIGURATION,
          "Cannot make the folder %s of the embedded lake: %s".formatted(folder, e),
          e);
    }
  }

  private static FreshetException unavailable(
      String failure, LakeProperties properties, Throwable cause) {
    return new FreshetException(
        LAKE_UNAVAILABLE,
        "%s: no answer from the %s (%s). Try again; if it goes on, check that it runs and can be"
                .formatted(failure, properties.description(), cause.getMessage())
            + " reached from this server",
        cause);
  }
}
