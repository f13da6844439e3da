/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.server;

import io.freshet.client.FreshetClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * What a catalog has on one node: the only root allocator, the client, and threads that wait for
 * the server so that Trino's need not.
 */
public final class ServerConnection implements AutoCloseable {
  private static final long CLOSE_SECONDS = 10;
  private static final long MAX_OVERLAY_BYTES = 64 << 20;

  private final BufferAllocator root;
  private final BufferAllocator allocator;
  private final FreshetClient client;
  private final ExecutorService waiting;
  private final NodeOverlays overlays;
  private final QueryMemory memory;

  private ServerConnection(
      BufferAllocator root,
      BufferAllocator allocator,
      FreshetClient client,
      QueryMemory memory,
      ExecutorService waiting) {
    this.root = root;
    this.allocator = allocator;
    this.memory = memory;
    this.client = client;
    this.waiting = waiting;
    this.overlays = new NodeOverlays(client, MAX_OVERLAY_BYTES);
  }

  /**
   * Connects with the first call.
   *
   * @param memoryBytes the most Arrow memory for all queries on this node
   * @param queryBytes the most for one of them
   */
  public static ServerConnection open(
      String catalog, String uri, long memoryBytes, long queryBytes) {
    BufferAllocator root = new RootAllocator();
    BufferAllocator allocator =
        root.newChildAllocator(
            "catalog " + catalog + " (freshet.max-arrow-memory)", 0, memoryBytes);
    try {
      return new ServerConnection(
          root,
          allocator,
          FreshetClient.connect(uri, allocator),
          new QueryMemory(allocator, catalog, queryBytes),
          Executors.newThreadPerTaskExecutor(
              Thread.ofVirtual().name("freshet-" + catalog + "-", 0).factory()));
    } catch (RuntimeException | Error e) {
      allocator.close();
      root.close();
      throw e;
    }
  }

  public FreshetClient client() {
    return client;
  }

  /** For batches that are made here. */
  public BufferAllocator allocator() {
    return allocator;
  }

  /** For batches that come from the server, by query. */
  public QueryMemory memory() {
    return memory;
  }

  /** Which rows of lake files splits on this node hide. */
  public NodeOverlays overlays() {
    return overlays;
  }

  /** Runs what may wait for the server; virtual threads, as many as are asked for. */
  public ExecutorService waiting() {
    return waiting;
  }

  @Override
  public void close() {
    waiting.shutdownNow();
    try {
      waiting.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
    allocator.close();
    root.close();
  }
}
