/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.connection;

import io.freshet.client.FreshetClient;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The connections of this process, one to each server: sessions, catalogs and tasks share them.
 * They stay open as long as the process, since Spark tells no catalog when it is no longer used.
 */
public final class Connections {
  /** Spark's processes have no main method of ours, so the root is here. */
  private static final BufferAllocator ALLOCATOR = new RootAllocator();

  private static final Map<String, FreshetClient> CLIENTS = new ConcurrentHashMap<>();

  private Connections() {}

  /** The client of a server such as {@code grpc://127.0.0.1:9090}. Shared: never close it. */
  public static FreshetClient to(String address) {
    return CLIENTS.computeIfAbsent(address, uri -> FreshetClient.connect(uri, ALLOCATOR));
  }

  /** An allocator for one task; the caller closes it. */
  public static BufferAllocator newAllocator(String name) {
    return ALLOCATOR.newChildAllocator(name, 0, Long.MAX_VALUE);
  }
}
