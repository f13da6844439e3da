/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.cli.output.Console;
import io.freshet.server.FreshetServer;
import io.freshet.server.ServerConfiguration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.arrow.memory.RootAllocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a server until the process is told to end, or the calling thread is interrupted. */
@Command(
    name = "server",
    description = "Run a server in the foreground; Ctrl-C stops it.",
    footer = {
      "",
      "Examples:",
      "  freshet server",
      "  freshet server --data /var/lib/freshet --host 0.0.0.0",
      "  freshet server --lake type=rest --lake uri=http://catalog:8181 --lake warehouse=lake"
    })
final class ServerCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final ServerSettings settings = new ServerSettings();

  ServerCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ServerConfiguration configuration = settings.resolve();
    try (StopSignal stop = StopSignal.forThisThread()) {
      try (RootAllocator allocator = new RootAllocator();
          FreshetServer server = FreshetServer.start(configuration, allocator)) {
        print(server, configuration);
        awaitInterruption();
        console.err().println("Stopping: fresh rows stay in the log");
      }
      console.flush();
    }
    return ExitCode.OK.number();
  }

  private void print(FreshetServer server, ServerConfiguration configuration) {
    if (console.isJson()) {
      ObjectNode ready = JsonNodeFactory.instance.objectNode();
      ready.put("flight", server.flightUri());
      ready.put("http", server.httpUri());
      ready.put("lake", server.lakeUri());
      ready.put("data", configuration.data().toString());
      ready.put("version", FreshetServer.version());
      ready.put("process", ProcessHandle.current().pid());
      console.out().println(ready);
    } else {
      console
          .out()
          .printf(
              """
              Freshet %s is running.

                Arrow Flight   %s
                Lake catalog   %s (Iceberg REST, warehouses lake, fresh and fresh_v2)
                Metrics        %s/metrics
                Data           %s

              In another terminal: freshet status%s
              Ctrl-C stops it.
              """,
              FreshetServer.version(),
              server.flightUri(),
              server.lakeUri(),
              server.httpUri(),
              configuration.data(),
              server.flightUri().endsWith(":" + ServerConfiguration.DEFAULT_FLIGHT_PORT)
                  ? ""
                  : " --server " + server.flightUri());
    }
    console.flush();
  }

  private static void awaitInterruption() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      return; // The one way out: the server closes, and the command ends.
    }
  }
}
