/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import io.freshet.client.FreshetClient;
import io.freshet.client.RetryPolicy;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.Projection;
import io.freshet.server.ServerConfiguration.Settings;
import io.freshet.table.TableName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;

/**
 * A real server on free ports, a client of it, and the memory of both, which must be empty at the
 * end.
 */
public final class TestServer implements AutoCloseable {
  private final Path data;
  private final Settings settings;
  private final RetryPolicy retry;
  private final RootAllocator allocator = new RootAllocator();
  private FreshetServer server;
  private FreshetClient client;

  public TestServer(Path data) {
    this(data, Settings.NONE);
  }

  /** A server with settings other than its data folder and ports. */
  public TestServer(Path data, Settings settings) {
    this(data, settings, RetryPolicy.NONE);
  }

  /**
   * @param retry what the client does when it is told to come again
   */
  public TestServer(Path data, Settings settings, RetryPolicy retry) {
    this.data = data;
    this.settings = settings;
    this.retry = retry;
    start();
  }

  /** A data folder and free ports, beside the given settings. */
  public static Settings onFreePorts(Path data, Settings settings) {
    return new Settings(
            data.toString(), null, 0, 0, null, null, null, null, null, null, null, null, null, null)
        .orElse(settings);
  }

  public Path data() {
    return data;
  }

  public FreshetClient client() {
    return client;
  }

  public FreshetServer server() {
    return server;
  }

  public BufferAllocator allocator() {
    return allocator;
  }

  /** Stops the server in order, and starts another on the same data. */
  public void restart() {
    stop();
    start();
  }

  /** Stops the server in order. */
  public void stop() {
    client.close();
    server.close();
  }

  public void create(TableName name, Schema schema) {
    client.createTable(
        new CreateTable(name, schema, null, null, null, null, Map.of("freshet.freshness", "1h")));
  }

  /** All rows of the table now, as Iceberg records. */
  public List<Record> rows(TableName table) {
    UnionSnapshot snapshot = client.plan(table);
    List<Record> rows = rows(snapshot, Projection.of(snapshot.schema(), null, null));
    client.release(snapshot);
    return rows;
  }

  public List<Record> rows(UnionSnapshot snapshot, Projection projection) {
    return UnionRows.read(client, snapshot, projection, allocator);
  }

  /** Starts a server on the data of the one that was stopped. */
  public void start() {
    server = FreshetServer.start(onFreePorts(data, settings).resolve(), allocator);
    client = FreshetClient.connect(server.flightUri(), allocator, retry);
  }

  @Override
  public void close() {
    stop();
    allocator.close();
  }
}
