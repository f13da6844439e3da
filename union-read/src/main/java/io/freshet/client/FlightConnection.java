/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.grpc.NettyClientBuilder;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Flight clients whose connection is set up for batches, which are large: gRPC's defaults are made
 * for small messages, and let a sender or reader wait for the other side after each batch.
 */
record FlightConnection(FlightClient flight, ManagedChannel channel) implements AutoCloseable {
  /** How much the server may send before the reader has taken it. */
  private static final int FLOW_CONTROL_WINDOW_BYTES = 8 << 20;

  /** How much may wait in this process to be sent before a writer has to wait. */
  private static final int SEND_BUFFER_BYTES = 4 << 20;

  /** Connects when the first call is made. */
  static FlightConnection open(Location location, BufferAllocator allocator) {
    ManagedChannel channel =
        new NettyClientBuilder(allocator, location)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build()
            .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
            .intercept(new SendBuffer())
            .build();
    return new FlightConnection(FlightGrpcUtils.createFlightClient(allocator, channel), channel);
  }

  /**
   * A client on the same connection that receives batches into other memory. Closing it closes only
   * the client.
   *
   * @param batches borrowed until it is closed
   */
  FlightClient receivingInto(BufferAllocator batches) {
    return FlightGrpcUtils.createFlightClientWithSharedChannel(batches, channel);
  }

  /**
   * Lets the next call try to connect at once. By itself gRPC waits up to two minutes after
   * failures, and fails every call until then, although the server may be back; how long to wait is
   * ours to say.
   */
  void forgetFailures() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() throws InterruptedException {
    flight.close();
  }

  private static final class SendBuffer implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(method, options.withOnReadyThreshold(SEND_BUFFER_BYTES));
    }
  }
}
