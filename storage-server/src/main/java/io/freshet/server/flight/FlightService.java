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
import io.freshet.server.parquet.PageCache;
import io.freshet.server.table.Tables;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Flight service of a server, listening. */
public final class FlightService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlightService.class);
  private static final long CLOSE_SECONDS = 10;

  /** How much a writer may send before the server has taken it. */
  private static final int FLOW_CONTROL_WINDOW_BYTES = 8 << 20;

  /** How much of a read may wait in this process to be sent before the read has to wait. */
  private static final int SEND_BUFFER_BYTES = 4 << 20;

  /** How many reads may stream at the same time; each has a thread. */
  private static final int MAX_READS = 500;

  /** All streams of changes share these threads, since none waits on one. */
  private static final int CHANGE_THREADS = 4;

  private static final long IDLE_SECONDS = 60;

  private final FlightServer server;
  private final FreshetFlightProducer producer;
  private final ExecutorService reads;
  private final ExecutorService changes;
  private final ExecutorService calls;

  private FlightService(
      FlightServer server,
      FreshetFlightProducer producer,
      ExecutorService reads,
      ExecutorService changes,
      ExecutorService calls) {
    this.server = server;
    this.producer = producer;
    this.reads = reads;
    this.changes = changes;
    this.calls = calls;
  }

  /**
   * Starts to listen.
   *
   * @param port 0 for any that is free
   * @param lakeFiles reads the lake's files for clients that ask for the whole table; borrowed
   * @param lakePages of lake files from which rows were looked up
   * @param allocator borrowed; holds batches on their way in and out
   * @throws FreshetException INVALID_CONFIGURATION if it can't listen there
   */
  public static FlightService start(
      String host,
      int port,
      Tables tables,
      Lake lake,
      FileIO lakeFiles,
      PageCache lakePages,
      Supplier<ServerInfo> serverInfo,
      BufferAllocator allocator,
      long maxBatchBytes) {
    ExecutorService reads =
        new ThreadPoolExecutor(
            0, MAX_READS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>());
    ExecutorService changes = Executors.newFixedThreadPool(CHANGE_THREADS);
    // Flight would end an executor of its own before the calls that run on it.
    ExecutorService calls =
        Executors.newCachedThreadPool(task -> {
          Thread thread = new Thread(task, "freshet-flight");
          thread.setDaemon(true);
          return thread;
        });
    FreshetFlightProducer producer =
        new FreshetFlightProducer(
            tables,
            new ControlActions(tables, lake, serverInfo, allocator, calls),
            lakeFiles,
            lakePages,
            allocator,
            maxBatchBytes,
            reads,
            changes);
    FlightServer server =
        FlightServer.builder(allocator, Location.forGrpcInsecure(host, port), producer)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .executor(calls)
            .transportHint(
                "grpc.builderConsumer", (Consumer<NettyServerBuilder>) FlightService::tune)
            .build();
    try {
      return new FlightService(server.start(), producer, reads, changes, calls);
    } catch (IOException e) {
      reads.shutdown();
      changes.shutdown();
      calls.shutdown();
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new FreshetException(
          INVALID_CONFIGURATION,
          String.format(
              "Cannot listen for Arrow Flight on %s:%d: %s. Stop what listens there, or choose"
                  + " another port with --flight-port",
              host, port, reason.getMessage()),
          e);
    } catch (RuntimeException e) {
      reads.shutdown();
      changes.shutdown();
      calls.shutdown();
      throw e;
    }
  }

  /** gRPC's defaults are made for small messages: a sender would wait after each batch. */
  private static void tune(NettyServerBuilder builder) {
    builder.flowControlWindow(FLOW_CONTROL_WINDOW_BYTES).intercept(new SendBuffer());
  }

  public int port() {
    return server.getPort();
  }

  /**
   * Refuses new calls, ends streams into tables after what they have sent, lets other calls end for
   * some seconds, then cuts them off.
   */
  @Override
  public void close() {
    server.shutdown();
    producer.stop();
    try {
      if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        server.close();
      }
      reads.shutdown();
      changes.shutdown();
      if (!reads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)
          || !changes.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Reads did not end within {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      calls.shutdownNow();
    }
  }

  private static final class SendBuffer implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      call.setOnReadyThreshold(SEND_BUFFER_BYTES);
      return next.startCall(call, headers);
    }
  }
}
