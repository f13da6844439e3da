/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.server.ServerConfiguration;
import io.freshet.server.ServerConfiguration.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a server; each has a setting of the same name in the configuration file. */
final class ServerSettings {
  private static final Path DEFAULT_FILE = Path.of("freshet.yaml");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file. Default: freshet.yaml in this folder, if there is one.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that holds everything the server keeps. Default: freshet-data.")
  private @Nullable String data;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on. Default: 127.0.0.1.")
  private @Nullable String host;

  @Option(
      names = "--flight-port",
      paramLabel = "PORT",
      description = "For Arrow Flight; 0 is any free one. Default: 9090.")
  private @Nullable Integer flightPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "For the lake catalog, metrics and health; 0 is any free one. Default: 8181.")
  private @Nullable Integer httpPort;

  @Option(
      names = "--durability",
      paramLabel = "fsync|os",
      description =
          "When a write is acknowledged: after it is on disk, or after the operating system has it."
              + " Default: fsync.")
  private @Nullable String durability;

  @Option(
      names = "--fresh-memory",
      paramLabel = "SIZE",
      description = "Memory for fresh rows; others are read from the log. Default: 512MB.")
  private @Nullable String freshMemory;

  @Option(
      names = "--look-up-cache",
      paramLabel = "SIZE",
      description =
          "Heap memory for pages of lake files from which rows are looked up by key. Default: 256MB.")
  private @Nullable String lookUpCache;

  @Option(
      names = "--max-batch-size",
      paramLabel = "SIZE",
      description = "The largest batch that a writer may send. Default: 64MB.")
  private @Nullable String maxBatchSize;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      description = "How long a reader may read without saying that it still does. Default: 5min.")
  private @Nullable String lease;

  @Option(
      names = "--lake",
      paramLabel = "KEY=VALUE",
      description =
          "A property of the lake's Iceberg catalog, such as type=rest. Repeat it for more. Default:"
              + " a catalog and a warehouse in the data folder.")
  private Map<String, String> lake = new LinkedHashMap<>();

  @Option(
      names = "--max-staleness",
      paramLabel = "WAREHOUSE=TIME",
      description =
          "How long a row may be missing in warehouse fresh or fresh_v2 after it was acknowledged, so"
              + " that fewer snapshots are built. Default: 0s.")
  private Map<String, String> maxStaleness = new LinkedHashMap<>();

  @Option(
      names = "--rest-token",
      paramLabel = "TOKEN",
      description = "The bearer token that clients of the REST catalogs need. Default: none.")
  private @Nullable String restToken;

  ServerConfiguration resolve() {
    Settings flags =
        new Settings(
            data,
            host,
            flightPort,
            httpPort,
            durability,
            freshMemory,
            lookUpCache,
            maxBatchSize,
            null,
            lease,
            null,
            lake.isEmpty() ? null : lake,
            maxStaleness.isEmpty() ? null : maxStaleness,
            restToken);
    return flags.orElse(file()).resolve();
  }

  private Settings file() {
    if (config != null) {
      return ServerConfiguration.read(config);
    }
    return Files.exists(DEFAULT_FILE) ? ServerConfiguration.read(DEFAULT_FILE) : Settings.NONE;
  }
}
