/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.BATCH_TOO_LARGE;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.protocol.FlightErrors;
import io.freshet.protocol.LookUpCommand;
import io.freshet.server.lake.LakeDataFiles;
import io.freshet.server.parquet.PageCache;
import io.freshet.server.read.KeyLookUp;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.table.LookUpColumns;
import io.freshet.table.TableDefinition;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/** One stream of keys, and of their rows back: an answer for each batch, in their order. */
final class LookUpStream {
  /** An answer is in memory whole, so keys are limited by their number too. */
  static final int MAX_KEYS = 65_536;

  private final Tables tables;
  private final LookUpCommand command;
  private final Function<UUID, LakeDataFiles> lakeFiles;
  private final FileIO io;
  private final PageCache pages;
  private final BufferAllocator allocator;
  private final ServerTable first;
  private final TableDefinition definition;
  private final Schema answer;

  private @Nullable Thread reader;
  private boolean isStopped;

  /**
   * @param lakeFiles of a table, by its id
   * @param pages of lake files, shared by all streams
   */
  LookUpStream(
      Tables tables,
      LookUpCommand command,
      Function<UUID, LakeDataFiles> lakeFiles,
      FileIO io,
      PageCache pages,
      BufferAllocator allocator) {
    this.tables = tables;
    this.command = command;
    this.lakeFiles = lakeFiles;
    this.io = io;
    this.pages = pages;
    this.allocator = allocator;
    this.first = tables.get(command.table());
    this.definition = first.readable().join();
    this.answer = LookUpColumns.answer(first.name(), definition.schema(), command.columns());
  }

  /** Answers until the client has sent all its keys. Blocking. */
  void run(FlightStream keys, ServerStreamListener listener) {
    BatchStreamer streamer = new BatchStreamer(listener, allocator);
    KeyLookUp lookUp = open(first);
    try (VectorSchemaRoot out = VectorSchemaRoot.create(ArrowSchemas.toArrow(answer), allocator)) {
      listener.setUseZeroCopy(true);
      listener.start(out);
      AppendColumns columns =
          new AppendColumns("look up keys in", keyDefinition(), keys.getSchema());
      while (next(keys)) {
        checkCount(keys.getRoot().getRowCount());
        lookUp = current(lookUp);
        try (VectorSchemaRoot conformed = columns.conform(keys.getRoot(), allocator);
            VectorSchemaRoot rows = lookUp.find(conformed)) {
          keys.getRoot().clear();
          if (!streamer.awaitReader()) {
            return;
          }
          BatchStreamer.move(rows, out);
        }
        listener.putNext();
        out.clear();
      }
      listener.completed();
    } catch (RuntimeException e) {
      listener.error(FlightErrors.toFlight(e));
    }
  }

  /** Takes no further keys, and ends the stream. */
  synchronized void stop() {
    isStopped = true;
    if (reader != null) {
      reader.interrupt();
    }
  }

  private boolean next(FlightStream keys) {
    synchronized (this) {
      checkStopped();
      reader = Thread.currentThread();
    }
    try {
      return keys.next();
    } catch (RuntimeException e) {
      synchronized (this) {
        checkStopped();
      }
      throw e;
    } finally {
      synchronized (this) {
        reader = null;
        boolean unused = Thread.interrupted(); // It was to wake next(), which is over.
      }
    }
  }

  private void checkStopped() {
    if (isStopped) {
      throw FreshetException.of(
          SERVER_UNAVAILABLE, "The server is shutting down: look up again when it is back");
    }
  }

  private void checkCount(int keys) {
    if (keys > MAX_KEYS) {
      throw FreshetException.of(
          BATCH_TOO_LARGE,
          "A batch to look up in table %s has %d keys; the limit is %d. Send smaller batches.",
          definition.name(),
          keys,
          MAX_KEYS);
    }
  }

  /** A look-up in the table as it is open now: it may have been opened again. */
  private KeyLookUp current(KeyLookUp lookUp) {
    ServerTable table = tables.get(command.table());
    if (table == lookUp.table()) {
      return lookUp;
    }
    if (!table.id().equals(first.id())) {
      throw FreshetException.of(
          TABLE_NOT_FOUND,
          "Table %s was dropped, and there is another one of that name: begin a new look-up",
          command.table());
    }
    if (table.readable().join().schema().schemaId() != definition.schema().schemaId()) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "The columns of table %s were changed since this look-up began: begin a new one",
          command.table());
    }
    return open(table);
  }

  private KeyLookUp open(ServerTable table) {
    return new KeyLookUp(
        table, definition, lakeFiles.apply(table.id()), io, pages, answer, allocator);
  }

  /** Keys come in batches like those of a log table that has the key's columns. */
  private TableDefinition keyDefinition() {
    return new TableDefinition(
        definition.name(),
        LookUpColumns.keys(definition.schema()),
        PartitionSpec.unpartitioned(),
        SortOrder.unsorted(),
        1,
        List.of(),
        Map.of());
  }
}
