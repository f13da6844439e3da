/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.protocol.FlightErrors;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** A client that knows Arrow Flight and JSON alone, as one in another language would. */
final class PlainFlight implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ANSWER_SECONDS = 60;

  private final FlightClient flight;
  private final BufferAllocator allocator;

  /** What a failed call says on the wire. */
  record WireError(String status, String code, String remedy, String message) {}

  /** A call that may fail. */
  interface Call {
    void run() throws Exception;
  }

  PlainFlight(String uri, BufferAllocator allocator) {
    URI address = URI.create(uri);
    this.allocator = allocator;
    this.flight =
        FlightClient.builder(
                allocator, Location.forGrpcInsecure(address.getHost(), address.getPort()))
            .build();
  }

  FlightClient client() {
    return flight;
  }

  JsonNode action(String name, String body) {
    Iterator<Result> results = flight.doAction(new Action(name, body.getBytes(UTF_8)));
    JsonNode answer = json(new String(results.next().getBody(), UTF_8));
    while (results.hasNext()) {
      throw new AssertionError("A second answer: " + new String(results.next().getBody(), UTF_8));
    }
    return answer;
  }

  FlightStream get(String ticket) {
    return flight.getStream(new Ticket(ticket.getBytes(UTF_8)));
  }

  Put put(String command, VectorSchemaRoot root) {
    return put(FlightDescriptor.command(command.getBytes(UTF_8)), root);
  }

  Put put(FlightDescriptor descriptor, VectorSchemaRoot root) {
    return new Put(descriptor, root, new DictionaryProvider.MapDictionaryProvider());
  }

  Put put(String command, VectorSchemaRoot root, DictionaryProvider dictionaries) {
    return new Put(FlightDescriptor.command(command.getBytes(UTF_8)), root, dictionaries);
  }

  /** Sends a batch of nulls into an exchange, and waits for its end. */
  void exchange(String command, VectorSchemaRoot batch, int rows) {
    FlightClient.ExchangeReaderWriter exchange =
        flight.doExchange(FlightDescriptor.command(command.getBytes(UTF_8)));
    try (FlightStream answers = exchange.getReader()) {
      exchange.getWriter().start(batch);
      batch.setRowCount(rows);
      exchange.getWriter().putNext();
      exchange.getWriter().completed();
      while (answers.next()) {
        answers.getRoot().clear();
      }
    } catch (FlightRuntimeException e) {
      throw FlightErrors.fromFlight(e, "the server");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The error that the call fails with. */
  static WireError errorOf(Call call) {
    try {
      call.run();
    } catch (FlightRuntimeException e) {
      return error(e);
    } catch (Exception e) {
      throw new AssertionError("Not an error of Flight", e);
    }
    throw new AssertionError("The call did not fail");
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("Not JSON: " + text, e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    flight.close();
  }

  private static WireError error(FlightRuntimeException e) {
    return new WireError(
        e.status().code().name(),
        trailer(e, "freshet-error-code"),
        trailer(e, "freshet-remedy"),
        String.valueOf(e.status().description()));
  }

  private static String trailer(FlightRuntimeException e, String name) {
    var trailers = e.status().metadata();
    return trailers != null && trailers.containsKey(name) ? trailers.get(name) : "none";
  }

  /** One stream of batches into a table. */
  final class Put implements FlightClient.PutListener {
    private final List<JsonNode> acknowledgements = new ArrayList<>();
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private final FlightClient.ClientStreamListener stream;

    private Put(
        FlightDescriptor descriptor, VectorSchemaRoot root, DictionaryProvider dictionaries) {
      stream = flight.startPut(descriptor, root, dictionaries, this);
    }

    /** Sends what the root holds. */
    Put send(@Nullable String metadata) {
      try {
        if (metadata == null) {
          stream.putNext();
        } else {
          byte[] bytes = metadata.getBytes(UTF_8);
          ArrowBuf buffer = allocator.buffer(bytes.length);
          buffer.writeBytes(bytes);
          stream.putNext(buffer);
        }
      } catch (IllegalStateException e) {
        // The server has ended the stream; the end says why.
      }
      return this;
    }

    synchronized int acknowledged() {
      return acknowledgements.size();
    }

    /** Says that no more batches come, and waits for the server's end; all acknowledgements. */
    List<JsonNode> finish() {
      try {
        stream.completed();
      } catch (IllegalStateException e) {
        // The server has ended the stream.
      }
      return awaitEnd();
    }

    /** Waits for the server to end the stream by itself. */
    List<JsonNode> awaitEnd() {
      try {
        end.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof FlightRuntimeException flightError) {
          throw flightError;
        }
        throw new AssertionError(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      } catch (TimeoutException e) {
        throw new AssertionError("The server did not end the stream", e);
      }
      synchronized (this) {
        return List.copyOf(acknowledgements);
      }
    }

    @Override
    public synchronized void onNext(PutResult result) {
      ArrowBuf metadata = result.getApplicationMetadata();
      byte[] bytes = new byte[(int) metadata.readableBytes()];
      metadata.getBytes(0, bytes);
      acknowledgements.add(json(new String(bytes, UTF_8)));
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }

    @Override
    public void getResult() {
      var unused = awaitEnd();
    }

    @Override
    public boolean isCancelled() {
      return end.isDone();
    }
  }
}
