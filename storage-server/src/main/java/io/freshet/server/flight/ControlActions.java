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

import io.freshet.error.FreshetException;
import io.freshet.protocol.AlterProperties;
import io.freshet.protocol.AlterSchema;
import io.freshet.protocol.AttachTable;
import io.freshet.protocol.BeginTransaction;
import io.freshet.protocol.CommitTransaction;
import io.freshet.protocol.CountPartitions;
import io.freshet.protocol.CreateTable;
import io.freshet.protocol.DropTable;
import io.freshet.protocol.Empty;
import io.freshet.protocol.ExpireSnapshots;
import io.freshet.protocol.FreshetAction;
import io.freshet.protocol.Json;
import io.freshet.protocol.LeaseState;
import io.freshet.protocol.ListTables;
import io.freshet.protocol.NamespaceList;
import io.freshet.protocol.NamespaceRequest;
import io.freshet.protocol.OffsetsRequest;
import io.freshet.protocol.OverlayRequest;
import io.freshet.protocol.PlanRequest;
import io.freshet.protocol.RenameTable;
import io.freshet.protocol.ReplaceTable;
import io.freshet.protocol.ServerInfo;
import io.freshet.protocol.SnapshotRequest;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableList;
import io.freshet.protocol.TableRequest;
import io.freshet.protocol.TransactionRequest;
import io.freshet.protocol.TransactionState;
import io.freshet.server.lake.Lake;
import io.freshet.server.lake.Lake.DropMode;
import io.freshet.server.lake.TableAttachment;
import io.freshet.server.read.PartitionTally;
import io.freshet.server.table.ServerTable;
import io.freshet.server.table.Tables;
import io.freshet.server.transaction.TransactionRecord;
import io.freshet.table.Partitioning;
import io.freshet.table.Sorting;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Carries out control actions: from a JSON body to a JSON answer. */
final class ControlActions {
  private static final Duration DEFAULT_SNAPSHOT_AGE = Duration.ofDays(5);

  private final Tables tables;
  private final Lake lake;
  private final Supplier<ServerInfo> serverInfo;
  private final BufferAllocator allocator;
  private final Executor writers;

  /**
   * @param allocator borrowed; for batches that an answer is computed from
   * @param writers write and send answers, which may be large, so no event loop does
   */
  ControlActions(
      Tables tables,
      Lake lake,
      Supplier<ServerInfo> serverInfo,
      BufferAllocator allocator,
      Executor writers) {
    this.tables = tables;
    this.lake = lake;
    this.serverInfo = serverInfo;
    this.allocator = allocator;
    this.writers = writers;
  }

  /** The answer's JSON and what goes with it, when it is there. */
  CompletableFuture<List<byte[]>> run(FreshetAction action, byte[] body) {
    return answer(action, new Body(action, body))
        .thenApplyAsync(
            answer -> {
              List<byte[]> results = new ArrayList<>();
              byte[] json = Json.write(answer, results);
              results.add(0, json);
              return results;
            },
            writers);
  }

  private record Body(FreshetAction action, byte[] json) {
    <T> T as(Class<T> type) {
      return Json.read(json, type, "The body of " + action.actionName());
    }
  }

  /** A table after a change, which has been made even if the next one opens the table again. */
  private CompletableFuture<TableDescription> changed(TableName name) {
    return Backoff.whileNotReady(() -> tables.get(name).describe(), writers);
  }

  private CompletableFuture<?> answer(FreshetAction action, Body body) {
    return switch (action) {
      case SERVER_INFO -> CompletableFuture.completedFuture(serverInfo.get());
      case CREATE_NAMESPACE -> {
        lake.createNamespace(namespace(body.as(NamespaceRequest.class).namespace()));
        yield empty();
      }
      case DROP_NAMESPACE -> {
        lake.dropNamespace(namespace(body.as(NamespaceRequest.class).namespace()));
        yield empty();
      }
      case LIST_NAMESPACES ->
          CompletableFuture.completedFuture(
              new NamespaceList(
                  lake.namespaces().stream().map(levels -> String.join(".", levels)).toList()));
      case CREATE_TABLE ->
          tables.create(definition(body.as(CreateTable.class))).thenCompose(ServerTable::describe);
      case ATTACH_TABLE ->
          tables.attach(attachment(body.as(AttachTable.class))).thenCompose(ServerTable::describe);
      case ALTER_PROPERTIES -> alterProperties(body.as(AlterProperties.class));
      case ALTER_SCHEMA -> {
        AlterSchema request = body.as(AlterSchema.class);
        yield tables
            .alterSchema(request.table(), request.changes())
            .thenCompose(unused -> changed(request.table()));
      }
      case RENAME_TABLE -> {
        RenameTable request = body.as(RenameTable.class);
        yield tables
            .rename(request.table(), request.newName())
            .thenCompose(unused -> changed(request.newName()));
      }
      case REPLACE_TABLE -> {
        ReplaceTable request = body.as(ReplaceTable.class);
        yield tables
            .replace(request.table(), request.by())
            .thenCompose(unused -> changed(request.table()));
      }
      case TRUNCATE_TABLE -> {
        TableName table = body.as(TableRequest.class).table();
        yield tables.truncate(table).thenCompose(unused -> changed(table));
      }
      case DROP_TABLE -> {
        DropTable request = body.as(DropTable.class);
        yield tables
            .drop(request.table(), request.purge() ? DropMode.PURGE : DropMode.KEEP_LAKE)
            .thenApply(unused -> new Empty());
      }
      case LIST_TABLES ->
          CompletableFuture.completedFuture(list(body.as(ListTables.class).namespace()));
      case DESCRIBE_TABLE -> tables.get(body.as(TableRequest.class).table()).describe();
      case PLAN -> {
        PlanRequest request = body.as(PlanRequest.class);
        Long millis = request.leaseMillis();
        UUID id = request.tableId();
        ServerTable table = id == null ? tables.get(request.table()) : tables.get(id);
        yield table.plan(millis == null ? null : Duration.ofMillis(millis));
      }
      case OVERLAY -> {
        OverlayRequest request = body.as(OverlayRequest.class);
        yield tables
            .get(SnapshotNames.tableId(request.snapshot()))
            .overlay(request.snapshot(), request.dataFile());
      }
      case RENEW -> {
        String snapshot = body.as(SnapshotRequest.class).snapshot();
        yield tables
            .get(SnapshotNames.tableId(snapshot))
            .renew(snapshot)
            .thenApply(expiresAtMillis -> new LeaseState(snapshot, expiresAtMillis));
      }
      case RELEASE -> {
        String snapshot = body.as(SnapshotRequest.class).snapshot();
        yield tables
            .get(SnapshotNames.tableId(snapshot))
            .release(snapshot)
            .thenApply(unused -> new Empty());
      }
      case COUNT_PARTITIONS -> {
        CountPartitions request = body.as(CountPartitions.class);
        ServerTable table = tables.get(SnapshotNames.tableId(request.snapshot()));
        yield table.read(
            request.snapshot(),
            lease -> PartitionTally.of(lease, table.buckets(), request, allocator));
      }
      case BEGIN_TRANSACTION -> {
        BeginTransaction request = body.as(BeginTransaction.class);
        yield tables
            .get(request.table())
            .call(
                transactions -> transactions.begin(request.transaction(), request.timeoutMillis()))
            .thenApply(ControlActions::state);
      }
      case COMMIT_TRANSACTION -> {
        CommitTransaction request = body.as(CommitTransaction.class);
        yield tables
            .get(request.table())
            .call(transactions ->
                transactions.commit(
                    request.transaction(), request.writers(), request.firstWriters()))
            .thenCompose(committed -> committed)
            .thenApply(ControlActions::state);
      }
      case ABORT_TRANSACTION -> {
        TransactionRequest request = body.as(TransactionRequest.class);
        yield tables
            .get(request.table())
            .call(transactions -> {
              transactions.abort(request.transaction());
              return new TransactionState(request.transaction(), TransactionState.State.ABORTED);
            });
      }
      case COMPACT -> tables.get(body.as(TableRequest.class).table()).compact();
      case EXPIRE_SNAPSHOTS -> expire(body.as(ExpireSnapshots.class));
      case OFFSETS -> {
        OffsetsRequest request = body.as(OffsetsRequest.class);
        yield tables.get(request.table()).offsets(request.timestampMillis());
      }
      case TIER -> tables.get(body.as(TableRequest.class).table()).tier();
    };
  }

  private static TableAttachment attachment(AttachTable request) {
    List<String> primaryKey = orEmpty(request.primaryKey());
    List<String> bucketKey = orEmpty(request.bucketKey());
    return new TableAttachment(
        request.table(),
        primaryKey,
        request.buckets() == null ? CreateTable.DEFAULT_BUCKETS : request.buckets(),
        bucketKey.isEmpty() ? primaryKey : bucketKey,
        request.properties() == null ? Map.of() : request.properties());
  }

  private CompletableFuture<?> expire(ExpireSnapshots request) {
    int retainLast = request.retainLast() == null ? 1 : request.retainLast();
    if (retainLast < 1) {
      throw FreshetException.of(
          INVALID_REQUEST, "%d snapshots can't be retained: at least 1 has to stay", retainLast);
    }
    Long olderThanMillis = request.olderThanMillis();
    Instant olderThan =
        olderThanMillis == null
            ? Instant.now().minus(DEFAULT_SNAPSHOT_AGE)
            : Instant.ofEpochMilli(olderThanMillis);
    return tables.get(request.table()).expire(olderThan, retainLast);
  }

  private static TransactionState state(TransactionRecord record) {
    return new TransactionState(
        record.id(),
        switch (record.state()) {
          case OPEN -> TransactionState.State.OPEN;
          case COMMITTING, COMMITTED -> TransactionState.State.COMMITTED;
          case ABORTED -> TransactionState.State.ABORTED;
        });
  }

  private CompletableFuture<?> alterProperties(AlterProperties request) {
    Map<String, String> set = request.set() == null ? Map.of() : request.set();
    List<String> remove = request.remove() == null ? List.of() : request.remove();
    return tables
        .alterProperties(request.table(), set, remove)
        .thenCompose(unused -> changed(request.table()));
  }

  private TableList list(@Nullable String namespace) {
    return new TableList(
        tables.names().stream()
            .filter(name -> namespace == null || name.namespace().equals(namespace(namespace)))
            .toList());
  }

  private static TableDefinition definition(CreateTable request) {
    Schema schema = TypeUtil.assignIncreasingFreshIds(request.schema());
    int buckets = request.buckets() == null ? CreateTable.DEFAULT_BUCKETS : request.buckets();
    return new TableDefinition(
        request.table(),
        schema,
        Partitioning.parse(schema, orEmpty(request.partitioning())),
        Sorting.parse(schema, orEmpty(request.sortedBy())),
        buckets,
        bucketKey(schema, orEmpty(request.bucketKey()), buckets),
        request.properties() == null ? Map.of() : request.properties());
  }

  /** The key's columns that can choose a bucket, if the request does not say. */
  private static List<String> bucketKey(Schema schema, List<String> given, int buckets) {
    if (!given.isEmpty() || buckets == 1) {
      return given;
    }
    return schema.columns().stream()
        .filter(column -> schema.identifierFieldIds().contains(column.fieldId()))
        .filter(column -> column.type().typeId() != Type.TypeID.BOOLEAN)
        .map(Types.NestedField::name)
        .toList();
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static List<String> namespace(String text) {
    List<String> levels = Arrays.asList(text.split("\\.", -1));
    return new TableName(levels, "any").namespace(); // Checks each level.
  }

  private static CompletableFuture<Empty> empty() {
    return CompletableFuture.completedFuture(new Empty());
  }

  /** Union snapshots carry their table's id, so that a ticket needs no table name. */
  static final class SnapshotNames {
    private SnapshotNames() {}

    static UUID tableId(String snapshot) {
      int colon = snapshot.indexOf(':');
      try {
        return UUID.fromString(colon < 0 ? snapshot : snapshot.substring(0, colon));
      } catch (IllegalArgumentException e) {
        throw new FreshetException(
            INVALID_REQUEST,
            String.format("'%s' is not a union snapshot: use one that plan answered", snapshot),
            e);
      }
    }
  }
}
