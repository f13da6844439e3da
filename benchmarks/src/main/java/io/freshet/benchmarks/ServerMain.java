/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.benchmarks;

import io.freshet.server.FreshetServer;
import io.freshet.server.ServerConfiguration.Settings;
import java.io.IOException;
import org.apache.arrow.memory.RootAllocator;

/**
 * The server's own process: says its address on the standard output, and runs until its standard
 * input ends, so that it never outlives the process that started it.
 */
final class ServerMain {
  private ServerMain() {}

  /**
   * @param arguments the data folder, the fresh memory, and the look-up cache unless it is the
   *     default
   */
  public static void main(String[] arguments) throws IOException {
    Settings settings =
        new Settings(
            arguments[0],
            null,
            0,
            0,
            null,
            arguments[1],
            arguments.length > 2 ? arguments[2] : null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    try (RootAllocator allocator = new RootAllocator();
        FreshetServer server = FreshetServer.start(settings.resolve(), allocator)) {
      System.out.println(server.flightUri());
      System.out.flush();
      while (System.in.read() >= 0) {
        // Nothing is said to it but the end.
      }
    }
  }
}
