/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.client;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import io.freshet.protocol.AlterProperties;
import io.freshet.protocol.AlterSchema;
import io.freshet.protocol.AttachTable;
import io.freshet.protocol.BeginTransaction;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.CommitTransaction;
import io.freshet.protocol.CompactResult;
import io.freshet.protocol.CountPartitions;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.DropTable;
import io.freshet.protocol.Empty;
import io.freshet.protocol.ExpireResult;
import io.freshet.protocol.ExpireSnapshots;
import io.freshet.protocol.FlightErrors;
import io.freshet.protocol.FreshetAction;
import io.freshet.protocol.Json;
import io.freshet.protocol.LeaseState;
import io.freshet.protocol.ListTables;
import io.freshet.protocol.LookUpCommand;
import io.freshet.protocol.NamespaceList;
import io.freshet.protocol.NamespaceRequest;
import io.freshet.protocol.OffsetsRequest;
import io.freshet.protocol.OverlayRequest;
import io.freshet.protocol.OverlayVector;
import io.freshet.protocol.PartitionCounts;
import io.freshet.protocol.PlanRequest;
import io.freshet.protocol.ReadTicket;
import io.freshet.protocol.RenameTable;
import io.freshet.protocol.ReplaceTable;
import io.freshet.protocol.ServerInfo;
import io.freshet.protocol.SnapshotRequest;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableList;
import io.freshet.protocol.TableOffsets;
import io.freshet.protocol.TableRequest;
import io.freshet.protocol.TierResult;
import io.freshet.protocol.TransactionRequest;
import io.freshet.protocol.TransactionState;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.LookUpColumns;
import io.freshet.table.SchemaChange;
import io.freshet.table.TableName;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Freshet server. Safe for use by many threads. Every method fails with {@link
 * FreshetException}; those that only read repeat themselves after errors with the remedy RETRY.
 */
public final class FreshetClient implements AutoCloseable {
  private final String address;
  private final RetryPolicy retry;
  private final BufferAllocator allocator;
  private final FlightConnection connection;

  private FreshetClient(
      String address, RetryPolicy retry, BufferAllocator allocator, FlightConnection connection) {
    this.address = address;
    this.retry = retry;
    this.allocator = allocator;
    this.connection = connection;
  }

  /**
   * Connects to a server such as {@code grpc://127.0.0.1:9090}; {@code grpc+tls://} for TLS.
   *
   * @param parentAllocator borrowed; holds all batches that are sent and received
   */
  public static FreshetClient connect(String uri, BufferAllocator parentAllocator) {
    return connect(uri, parentAllocator, RetryPolicy.DEFAULT);
  }

  public static FreshetClient connect(
      String uri, BufferAllocator parentAllocator, RetryPolicy retry) {
    Location location = location(uri);
    BufferAllocator allocator =
        parentAllocator.newChildAllocator("client of " + uri, 0, Long.MAX_VALUE);
    FlightConnection connection = FlightConnection.open(location, allocator);
    return new FreshetClient(uri, retry, allocator, connection);
  }

  public String address() {
    return address;
  }

  public ServerInfo serverInfo() {
    return read(FreshetAction.SERVER_INFO, new Empty(), ServerInfo.class);
  }

  public void createNamespace(String namespace) {
    call(FreshetAction.CREATE_NAMESPACE, new NamespaceRequest(namespace), Empty.class);
  }

  public List<String> listNamespaces() {
    return read(FreshetAction.LIST_NAMESPACES, new Empty(), NamespaceList.class).namespaces();
  }

  public void dropNamespace(String namespace) {
    call(FreshetAction.DROP_NAMESPACE, new NamespaceRequest(namespace), Empty.class);
  }

  public TableDescription createTable(CreateTable request) {
    return call(FreshetAction.CREATE_TABLE, request, TableDescription.class);
  }

  public TableDescription alterProperties(
      TableName table, Map<String, String> set, List<String> remove) {
    return call(
        FreshetAction.ALTER_PROPERTIES,
        new AlterProperties(table, set, remove),
        TableDescription.class);
  }

  /**
   * Changes a table's columns, all or nothing. Rows that are there already, fresh ones too, are
   * read with the new columns from then on; union snapshots from before stay as they are.
   *
   * @throws io.freshet.error.FreshetException INVALID_REQUEST if a change is not possible
   */
  public TableDescription alterSchema(TableName table, List<SchemaChange> changes) {
    return call(
        FreshetAction.ALTER_SCHEMA, new AlterSchema(table, changes), TableDescription.class);
  }

  /** Makes an Iceberg table of the lake a Freshet table, with the rows that it has. */
  public TableDescription attachTable(AttachTable request) {
    return call(FreshetAction.ATTACH_TABLE, request, TableDescription.class);
  }

  /**
   * Gives a table another name, in the lake too.
   *
   * @throws io.freshet.error.FreshetException TABLE_ALREADY_EXISTS if there is one of that name
   */
  public TableDescription renameTable(TableName table, TableName newName) {
    return call(
        FreshetAction.RENAME_TABLE, new RenameTable(table, newName), TableDescription.class);
  }

  /**
   * Gives a table the name of another one, in one step: at each moment there is one of that name.
   * The other table goes, with its lake table, once no union snapshot of it is under lease.
   */
  public TableDescription replaceTable(TableName table, TableName by) {
    return call(FreshetAction.REPLACE_TABLE, new ReplaceTable(table, by), TableDescription.class);
  }

  /**
   * Removes all rows that are visible now, at once; those that come meanwhile may stay. Union
   * snapshots from before stay as they are.
   */
  public TableDescription truncateTable(TableName table) {
    return call(FreshetAction.TRUNCATE_TABLE, new TableRequest(table), TableDescription.class);
  }

  /** Drops a table; its lake table stays as a plain Iceberg table. */
  public void dropTable(TableName table) {
    call(FreshetAction.DROP_TABLE, new DropTable(table, false), Empty.class);
  }

  /** Drops a table, its lake table, and all their files. */
  public void purgeTable(TableName table) {
    call(FreshetAction.DROP_TABLE, new DropTable(table, true), Empty.class);
  }

  public List<TableName> listTables() {
    return read(FreshetAction.LIST_TABLES, new ListTables(null), TableList.class).tables();
  }

  public List<TableName> listTables(String namespace) {
    return read(FreshetAction.LIST_TABLES, new ListTables(namespace), TableList.class).tables();
  }

  public TableDescription describeTable(TableName table) {
    return read(FreshetAction.DESCRIBE_TABLE, new TableRequest(table), TableDescription.class);
  }

  /** Freezes a union snapshot, leased for the server's default time. */
  public UnionSnapshot plan(TableName table) {
    return read(FreshetAction.PLAN, new PlanRequest(table, null, null), UnionSnapshot.class);
  }

  public UnionSnapshot plan(TableName table, Duration lease) {
    return plan(table, null, lease);
  }

  /**
   * As above, of the table that was found by its name before, even if that was replaced since.
   *
   * @param tableId null for whichever table has the name
   */
  public UnionSnapshot plan(TableName table, @Nullable UUID tableId, Duration lease) {
    return read(
        FreshetAction.PLAN, new PlanRequest(table, tableId, lease.toMillis()), UnionSnapshot.class);
  }

  /**
   * The overlay of one lake file, for readers that have no plan but know the snapshot's name.
   *
   * @param snapshot its name, which a plan has told
   * @param dataFile a file of which the plan has an overlay
   * @throws io.freshet.error.FreshetException SNAPSHOT_EXPIRED if the lease has ended
   */
  public OverlayVector overlay(String snapshot, String dataFile) {
    return read(FreshetAction.OVERLAY, new OverlayRequest(snapshot, dataFile), OverlayVector.class);
  }

  /** Extends a lease by the server's default time from now, and answers when it ends. */
  public long renew(UnionSnapshot snapshot) {
    return read(FreshetAction.RENEW, new SnapshotRequest(snapshot.snapshot()), LeaseState.class)
        .expiresAtMillis();
  }

  public void release(UnionSnapshot snapshot) {
    call(FreshetAction.RELEASE, new SnapshotRequest(snapshot.snapshot()), Empty.class);
  }

  /**
   * Which partitions the fresh rows of a union snapshot would be in, and how many are in each.
   *
   * @param partitioning entries as those of a new table
   * @param filter an Iceberg expression in its JSON form; all rows count if null
   * @param maxPartitions if there are more, the answer names none
   */
  public PartitionCounts countPartitions(
      UnionSnapshot snapshot,
      List<String> partitioning,
      @Nullable JsonNode filter,
      int maxPartitions) {
    return read(
        FreshetAction.COUNT_PARTITIONS,
        new CountPartitions(snapshot.snapshot(), partitioning, filter, maxPartitions),
        PartitionCounts.class);
  }

  /** Moves all rows that are visible now into the lake, and waits until they are there. */
  public TierResult tier(TableName table) {
    return call(FreshetAction.TIER, new TableRequest(table), TierResult.class);
  }

  /** Rewrites lake files that are small or largely deleted, and waits until that is done. */
  public CompactResult compact(TableName table) {
    return call(FreshetAction.COMPACT, new TableRequest(table), CompactResult.class);
  }

  /**
   * Removes lake snapshots that nobody reads under a lease, and files that no snapshot refers to.
   *
   * @param olderThan younger ones stay; five days ago if null
   * @param retainLast so many of the newest snapshots stay; 1 if null
   */
  public ExpireResult expireSnapshots(
      TableName table, @Nullable Instant olderThan, @Nullable Integer retainLast) {
    Long olderThanMillis = olderThan == null ? null : olderThan.toEpochMilli();
    return call(
        FreshetAction.EXPIRE_SNAPSHOTS,
        new ExpireSnapshots(table, olderThanMillis, retainLast),
        ExpireResult.class);
  }

  /** A writer without an identity: a batch that is sent twice by its caller is there twice. */
  public TableWriter newWriter(TableName table) {
    return newWriter(table, UUID.randomUUID());
  }

  /**
   * A writer with an identity that outlives this process: a writer made again with the same id,
   * that sends the same batches in the same order from sequence 0 on, adds none of them twice.
   */
  public TableWriter newWriter(TableName table, UUID writerId) {
    return new TableWriter(
        connection, allocator, describeTable(table), writerId, null, retry, address);
  }

  /**
   * Begins a transaction, or finds the one of that id: a client that lost an answer asks again.
   *
   * @param id unlike that of any other transaction of the table; the server makes one if null
   * @param timeout the server aborts it when it hears nothing of it for so long
   */
  public TransactionState beginTransaction(
      TableName table, @Nullable String id, @Nullable Duration timeout) {
    Long timeoutMillis = timeout == null ? null : timeout.toMillis();
    BeginTransaction request = new BeginTransaction(table, id, timeoutMillis);
    return id == null
        ? call(FreshetAction.BEGIN_TRANSACTION, request, TransactionState.class)
        : read(FreshetAction.BEGIN_TRANSACTION, request, TransactionState.class);
  }

  /**
   * Makes everything visible that writers of the transaction have flushed, all at once. Does
   * nothing if that was done: a client that lost the answer asks again.
   */
  public TransactionState commitTransaction(TableName table, String id) {
    return read(
        FreshetAction.COMMIT_TRANSACTION,
        new CommitTransaction(table, id, null, null),
        TransactionState.class);
  }

  /**
   * As above, for the batches of some writers alone; what others have staged is dropped. For jobs
   * whose tasks may run twice: the job names the writers of those that count.
   */
  public TransactionState commitTransaction(TableName table, String id, Collection<UUID> writers) {
    return commitTransaction(table, id, writers, List.of());
  }

  /**
   * As above, with the batches of some writers before all others, whenever they were staged.
   *
   * @param firstWriters in {@code writers} too
   */
  public TransactionState commitTransaction(
      TableName table, String id, Collection<UUID> writers, Collection<UUID> firstWriters) {
    return read(
        FreshetAction.COMMIT_TRANSACTION,
        new CommitTransaction(
            table,
            id,
            List.copyOf(writers),
            firstWriters.isEmpty() ? null : List.copyOf(firstWriters)),
        TransactionState.class);
  }

  /** Drops what the transaction has staged; refused once its commit was decided. */
  public TransactionState abortTransaction(TableName table, String id) {
    return read(
        FreshetAction.ABORT_TRANSACTION, new TransactionRequest(table, id), TransactionState.class);
  }

  /** A writer whose batches become visible when the transaction is committed. */
  public TableWriter newWriter(TableName table, String transaction, UUID writerId) {
    return new TableWriter(
        connection, allocator, describeTable(table), writerId, transaction, retry, address);
  }

  /**
   * The fresh rows of a union snapshot, filtered and projected by the server.
   *
   * @param bucket only this bucket's; all if null
   * @param columns in this order; all if null
   * @param filter an Iceberg expression in its JSON form, or null
   */
  public FreshStream readFresh(
      UnionSnapshot snapshot,
      @Nullable Integer bucket,
      @Nullable List<String> columns,
      @Nullable JsonNode filter) {
    return read(
        new ReadTicket(snapshot.snapshot(), ReadTicket.Part.FRESH, bucket, columns, filter));
  }

  /** What a ticket stands for, which another process may have made. */
  public FreshStream read(ReadTicket ticket) {
    return FreshStream.open(connection.flight(), wire(ticket), address, allocator);
  }

  /**
   * As {@link #read(ReadTicket)}, with memory of its own.
   *
   * @param batches holds the stream's batches until it is closed; borrowed
   */
  public FreshStream read(ReadTicket ticket, BufferAllocator batches) {
    return FreshStream.openOwned(connection.receivingInto(batches), wire(ticket), address, batches);
  }

  /**
   * Changes of one bucket, as they are in its log: superseded ones too.
   *
   * @param request what to read; its table id guards against another table of the same name
   */
  public ChangeStream readChanges(ChangesTicket request) {
    return new ChangeStream(
        FreshStream.open(connection.flight(), wire(request), address, allocator));
  }

  /**
   * As {@link #readChanges(ChangesTicket)}, with memory of its own.
   *
   * @param batches holds the stream's batches until it is closed; borrowed
   */
  public ChangeStream readChanges(ChangesTicket request, BufferAllocator batches) {
    return new ChangeStream(
        FreshStream.openOwned(connection.receivingInto(batches), wire(request), address, batches));
  }

  /** Which changes of each bucket can be read. */
  public TableOffsets offsets(TableName table) {
    return read(FreshetAction.OFFSETS, new OffsetsRequest(table, null), TableOffsets.class);
  }

  /** Which changes of each bucket can be read, and which was the first from a moment on. */
  public TableOffsets offsets(TableName table, Instant from) {
    return read(
        FreshetAction.OFFSETS, new OffsetsRequest(table, from.toEpochMilli()), TableOffsets.class);
  }

  /**
   * Opens a stream that looks up rows of a table by their primary keys.
   *
   * @param columns of the rows, in this order; all if null
   */
  public KeyLookUp newLookUp(TableName table, @Nullable List<String> columns) {
    org.apache.iceberg.Schema schema = describeTable(table).schema();
    LookUpColumns.answer(table, schema, columns); // Refuses what the server would.
    byte[] command = Json.write(new LookUpCommand(table, columns));
    return new KeyLookUp(
        connection.flight().doExchange(FlightDescriptor.command(command)),
        address,
        ArrowSchemas.toArrow(LookUpColumns.keys(schema)),
        allocator);
  }

  /**
   * Looks up one batch of keys, which has the columns of the primary key: a row for each key, in
   * their order, and the column {@code _found} that says whether the key has one. The rows belong
   * to the caller. Use {@link #newLookUp} for more than one batch.
   */
  public VectorSchemaRoot lookUp(TableName table, VectorSchemaRoot keys) {
    try (KeyLookUp lookUp = newLookUp(table, null)) {
      return lookUp.lookUp(keys);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    allocator.close();
  }

  private <T> T read(FreshetAction action, Object body, Class<T> type) {
    for (int attempt = 1; ; attempt++) {
      try {
        return call(action, body, type);
      } catch (FreshetException e) {
        if (e.remedy() != Remedy.RETRY || attempt >= retry.attempts()) {
          throw e;
        }
        pause(retry.pause(attempt), e);
        connection.forgetFailures();
      }
    }
  }

  private <T> T call(FreshetAction action, Object body, Class<T> type) {
    try {
      Iterator<Result> results =
          connection.flight().doAction(new Action(action.actionName(), Json.write(body)));
      byte[] json = results.next().getBody();
      List<byte[]> attached = new ArrayList<>();
      while (results.hasNext()) { // To the end, so that the call is over.
        attached.add(results.next().getBody());
      }
      return Json.read(json, attached, type, "The server's answer to " + action.actionName());
    } catch (RuntimeException e) {
      throw FlightErrors.fromFlight(e, address);
    }
  }

  private static Ticket wire(Record ticket) {
    return new Ticket(Json.write(ticket));
  }

  static void pause(Duration pause, FreshetException reason) {
    try {
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw reason;
    }
  }

  private static Location location(String uri) {
    URI parsed;
    try {
      parsed = URI.create(uri);
    } catch (IllegalArgumentException e) {
      throw badAddress(uri, e);
    }
    if (parsed.getHost() == null || parsed.getPort() < 0 || parsed.getScheme() == null) {
      throw badAddress(uri, null);
    }
    return switch (parsed.getScheme()) {
      case "grpc", "grpc+tcp" -> Location.forGrpcInsecure(parsed.getHost(), parsed.getPort());
      case "grpc+tls" -> Location.forGrpcTls(parsed.getHost(), parsed.getPort());
      default -> throw badAddress(uri, null);
    };
  }

  private static FreshetException badAddress(String uri, @Nullable Throwable cause) {
    return new FreshetException(
        INVALID_REQUEST,
        String.format("'%s' is not a server's address: write grpc://host:port", uri),
        cause);
  }
}
