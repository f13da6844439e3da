/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.server.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.rest.RESTCompatibilityKitCatalogTests;
import org.apache.iceberg.rest.RESTCompatibilityKitViewCatalogTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** Iceberg's REST compatibility kit against the {@code lake} warehouse of a live server. */
final class RestCompatibilityIT {
  private static final int MIN_TESTS = 140;

  /** They ask for the words in which Iceberg's own catalog or file system puts an error. */
  private static final List<String> OTHER_WORDS =
      List.of("tableCreationWithoutNamespace()", "testLoadTableWithMissingMetadataFile(Path)");

  /** Properties that the kit wants the server to give to new tables and views. */
  private static final Map<String, String> LAKE =
      Map.of(
          "table-default.default-key1", "catalog-default-key1",
          "table-default.default-key2", "catalog-default-key2",
          "table-default.override-key3", "catalog-default-key3",
          "table-override.override-key3", "catalog-override-key3",
          "table-override.override-key4", "catalog-override-key4",
          // Replacing a table in two transactions at once is a conflict by the rules of version 3.
          "table-default.format-version", "2");

  @TempDir Path data;

  @Test
  void theLakeWarehousePassesTheKit() {
    Settings settings =
        new Settings(
            null, null, null, null, null, null, null, null, null, null, null, LAKE, null, null);
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    try (TestServer server = new TestServer(data, settings)) {
      withProperties(
          Map.of(
              "rck.local", "false",
              "rck.purge-test-namespaces", "true",
              "rck.requires-namespace-create", "true",
              "uri", server.server().lakeUri(),
              "warehouse", "lake"),
          () -> {
            LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                    .selectors(
                        selectClass(RESTCompatibilityKitCatalogTests.class),
                        selectClass(RESTCompatibilityKitViewCatalogTests.class))
                    .build();
            LauncherFactory.create().execute(request, listener);
          });
    }
    Map<String, String> failures = new TreeMap<>();
    for (Failure failure : listener.getSummary().getFailures()) {
      failures.put(
          failure.getTestIdentifier().getDisplayName(), String.valueOf(failure.getException()));
    }
    assertThat(failures).containsOnlyKeys(OTHER_WORDS);
    assertThat(listener.getSummary().getTestsSucceededCount()).isGreaterThanOrEqualTo(MIN_TESTS);
  }

  /** The kit reads its settings from the system's properties. */
  private static void withProperties(Map<String, String> properties, Runnable kit) {
    try {
      properties.forEach(System::setProperty);
      kit.run();
    } finally {
      properties.keySet().forEach(System::clearProperty);
    }
  }
}
