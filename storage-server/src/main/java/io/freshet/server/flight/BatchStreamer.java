/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.OVERLOADED;

import io.freshet.error.FreshetException;
import io.freshet.protocol.FlightErrors;
import io.freshet.reader.BatchSource;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.BackpressureStrategy.WaitResult;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Sends batches to a Flight client as fast as it takes them. Made in the call's own thread, used in
 * another one: the events that wake it come through the call's.
 */
final class BatchStreamer {
  private static final long SLOW_READER_SECONDS = 300;

  private final ServerStreamListener listener;
  private final BufferAllocator allocator;
  private final BackpressureStrategy pressure =
      new BackpressureStrategy.CallbackBackpressureStrategy();

  BatchStreamer(ServerStreamListener listener, BufferAllocator allocator) {
    this.listener = listener;
    this.allocator = allocator;
    pressure.register(listener);
  }

  /** Sends all batches of {@code source}, whose columns are those of {@code schema}. */
  void stream(BatchSource source, Schema schema) {
    try (VectorSchemaRoot out = VectorSchemaRoot.create(schema, allocator)) {
      listener.setUseZeroCopy(true);
      listener.start(out);
      while (source.next()) {
        if (!awaitReader()) {
          return;
        }
        move(source.batch(), out);
        listener.putNext();
        out.clear();
      }
      listener.completed();
    } catch (RuntimeException e) {
      listener.error(FlightErrors.toFlight(e));
    }
  }

  /** False if the reader has gone. */
  boolean awaitReader() {
    WaitResult waited = pressure.waitForListener(TimeUnit.SECONDS.toMillis(SLOW_READER_SECONDS));
    if (waited == WaitResult.CANCELLED || listener.isCancelled()) {
      return false;
    }
    if (waited != WaitResult.READY) {
      throw FreshetException.of(
          OVERLOADED,
          "The reader took no batch for %d s: read faster, or ask for less",
          SLOW_READER_SECONDS);
    }
    return true;
  }

  /** Moves all rows of a batch, without a copy, to one that has the same columns. */
  static void move(VectorSchemaRoot from, VectorSchemaRoot to) {
    for (int column = 0; column < from.getFieldVectors().size(); column++) {
      FieldVector target = to.getVector(column);
      from.getVector(column).makeTransferPair(target).transfer();
    }
    to.setRowCount(from.getRowCount());
  }
}
