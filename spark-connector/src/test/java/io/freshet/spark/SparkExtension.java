/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import io.freshet.client.FreshetClient;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one Spark session, one server and one client for all of a JVM. The session's catalog
 * {@code freshet} is the server; {@code plain}, {@code view} and {@code view_v2} are its warehouses
 * by Iceberg's own catalog.
 */
public final class SparkExtension implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SparkExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == SparkSession.class
        || type == ServerProcess.class
        || type == FreshetClient.class
        || type == TestTables.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Environment environment =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(Environment.class, type -> new Environment(), Environment.class);
    Class<?> type = parameter.getParameter().getType();
    if (type == SparkSession.class) {
      return environment.spark;
    }
    if (type == ServerProcess.class) {
      return environment.server;
    }
    return type == FreshetClient.class ? environment.client : environment.tables;
  }

  private static final class Environment implements AutoCloseable {
    private final Path folder = temporaryFolder();
    private final ServerProcess server = new ServerProcess(folder.resolve("data"));
    private final RootAllocator allocator = new RootAllocator();
    private final FreshetClient client = FreshetClient.connect(server.uri(), allocator);
    private final TestTables tables = new TestTables(client, allocator);
    private final SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("freshet-test")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 1)
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.warehouse.dir", folder.resolve("spark").toString())
            .config("spark.sql.catalog.freshet", "io.freshet.spark.FreshetCatalog")
            .config("spark.sql.catalog.freshet.uri", server.uri())
            .config(plainIceberg("plain", "lake"))
            .config(plainIceberg("view", "fresh"))
            .config(plainIceberg("view_v2", "fresh_v2"))
            .getOrCreate();

    private Map<String, Object> plainIceberg(String catalog, String warehouse) {
      String name = "spark.sql.catalog." + catalog;
      return Map.of(
          name,
          "org.apache.iceberg.spark.SparkCatalog",
          name + ".type",
          "rest",
          name + ".uri",
          client.serverInfo().lakeUri(),
          name + ".warehouse",
          warehouse,
          name + ".cache-enabled",
          false);
    }

    @Override
    public void close() {
      spark.stop();
      client.close();
      allocator.close();
      server.close();
      delete(folder);
    }

    private static Path temporaryFolder() {
      try {
        return Files.createTempDirectory("freshet-spark");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path folder) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot delete " + folder, e);
      }
    }
  }
}
