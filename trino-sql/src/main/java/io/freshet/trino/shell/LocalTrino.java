/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.shell;

import io.freshet.trino.FreshetPlugin;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/**
 * One Trino node in this process, which only this machine can reach, with the catalogs {@code
 * freshet} and {@code lake}.
 */
public final class LocalTrino implements AutoCloseable {
  private final TestingTrinoServer server;

  private LocalTrino(TestingTrinoServer server) {
    this.server = server;
  }

  /**
   * Starts it, and waits until it answers.
   *
   * @param port of Trino's own protocol and web pages; 0 for any free one
   * @param uri the Freshet server
   * @param lakeUri its Iceberg REST catalog
   */
  public static LocalTrino start(int port, String uri, String lakeUri) {
    TestingTrinoServer server =
        TestingTrinoServer.builder()
            .setProperties(Map.of("http-server.http.port", Integer.toString(port)))
            .build();
    try {
      server.installPlugin(new FreshetPlugin());
      server.createCatalog("freshet", "freshet", Map.of("freshet.uri", uri));
      server.installPlugin(new IcebergPlugin());
      server.createCatalog(
          "lake",
          "iceberg",
          Map.of(
              "iceberg.catalog.type", "rest",
              "iceberg.rest-catalog.uri", lakeUri,
              "iceberg.rest-catalog.warehouse", "lake",
              "iceberg.rest-catalog.nested-namespace-enabled", "true",
              "fs.local.enabled", "true",
              "local.location", "/"));
      return new LocalTrino(server);
    } catch (RuntimeException | Error e) {
      closeAfter(e, server);
      throw e;
    }
  }

  /** Where clients and browsers find it. */
  public URI uri() {
    return server.getBaseUrl();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private static void closeAfter(Throwable failure, TestingTrinoServer server) {
    try {
      server.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
