/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import io.freshet.protocol.FlightErrors;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Batches that the server streams. For one thread; closing it early cancels the stream. */
public final class FreshStream implements BatchStream {
  private final FlightStream stream;
  private final String address;
  private boolean hasEnded;

  FreshStream(FlightStream stream, String address) {
    this.stream = stream;
    this.address = address;
  }

  /** Waits for the next batch; false at the end. SNAPSHOT_EXPIRED if the lease has ended. */
  @Override
  public boolean next() {
    try {
      hasEnded = !stream.next();
      return !hasEnded;
    } catch (RuntimeException e) {
      hasEnded = true;
      throw FlightErrors.fromFlight(e, address);
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

  private void closeStream() {
    try {
      stream.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw FlightErrors.fromFlight(e, address);
    }
  }
}
