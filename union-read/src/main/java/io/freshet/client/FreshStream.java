/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;

import io.freshet.error.FreshetException;
import io.freshet.protocol.FlightErrors;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Batches that the server streams. For one thread; closing it early cancels the stream. */
public final class FreshStream implements BatchStream {
  private final FlightStream stream;
  private final String address;
  private final BufferAllocator memory;
  private final @Nullable AutoCloseable client;
  private boolean hasEnded;

  private FreshStream(
      FlightStream stream, String address, BufferAllocator memory, @Nullable AutoCloseable client) {
    this.stream = stream;
    this.address = address;
    this.memory = memory;
    this.client = client;
  }

  /**
   * A stream of a client that others use, too.
   *
   * @param memory which the client has for batches
   */
  static FreshStream open(
      FlightClient client, Ticket ticket, String address, BufferAllocator memory) {
    return new FreshStream(client.getStream(ticket), address, memory, null);
  }

  /** As {@link #open}; takes ownership of the client. */
  static FreshStream openOwned(
      FlightClient client, Ticket ticket, String address, BufferAllocator memory) {
    return new FreshStream(client.getStream(ticket), address, memory, client);
  }

  /**
   * Waits for the next batch; false at the end. SNAPSHOT_EXPIRED if the lease has ended,
   * LIMIT_EXCEEDED if the memory for batches is used up.
   */
  @Override
  public boolean next() {
    try {
      hasEnded = !stream.next();
      return !hasEnded;
    } catch (RuntimeException e) {
      hasEnded = true;
      throw isOutOfMemory(e) ? outOfMemory(e) : FlightErrors.fromFlight(e, address);
    }
  }

  /** The batch that {@link #next} found; the stream's own, and valid until the next call. */
  @Override
  public VectorSchemaRoot batch() {
    try {
      return stream.getRoot();
    } catch (RuntimeException e) {
      throw FlightErrors.fromFlight(e, address);
    }
  }

  /**
   * Ends the stream early. Any thread may call it; a {@link #next} that waits fails. The stream
   * must be closed nevertheless.
   */
  @Override
  public void cancel() {
    stream.cancel("The reader has enough", null);
  }

  @Override
  public void close() {
    try {
      if (!hasEnded) {
        cancel();
        while (stream.next()) {
          stream.getRoot().clear();
        }
      }
    } catch (RuntimeException e) {
      hasEnded = true; // What a cancelled stream still has to say does not matter.
    } finally {
      closeStream();
    }
  }

  private static boolean isOutOfMemory(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryException) {
        return true;
      }
    }
    return false;
  }

  /** Names the memory that is short, which may be what this stream shares with others. */
  private FreshetException outOfMemory(RuntimeException cause) {
    BufferAllocator shortest = memory;
    for (BufferAllocator each = memory; each != null; each = each.getParentAllocator()) {
      if (left(each) < left(shortest)) {
        shortest = each;
      }
    }
    return new FreshetException(
        LIMIT_EXCEEDED,
        String.format(
            "The next batch from %s does not fit into the Arrow memory of %s, which is at most %d bytes:"
                + " raise that limit, or read less at a time",
            address, shortest.getName(), shortest.getLimit()),
        cause);
  }

  private static long left(BufferAllocator allocator) {
    return allocator.getLimit() - allocator.getAllocatedMemory();
  }

  private void closeStream() {
    try (AutoCloseable unused = client) {
      stream.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw FlightErrors.fromFlight(e, address);
    }
  }
}
