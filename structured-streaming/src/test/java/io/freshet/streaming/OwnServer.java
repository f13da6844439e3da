/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import io.freshet.client.FreshetClient;
import io.freshet.spark.TestTables;
import io.freshet.table.TableName;
import io.freshet.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.RootAllocator;
import org.apache.spark.sql.SparkSession;

/** A server of one test alone, as a catalog of its own. */
final class OwnServer implements AutoCloseable {
  private final RootAllocator allocator = new RootAllocator();
  private final ServerProcess process;
  private final FreshetClient client;
  private final StreamFixture tables;

  /**
   * Starts it.
   *
   * @param segmentSize of the log, of which only whole segments are trimmed
   */
  OwnServer(SparkSession spark, Path folder, String segmentSize) {
    Path configuration = folder.resolve("freshet.yaml");
    try {
      Files.writeString(configuration, "log-segment-size: " + segmentSize + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process = new ServerProcess(folder.resolve("data"), "--config", configuration.toString());
    client = FreshetClient.connect(process.uri(), allocator);
    String catalog = "own" + process.uri().replaceAll("\\D", "");
    spark.conf().set("spark.sql.catalog." + catalog, "io.freshet.spark.FreshetCatalog");
    spark.conf().set("spark.sql.catalog." + catalog + ".uri", process.uri());
    tables = new StreamFixture(spark, client, new TestTables(client, allocator), catalog);
  }

  FreshetClient client() {
    return client;
  }

  StreamFixture tables() {
    return tables;
  }

  /** A table's name in Spark. */
  String name(TableName table) {
    return tables.catalog() + "." + table;
  }

  void killAndRestart() {
    process.kill();
    process.restart();
  }

  @Override
  public void close() {
    client.close();
    allocator.close();
    process.close();
  }
}
