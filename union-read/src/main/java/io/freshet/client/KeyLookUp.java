/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.RecordBatches;
import io.freshet.error.FreshetException;
import io.freshet.protocol.FlightErrors;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightClient.ClientStreamListener;
import org.apache.arrow.flight.FlightClient.ExchangeReaderWriter;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A stream of keys to a table with a primary key, and of their rows back. It stays open between
 * look-ups, which makes them quick. {@link #send} some batches ahead of {@link #receive} to look up
 * many keys at a high rate. For one thread.
 */
public final class KeyLookUp implements AutoCloseable {
  /** Batches that may be sent ahead: what the server has answered waits in memory. */
  public static final int MAX_AHEAD = 1000;

  private final ExchangeReaderWriter exchange;
  private final String address;
  private final BufferAllocator allocator;
  private final VectorSchemaRoot out;
  private int ahead;
  private boolean hasFailed;

  /**
   * @param keys the schema of keys: the columns of the primary key
   */
  KeyLookUp(ExchangeReaderWriter exchange, String address, Schema keys, BufferAllocator allocator) {
    this.exchange = exchange;
    this.address = address;
    this.allocator = allocator;
    this.out = VectorSchemaRoot.create(keys, allocator);
    exchange.getWriter().start(out);
  }

  /** The schema of keys. */
  public Schema keySchema() {
    return out.getSchema();
  }

  /** Looks up keys, and waits for their rows; see {@link #receive}. */
  public VectorSchemaRoot lookUp(VectorSchemaRoot keys) {
    if (ahead > 0) {
      throw new IllegalStateException(
          ahead + " batches of keys were sent whose rows were not received: receive them first");
    }
    send(keys);
    return receive();
  }

  /**
   * Sends a batch of keys, with the columns of {@link #keySchema} in any order; others are left
   * out. The batch stays the caller's.
   */
  public void send(VectorSchemaRoot keys) {
    if (ahead >= MAX_AHEAD) {
      throw new IllegalStateException(
          "Already " + ahead + " batches of keys are under way: receive some of their rows first");
    }
    List<String> columns = out.getSchema().getFields().stream().map(f -> f.getName()).toList();
    try (VectorSchemaRoot projected = ArrowBatches.project(keys, columns, allocator);
        ArrowRecordBatch batch = RecordBatches.of(projected)) {
      new VectorLoader(out).load(batch);
      exchange.getWriter().putNext();
      ahead++;
    } catch (FreshetException e) {
      throw e; // Of the batch: the stream goes on.
    } catch (RuntimeException e) {
      throw failed(e);
    } finally {
      out.clear();
    }
  }

  /**
   * Waits for the rows of the oldest batch of keys that has none yet: a row for each key, in their
   * order, and the column {@code _found} that says whether the key has one. The rows belong to the
   * caller.
   */
  public VectorSchemaRoot receive() {
    if (ahead == 0) {
      throw new IllegalStateException("No keys were sent whose rows could be received");
    }
    FlightStream rows = exchange.getReader();
    try {
      if (!rows.next()) {
        throw FreshetException.of(
            INTERNAL, "The server at %s has ended a look-up before its answer", address);
      }
      ahead--;
      return take(rows.getRoot());
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      ClientStreamListener writer = exchange.getWriter();
      if (hasFailed) {
        exchange.getReader().cancel("The look-up has failed", null);
      } else {
        writer.completed();
        while (exchange.getReader().next()) {
          exchange.getReader().getRoot().clear();
        }
      }
    } catch (RuntimeException e) {
      hasFailed = true; // Nobody waits for what a stream at its end has to say.
    } finally {
      out.close();
      closeExchange();
    }
  }

  private void closeExchange() {
    try {
      exchange.getReader().close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw FlightErrors.fromFlight(e, address);
    }
  }

  private VectorSchemaRoot take(VectorSchemaRoot rows) {
    List<FieldVector> taken = new ArrayList<>();
    for (FieldVector vector : rows.getFieldVectors()) {
      var transfer = vector.getTransferPair(vector.getField(), allocator);
      transfer.transfer();
      taken.add((FieldVector) transfer.getTo());
    }
    return new VectorSchemaRoot(rows.getSchema(), taken, rows.getRowCount());
  }

  private RuntimeException failed(RuntimeException e) {
    hasFailed = true;
    return e instanceof FreshetException ? e : FlightErrors.fromFlight(e, address);
  }
}
