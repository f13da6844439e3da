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

  private final BufferAllocator allocator;
  private final FreshetClient client;
  private final ExecutorService waiting;

  private ServerConnection(
      BufferAllocator allocator, FreshetClient client, ExecutorService waiting) {
    this.allocator = allocator;
    this.client = client;
    this.waiting = waiting;
  }

  /** Connects with the first call. */
  public static ServerConnection open(String catalog, String uri, long memoryBytes) {
    BufferAllocator allocator = new RootAllocator(memoryBytes);
    try {
      return new ServerConnection(
          allocator,
          FreshetClient.connect(uri, allocator),
          Executors.newThreadPerTaskExecutor(
              Thread.ofVirtual().name("freshet-" + catalog + "-", 0).factory()));
    } catch (RuntimeException | Error e) {
      allocator.close();
      throw e;
    }
  }

  public FreshetClient client() {
    return client;
  }

  /** For batches that are made here; those that come from the server are the client's. */
  public BufferAllocator allocator() {
    return allocator;
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
  }
}
