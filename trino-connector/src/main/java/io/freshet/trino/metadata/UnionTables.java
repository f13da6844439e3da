/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;
import static java.util.Objects.requireNonNull;

import io.freshet.client.FreshetClient;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.ChangeColumns;
import io.freshet.table.TableName;
import io.freshet.trino.handle.ChangesFunctionHandle;
import io.freshet.trino.handle.TablePart;
import io.freshet.trino.handle.UnionTableHandle;
import io.freshet.trino.server.UnionTransaction;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTableVersion;
import io.trino.spi.connector.Constraint;
import io.trino.spi.connector.ConstraintApplicationResult;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.TableNotFoundException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tables that names in queries mean, each with its one union snapshot in a transaction.
 */
final class UnionTables {
  private final ConnectorMetadata lake;
  private final UnionTransaction transaction;
  private final TableChangeLog log;

  UnionTables(ConnectorMetadata lake, UnionTransaction transaction, FreshetClient client) {
    this.lake = lake;
    this.transaction = transaction;
    this.log = new TableChangeLog(client);
  }

  /** The handle of what a name in a query means; null if there is no such table. */
  @Nullable ConnectorTableHandle find(
      ConnectorSession session,
      SchemaTableName name,
      Optional<ConnectorTableVersion> startVersion,
      Optional<ConnectorTableVersion> endVersion) {
    Optional<TablePart> part = TablePart.ofName(name.getTableName());
    Optional<TableName> table =
        TableNames.find(name.getSchemaName(), TablePart.tableOf(name.getTableName()));
    if (part.isPresent() && table.isEmpty()) {
      return null; // Neither the server nor its lake can have such a table.
    }
    // Planned before Iceberg's metadata is loaded, which then has the base.
    Optional<UnionSnapshot> snapshot =
        part.isEmpty() ? Optional.empty() : table.flatMap(transaction::snapshot);
    if (snapshot.isEmpty() || startVersion.isPresent()) {
      return lake.getTableHandle(session, name, startVersion, endVersion);
    }
    SchemaTableName lakeName =
        new SchemaTableName(name.getSchemaName(), TablePart.tableOf(name.getTableName()));
    ConnectorTableHandle current =
        lake.getTableHandle(session, lakeName, Optional.empty(), endVersion);
    if (current == null) {
      return null;
    }
    if (endVersion.isPresent()) {
      return asOf(name, snapshot.get(), current, part.get());
    }
    return handle(name, snapshot.get(), current, part.get());
  }

  /** What a call of the function {@code changes} gives. */
  UnionTableHandle changes(ConnectorSession session, ChangesFunctionHandle function) {
    SchemaTableName name =
        new SchemaTableName(
            function.table().getSchemaName(),
            TablePart.CHANGES.nameIn(function.table().getTableName()));
    if (!(find(session, name, Optional.empty(), Optional.empty())
        instanceof UnionTableHandle all)) {
      throw new TableNotFoundException(function.table());
    }
    UnionSnapshot snapshot = transaction.snapshot(TableName.parse(all.table())).orElseThrow();
    ColumnHandle timestamp =
        requireNonNull(
            lake.getColumnHandles(session, all.lake()).get(ChangeColumns.COMMIT_TIMESTAMP_COLUMN));
    ConnectorTableHandle between =
        lake.applyFilter(
                session, all.lake(), new Constraint(TableChangeLog.commits(function, timestamp)))
            .map(ConstraintApplicationResult::getHandle)
            .orElse(all.lake());
    return all.withLake(between).withChanges(log.ranges(snapshot, function));
  }

  private UnionTableHandle handle(
      SchemaTableName name, UnionSnapshot snapshot, ConnectorTableHandle current, TablePart part) {
    boolean isOfChanges = part == TablePart.CHANGES;
    return new UnionTableHandle(
        isOfChanges
            ? LakeHandles.pinned(current, snapshot, TableChangeLog.schema(snapshot))
            : LakeHandles.pinned(current, snapshot),
        name,
        snapshot.table().toString(),
        part,
        Optional.of(snapshot.snapshot()),
        part.hasFreshRows() ? snapshot.freshRows() : 0,
        part == TablePart.UNION ? snapshot.overlayRows() : 0,
        isOfChanges ? log.ranges(snapshot) : List.of(),
        OptionalLong.empty(),
        Optional.empty());
  }

  /** An older state is one of the lake alone. */
  private static UnionTableHandle asOf(
      SchemaTableName name, UnionSnapshot snapshot, ConnectorTableHandle older, TablePart part) {
    if (!part.hasLakeRows()) {
      throw new TrinoException(
          NOT_SUPPORTED,
          String.format(
              "Table %s has no older states: those of %s that are kept are in the lake",
              name, snapshot.table()));
    }
    return new UnionTableHandle(
        older,
        name,
        snapshot.table().toString(),
        TablePart.LAKE,
        Optional.empty(),
        0,
        0,
        List.of(),
        OptionalLong.empty(),
        Optional.empty());
  }
}
