/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** Trino's own image with the plugin from the built zip. */
final class TrinoImageIT {
  private static final String VERSION = System.getProperty("freshet.trino.version", "");
  private static final Path BUILT = Path.of("..", "trino-connector", "target");

  @TempDir Path folder;

  @Test
  void theImageLoadsThePluginAndReadsTheUnion() throws Exception {
    Docker.assume();
    Path plugin = unzip(zip(), folder.resolve("plugin")).resolve("freshet");
    Path data = Files.createDirectory(folder.resolve("data"));
    try (ServerProcess server = new ServerProcess(data)) {
      Orders.write(server.uri());
      try (GenericContainer<?> trino = trino(plugin, data, server.uri())) {
        trino.start();
        try (Connection connection =
                DriverManager.getConnection("jdbc:trino://127.0.0.1:8080/freshet?user=test");
            Statement statement = connection.createStatement();
            ResultSet rows =
                statement.executeQuery("SELECT count(*), sum(price) FROM " + Orders.TABLE)) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getLong(1)).isEqualTo(Orders.COUNT);
          assertThat(rows.getLong(2)).isEqualTo(Orders.SUM);
        }
      }
    }
  }

  /** On this machine's network, and with the lake's files where they are outside. */
  private static GenericContainer<?> trino(Path plugin, Path data, String server) {
    String catalog = "connector.name=freshet\nfreshet.uri=" + server + "\n";
    return new GenericContainer<>(DockerImageName.parse("trinodb/trino:" + VERSION))
        .withNetworkMode("host")
        .withFileSystemBind(data.toString(), data.toString(), BindMode.READ_ONLY)
        .withCopyFileToContainer(MountableFile.forHostPath(plugin), "/usr/lib/trino/plugin/freshet")
        .withCopyToContainer(Transferable.of(catalog), "/etc/trino/catalog/freshet.properties")
        .withEnv("JDK_JAVA_OPTIONS", "--add-opens=java.base/java.nio=ALL-UNNAMED")
        .waitingFor(
            Wait.forLogMessage(".*SERVER STARTED.*", 1).withStartupTimeout(Duration.ofMinutes(3)));
  }

  private static Path zip() throws IOException {
    try (Stream<Path> files = Files.list(BUILT)) {
      List<Path> zips = files.filter(file -> file.toString().endsWith("-plugin.zip")).toList();
      assertThat(zips).as("plugin zips in %s", BUILT.toAbsolutePath()).hasSize(1);
      return zips.get(0);
    }
  }

  private static Path unzip(Path zip, Path to) throws IOException {
    try (ZipInputStream entries = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        Path file = to.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(entries, file);
        }
      }
    }
    return to;
  }
}
