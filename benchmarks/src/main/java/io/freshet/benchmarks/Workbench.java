/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.arrow.ArrowBatches;
import io.freshet.client.FreshetClient;
import io.freshet.client.TableWriter;
import io.freshet.protocol.CreateTable;
import io.freshet.table.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;

/** What every benchmark works with. */
final class Workbench {
  private static final int BUCKETS = 4;

  /** Rows stay fresh until they are tiered by hand, so that nothing but the measured work runs. */
  private static final Map<String, String> NOT_TIERED =
      Map.of("freshet.freshness", "7d", "freshet.tiering.size", "1TB");

  private final Settings settings;
  private final Path folder;
  private final BufferAllocator allocator;
  private final Progress progress;
  private final AtomicInteger nextFolder = new AtomicInteger();
  private final AtomicInteger nextTable = new AtomicInteger();

  Workbench(Settings settings, Path folder, BufferAllocator allocator, Progress progress) {
    this.settings = settings;
    this.folder = folder;
    this.allocator = allocator;
    this.progress = progress;
  }

  Settings settings() {
    return settings;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  Progress progress() {
    return progress;
  }

  /** A new folder, on the disk that is measured. */
  Path newFolder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name + "-" + nextFolder.getAndIncrement()));
  }

  /** The rows that a round uses; the caller closes them. */
  TableRows flights(int rows) throws IOException {
    progress.say("Loading " + rows + " flights");
    return Flights.load(settings.flights(), folder, rows, allocator);
  }

  Interleaved interleaved() {
    return new Interleaved(progress);
  }

  FreshetClient connect(ServerProcess server) {
    return FreshetClient.connect(server.uri(), allocator);
  }

  /** A new log table with 4 buckets, which is not tiered on its own. */
  TableName createTable(FreshetClient client, Schema schema) {
    TableName name = TableName.parse("bench.table" + nextTable.getAndIncrement());
    if (client.listNamespaces().isEmpty()) {
      client.createNamespace("bench");
    }
    client.createTable(new CreateTable(name, schema, null, null, BUCKETS, null, NOT_TIERED));
    return name;
  }

  /** Appends all rows, and waits until they are acknowledged. */
  void append(FreshetClient client, TableName table, TableRows rows) {
    try (TableWriter writer = client.newWriter(table)) {
      for (VectorSchemaRoot batch : rows.batches()) {
        // The writer takes the buffers out of what it is given.
        try (VectorSchemaRoot shared = ArrowBatches.share(batch, allocator)) {
          var unused = writer.append(shared);
        }
      }
      writer.flush();
    }
  }

  static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(file -> {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
