/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.INVALID_CONFIGURATION;

import io.freshet.error.FreshetException;
import io.freshet.protocol.ServerInfo;
import io.freshet.server.lake.Lake;
import io.freshet.server.table.Tables;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.io.FileIO;

/** The Flight service of a server, listening. */
public final class FlightService implements AutoCloseable {
  private static final long CLOSE_SECONDS = 10;

  private final FlightServer server;

  private FlightService(FlightServer server) {
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param port 0 for any that is free
   * @param lakeFiles reads the lake's files for clients that ask for the whole table; borrowed
   * @param allocator borrowed; holds batches on their way in and out
   * @throws FreshetException INVALID_CONFIGURATION if it can't listen there
   */
  public static FlightService start(
      String host,
      int port,
      Tables tables,
      Lake lake,
      FileIO lakeFiles,
      Supplier<ServerInfo> serverInfo,
      BufferAllocator allocator,
      long maxBatchBytes) {
    FreshetFlightProducer producer =
        new FreshetFlightProducer(
            tables,
            new ControlActions(tables, lake, serverInfo),
            lakeFiles,
            allocator,
            maxBatchBytes);
    FlightServer server =
        FlightServer.builder(allocator, Location.forGrpcInsecure(host, port), producer)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    try {
      return new FlightService(server.start());
    } catch (IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new FreshetException(
          INVALID_CONFIGURATION,
          String.format(
              "Cannot listen for Arrow Flight on %s:%d: %s. Stop what listens there, or choose"
                  + " another port with --flight-port",
              host, port, reason.getMessage()),
          e);
    }
  }

  public int port() {
    return server.getPort();
  }

  /** Refuses new calls, lets running ones end for some seconds, then cuts them off. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        server.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
