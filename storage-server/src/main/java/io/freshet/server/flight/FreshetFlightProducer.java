/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.OVERLOADED;
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_READY;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.AppendCommand;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.FlightErrors;
import io.freshet.protocol.FreshetAction;
import io.freshet.protocol.Json;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.LookUpCommand;
import io.freshet.protocol.ReadCommand;
import io.freshet.protocol.ReadTicket;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.parquet.PageCache;
import io.freshet.server.read.ChangeRead;
import io.freshet.server.read.FreshRead;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.server.table.UnionLease;
import io.freshet.table.ChangeColumns;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.io.FileIO;

/**
 * The server as a Flight producer. Everything that fails, fails as {@link FlightErrors} says; so a
 * method here only finds what a call is about and hands it over.
 */
final class FreshetFlightProducer implements FlightProducer {
  private final Tables tables;
  private final ControlActions actions;
  private final FileIO lakeFiles;
  private final PageCache lakePages;
  private final BufferAllocator allocator;
  private final long maxBatchBytes;
  private final Executor reads;
  private final Executor changes;
  private final Set<AppendStream> appendStreams = ConcurrentHashMap.newKeySet();
  private final Set<ChangeStreamer> changeStreams = ConcurrentHashMap.newKeySet();
  private final Set<LookUpStream> lookUpStreams = ConcurrentHashMap.newKeySet();
  private final LakeFileCache lakeFileCache;
  private volatile boolean isStopped;

  /**
   * @param reads runs what streams batches to a reader, which blocks while the reader is slow;
   *     refuses what is too much
   * @param changes runs turns of what streams changes, which do not wait for their readers
   */
  FreshetFlightProducer(
      Tables tables,
      ControlActions actions,
      FileIO lakeFiles,
      PageCache lakePages,
      BufferAllocator allocator,
      long maxBatchBytes,
      Executor reads,
      Executor changes) {
    this.tables = tables;
    this.actions = actions;
    this.lakeFiles = lakeFiles;
    this.lakePages = lakePages;
    this.allocator = allocator;
    this.maxBatchBytes = maxBatchBytes;
    this.reads = reads;
    this.changes = changes;
    this.lakeFileCache = new LakeFileCache(lakeFiles);
  }

  /**
   * Ends streams into tables, of changes and of look-ups, which their clients would keep open for
   * ever.
   */
  void stop() {
    isStopped = true;
    appendStreams.forEach(AppendStream::stop);
    changeStreams.forEach(FreshetFlightProducer::stop);
    lookUpStreams.forEach(LookUpStream::stop);
  }

  private static void stop(ChangeStreamer stream) {
    stream.stop(
        FreshetException.of(
            SERVER_UNAVAILABLE,
            "The server is shutting down: go on after the last change that came, when it is back"));
  }

  @Override
  public void listActions(CallContext context, StreamListener<ActionType> listener) {
    for (FreshetAction action : FreshetAction.values()) {
      listener.onNext(new ActionType(action.actionName(), action.description()));
    }
    listener.onCompleted();
  }

  @Override
  public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
    try {
      actions
          .run(FreshetAction.named(action.getType()), action.getBody())
          .whenComplete((results, error) -> {
            if (error != null) {
              listener.onError(FlightErrors.toFlight(error));
            } else {
              results.forEach(result -> listener.onNext(new Result(result)));
              listener.onCompleted();
            }
          });
    } catch (RuntimeException e) {
      listener.onError(FlightErrors.toFlight(e));
    }
  }

  @Override
  public void listFlights(
      CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
    try {
      for (TableName name : tables.names()) {
        schema(name)
            .ifPresent(schema ->
                listener.onNext(
                    new FlightInfo(
                        schema, FlightDescriptor.path(name.toString()), List.of(), -1, -1)));
      }
      listener.onCompleted();
    } catch (RuntimeException e) {
      listener.onError(FlightErrors.toFlight(e));
    }
  }

  @Override
  public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
    try {
      ReadCommand command = readCommand(descriptor);
      ServerTable table = tables.get(command.table());
      Projection projection =
          Projection.of(table.definition().join().schema(), command.columns(), command.filter());
      UnionSnapshot snapshot = table.plan(null).join();
      ReadTicket ticket =
          new ReadTicket(
              snapshot.snapshot(),
              ReadTicket.Part.UNION,
              null,
              command.columns(),
              command.filter());
      return new FlightInfo(
          projection.arrowSchema(),
          descriptor,
          List.of(new FlightEndpoint(new Ticket(Json.write(ticket)), Location.reuseConnection())),
          -1,
          -1);
    } catch (RuntimeException e) {
      throw FlightErrors.toFlight(e);
    }
  }

  @Override
  public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
    try {
      ReadCommand command = readCommand(descriptor);
      TableDefinition definition = tables.get(command.table()).definition().join();
      return new SchemaResult(
          Projection.of(definition.schema(), command.columns(), command.filter()).arrowSchema());
    } catch (RuntimeException e) {
      throw FlightErrors.toFlight(e);
    }
  }

  /**
   * Leaves the calling thread at once: gRPC runs a call's events one after the other, so the event
   * that the reader takes more would wait for this method to return.
   */
  @Override
  public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
    if (ChangesTicket.isIn(ticket.getBytes())) {
      streamChanges(ticket, listener);
      return;
    }
    BatchStreamer streamer = new BatchStreamer(listener, allocator);
    try {
      reads.execute(() -> stream(ticket, listener, streamer));
    } catch (RejectedExecutionException e) {
      listener.error(
          FlightErrors.toFlight(
              new FreshetException(
                  OVERLOADED, "The server has too many readers: try again after a pause", e)));
    }
  }

  @Override
  public Runnable acceptPut(
      CallContext context, FlightStream stream, StreamListener<PutResult> acknowledgements) {
    return () -> {
      try {
        AppendCommand command = appendCommand(stream.getDescriptor());
        ServerTable table = tables.get(command.table());
        TableDefinition definition = table.definition().join();
        run(
            new AppendStream(
                table, definition, command, allocator, maxBatchBytes, acknowledgements),
            stream);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        acknowledgements.onError(FlightErrors.toFlight(e));
      } catch (Exception e) {
        acknowledgements.onError(FlightErrors.toFlight(e));
      }
    };
  }

  @Override
  public void doExchange(CallContext context, FlightStream keys, ServerStreamListener listener) {
    LookUpStream stream;
    try {
      FlightDescriptor descriptor = keys.getDescriptor();
      LookUpCommand command =
          descriptor.isCommand()
              ? Json.read(descriptor.getCommand(), LookUpCommand.class, "The command")
              : new LookUpCommand(tableName(descriptor), null);
      stream =
          new LookUpStream(tables, command, lakeFileCache::of, lakeFiles, lakePages, allocator);
    } catch (RuntimeException e) {
      listener.error(FlightErrors.toFlight(e));
      return;
    }
    lookUpStreams.add(stream);
    try {
      if (isStopped) {
        stream.stop();
      }
      stream.run(keys, listener);
    } finally {
      lookUpStreams.remove(stream);
    }
  }

  private void stream(Ticket ticket, ServerStreamListener listener, BatchStreamer streamer) {
    try {
      ReadTicket read = Json.read(ticket.getBytes(), ReadTicket.class, "The ticket");
      ServerTable table = tables.get(ControlActions.SnapshotNames.tableId(read.snapshot()));
      UnionLease lease = table.lease(read.snapshot()).join();
      Projection projection =
          Projection.of(lease.definition().schema(), read.columns(), read.filter());
      try (BatchSource source = open(table, lease, read, projection)) {
        streamer.stream(source, projection.arrowSchema());
      }
    } catch (RuntimeException e) {
      listener.error(FlightErrors.toFlight(e));
    }
  }

  private void streamChanges(Ticket ticket, ServerStreamListener listener) {
    ChangeStreamer streamer =
        new ChangeStreamer(
            listener, () -> openChanges(ticket), allocator, changes, changeStreams::remove);
    changeStreams.add(streamer);
    if (isStopped) {
      stop(streamer);
    } else {
      streamer.wake();
    }
  }

  private ChangeRead openChanges(Ticket ticket) {
    ChangesTicket wanted = Json.read(ticket.getBytes(), ChangesTicket.class, "The ticket");
    ServerTable table = tables.get(wanted.table());
    if (wanted.tableId() != null && !wanted.tableId().equals(table.id())) {
      throw FreshetException.of(
          TABLE_NOT_FOUND,
          "Table %s has the id %s, and the offsets are of table %s, which was dropped: start again from"
              + " the new table's offsets",
          table.name(),
          table.id(),
          wanted.tableId());
    }
    TableDefinition definition = table.readable().join();
    return new ChangeRead(
        definition,
        bucket(table, wanted.bucket()),
        wanted.startOffset(),
        wanted.endOffset(),
        Projection.of(
            ChangeColumns.schema(table.name(), definition.schema()),
            wanted.columns(),
            wanted.filter()),
        allocator);
  }

  /** Flight closes the stream itself, once; a second time would free its buffers twice. */
  private void run(AppendStream append, FlightStream stream) throws InterruptedException {
    appendStreams.add(append);
    try {
      if (isStopped) {
        append.stop();
      }
      append.run(stream);
    } finally {
      appendStreams.remove(append);
    }
  }

  /** The table's Arrow schema, unless it is not ready or being dropped. */
  private Optional<Schema> schema(TableName name) {
    try {
      TableDefinition definition = tables.get(name).definition().join();
      return Optional.of(ArrowSchemas.toArrow(definition.schema()));
    } catch (RuntimeException e) {
      FreshetErrorCode code = FlightErrors.fromFlight(e, "this server").code();
      if (code == TABLE_NOT_READY || code == TABLE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private BatchSource open(
      ServerTable table, UnionLease lease, ReadTicket read, Projection projection) {
    BatchSource fresh = new FreshRead(lease, buckets(table, read), projection, allocator);
    if (read.part() == ReadTicket.Part.FRESH) {
      return fresh;
    }
    LakeBase base = new LakeBase(lease.base().snapshotId(), lease.base().metadataLocation());
    BatchSource lakeRows =
        UnionReader.lakeRows(
            base, table.name().toString(), lease.overlays(), projection, lakeFiles, allocator);
    return BatchSource.concat(List.of(lakeRows, fresh));
  }

  private static List<Bucket> buckets(ServerTable table, ReadTicket read) {
    Integer bucket = read.bucket();
    return bucket == null ? table.buckets() : List.of(bucket(table, bucket));
  }

  private static Bucket bucket(ServerTable table, int bucket) {
    if (bucket < 0 || bucket >= table.buckets().size()) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "There is no bucket %d in table %s: its buckets are 0 to %d",
          bucket,
          table.name(),
          table.buckets().size() - 1);
    }
    return table.buckets().get(bucket);
  }

  private static ReadCommand readCommand(FlightDescriptor descriptor) {
    return descriptor.isCommand()
        ? Json.read(descriptor.getCommand(), ReadCommand.class, "The command")
        : new ReadCommand(tableName(descriptor), null, null);
  }

  private static AppendCommand appendCommand(FlightDescriptor descriptor) {
    return descriptor.isCommand()
        ? Json.read(descriptor.getCommand(), AppendCommand.class, "The command")
        : new AppendCommand(tableName(descriptor), null, null);
  }

  /** A path is {@code ["ns.table"]} or {@code ["ns", "table"]}. */
  private static TableName tableName(FlightDescriptor descriptor) {
    List<String> path = new ArrayList<>(descriptor.getPath());
    return TableName.parse(String.join(".", path));
  }
}
