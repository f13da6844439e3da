/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import io.freshet.server.ServerConfiguration.Settings;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.memory.RootAllocator;

/**
 * The main class of a server that a test kills: it ends when its standard input does, so that it
 * does not outlive the test.
 */
public final class ServerUnderTest {
  static final String READY = "READY";

  private ServerUnderTest() {}

  /** Takes the data folder, the Flight port, the HTTP port and the log's segment size. */
  public static void main(String[] args) throws IOException {
    Settings settings =
        new Settings(
            Path.of(args[0]).toString(),
            null,
            Integer.valueOf(args[1]),
            Integer.valueOf(args[2]),
            null,
            null,
            null,
            null,
            args[3],
            null,
            null,
            null,
            null,
            null);
    try (RootAllocator allocator = new RootAllocator();
        FreshetServer server = FreshetServer.start(settings.resolve(), allocator)) {
      System.out.println(READY + " " + server.flightUri());
      while (System.in.read() >= 0) {
        // Whatever is said, only the end counts.
      }
    }
  }
}
