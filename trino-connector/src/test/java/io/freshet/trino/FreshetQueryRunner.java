/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.testing.TestingSession.testSessionBuilder;
import static java.util.stream.Collectors.joining;

import io.freshet.client.FreshetClient;
import io.freshet.testing.ServerProcess;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.plugin.tpch.TpchPlugin;
import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.QueryRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;

/**
 * One storage server, and one Trino cluster of three nodes with its catalog {@code freshet}, the
 * generated TPC-H tables, and the catalog {@code iceberg} to compare with; for all tests of this
 * process.
 */
final class FreshetQueryRunner {
  /** Fresh rows stay fresh until a test moves them. */
  static final String KEEP_FRESH = "freshness = '1d'";

  private static final ServerProcess SERVER = new ServerProcess(newFolder());
  private static final RootAllocator ALLOCATOR = new RootAllocator(256 << 20);
  private static final FreshetClient CLIENT = FreshetClient.connect(SERVER.uri(), ALLOCATOR);

  private FreshetQueryRunner() {}

  static QueryRunner runner() {
    return Shared.RUNNER;
  }

  static ServerProcess server() {
    return SERVER;
  }

  static FreshetClient client() {
    return CLIENT;
  }

  static RootAllocator allocator() {
    return ALLOCATOR;
  }

  /**
   * A cluster of its own on the shared server, whose sessions are in a schema of one of the
   * catalogs.
   */
  static QueryRunner start(String catalog, String schema) {
    try {
      DistributedQueryRunner runner =
          DistributedQueryRunner.builder(
                  testSessionBuilder().setCatalog(catalog).setSchema(schema).build())
              .setWorkerCount(2)
              .build();
      runner.installPlugin(new FreshetPlugin());
      runner.createCatalog("freshet", "freshet", Map.of(CatalogProperties.URI, SERVER.uri()));
      runner.installPlugin(new TpchPlugin());
      runner.createCatalog("tpch", "tpch", Map.of());
      runner.installPlugin(new IcebergPlugin());
      runner.createCatalog("iceberg", "iceberg", plainIceberg(newFolder()));
      runner.execute("CREATE SCHEMA IF NOT EXISTS freshet." + schema);
      runner.execute("CREATE SCHEMA iceberg." + schema);
      return runner;
    } catch (Exception e) {
      throw new IllegalStateException("The test cluster did not start", e);
    }
  }

  /** The control: Trino's Iceberg connector as it is, with the format version that Freshet has. */
  private static Map<String, String> plainIceberg(Path folder) {
    return Map.of(
        "iceberg.catalog.type", "TESTING_FILE_METASTORE",
        "hive.metastore.catalog.dir", "local:///",
        "local.location", folder.toString(),
        "fs.local.enabled", "true",
        "iceberg.format-version", "3");
  }

  /**
   * Makes a table whose rows are those of a table of {@code tpch.tiny}, all of them in the lake,
   * and every other one superseded by a fresh row with the same values. Replaces one that a test
   * has left, which runs once more.
   */
  static void copyHalfSuperseded(QueryRunner runner, String table, List<String> primaryKey) {
    String key = primaryKey.stream().map(name -> "'" + name + "'").collect(joining(", "));
    String schema = runner.getDefaultSession().getSchema().orElseThrow();
    runner.execute("DROP TABLE IF EXISTS " + table);
    runner.execute(
        String.format(
            "CREATE TABLE %1$s WITH (primary_key = ARRAY[%2$s], %3$s) AS SELECT * FROM tpch.tiny.%1$s",
            table, key, KEEP_FRESH));
    runner.execute(String.format("CALL freshet.system.tier('%s', '%s')", schema, table));
    runner.execute(
        String.format(
            "INSERT INTO %1$s SELECT * FROM tpch.tiny.%1$s WHERE %2$s %% 2 = 0",
            table, primaryKey.get(0)));
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("freshet-trino");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts with the first test that asks for it. */
  private static final class Shared {
    static final QueryRunner RUNNER = start("freshet", "demo");
  }
}
