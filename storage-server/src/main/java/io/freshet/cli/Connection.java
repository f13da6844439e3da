/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import io.freshet.client.FreshetClient;
import io.freshet.client.RetryPolicy;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A command's connection to a server, and the memory for rows. */
final class Connection implements AutoCloseable {
  private final BufferAllocator allocator;
  private final FreshetClient client;

  private Connection(BufferAllocator allocator, FreshetClient client) {
    this.allocator = allocator;
    this.client = client;
  }

  static Connection open(String address, RetryPolicy retry) {
    RootAllocator allocator = new RootAllocator();
    try {
      return new Connection(allocator, FreshetClient.connect(address, allocator, retry));
    } catch (RuntimeException e) {
      allocator.close();
      throw e;
    }
  }

  FreshetClient client() {
    return client;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void close() {
    try (allocator) {
      client.close();
    }
  }
}
