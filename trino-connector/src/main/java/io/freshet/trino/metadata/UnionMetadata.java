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

import io.airlift.slice.Slice;
import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import io.freshet.trino.handle.ChangesFunctionHandle;
import io.freshet.trino.handle.RowId;
import io.freshet.trino.handle.UnionMergeHandle;
import io.freshet.trino.handle.UnionTableHandle;
import io.freshet.trino.handle.UnionWriteHandle;
import io.freshet.trino.server.UnionTransaction;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ConnectorInsertTableHandle;
import io.trino.spi.connector.ConnectorMaterializedViewDefinition;
import io.trino.spi.connector.ConnectorMergeTableHandle;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorOutputMetadata;
import io.trino.spi.connector.ConnectorOutputTableHandle;
import io.trino.spi.connector.ConnectorPartitioningHandle;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableCredentials;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTableLayout;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTableProperties;
import io.trino.spi.connector.ConnectorTableSchema;
import io.trino.spi.connector.ConnectorTableVersion;
import io.trino.spi.connector.ConnectorWritableTableHandle;
import io.trino.spi.connector.Constraint;
import io.trino.spi.connector.ConstraintApplicationResult;
import io.trino.spi.connector.LimitApplicationResult;
import io.trino.spi.connector.ProjectionApplicationResult;
import io.trino.spi.connector.RetryMode;
import io.trino.spi.connector.RowChangeParadigm;
import io.trino.spi.connector.SaveMode;
import io.trino.spi.connector.SchemaNotFoundException;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.TableFunctionApplicationResult;
import io.trino.spi.expression.ConnectorExpression;
import io.trino.spi.function.table.ConnectorTableFunctionHandle;
import io.trino.spi.predicate.TupleDomain;
import io.trino.spi.security.TrinoPrincipal;
import io.trino.spi.statistics.ComputedStatistics;
import io.trino.spi.statistics.TableStatistics;
import io.trino.spi.statistics.TableStatisticsMetadata;
import io.trino.spi.type.Type;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables as unions of the lake and fresh rows. Reads are planned by the Iceberg connector on the
 * base and completed here; tables are made, changed and written through the server.
 */
public final class UnionMetadata extends GuardedMetadata {
  private final ConnectorMetadata lake;
  private final UnionTransaction transaction;
  private final TableChanges changes;
  private final TableWrites writes;
  private final UnionTables tables;
  private final PushDown pushDown;

  public UnionMetadata(
      ConnectorMetadata lake,
      UnionTransaction transaction,
      TableChanges changes,
      TableWrites writes,
      FreshetClient client) {
    super(lake, new TableAlterations(client, transaction));
    this.lake = lake;
    this.transaction = transaction;
    this.changes = changes;
    this.writes = writes;
    this.tables = new UnionTables(lake, transaction, client);
    this.pushDown = new PushDown(lake, client);
  }

  // Tables

  @Override
  public @Nullable ConnectorTableHandle getTableHandle(
      ConnectorSession session,
      SchemaTableName name,
      Optional<ConnectorTableVersion> startVersion,
      Optional<ConnectorTableVersion> endVersion) {
    return tables.find(session, name, startVersion, endVersion);
  }

  /** A call of the function {@code changes} is a scan of the changes between two moments. */
  @Override
  public Optional<TableFunctionApplicationResult<ConnectorTableHandle>> applyTableFunction(
      ConnectorSession session, ConnectorTableFunctionHandle handle) {
    if (!(handle instanceof ChangesFunctionHandle function)) {
      return super.applyTableFunction(session, handle);
    }
    UnionTableHandle table = tables.changes(session, function);
    return Optional.of(new TableFunctionApplicationResult<>(table, changes.columns(table.lake())));
  }

  @Override
  public SchemaTableName getTableName(ConnectorSession session, ConnectorTableHandle table) {
    return table instanceof UnionTableHandle union
        ? union.name()
        : super.getTableName(session, table);
  }

  @Override
  public ConnectorTableSchema getTableSchema(ConnectorSession session, ConnectorTableHandle table) {
    ConnectorTableSchema schema = super.getTableSchema(session, lakeOf(table));
    return table instanceof UnionTableHandle union
        ? new ConnectorTableSchema(union.name(), schema.getColumns(), schema.getCheckConstraints())
        : schema;
  }

  @Override
  public ConnectorTableMetadata getTableMetadata(
      ConnectorSession session, ConnectorTableHandle table) {
    ConnectorTableMetadata metadata = super.getTableMetadata(session, lakeOf(table));
    if (!(table instanceof UnionTableHandle union)) {
      return new ConnectorTableMetadata(
          metadata.getTable(),
          metadata.getColumns(),
          TableProperties.ofPlainTable(metadata.getProperties()),
          metadata.getComment());
    }
    return new ConnectorTableMetadata(
        union.name(),
        metadata.getColumns(),
        changes.properties(TableName.parse(union.table())),
        metadata.getComment());
  }

  // What is pushed down into the lake's half; the engine checks all of it on the union's rows.

  @Override
  public Optional<ConstraintApplicationResult<ConnectorTableHandle>> applyFilter(
      ConnectorSession session, ConnectorTableHandle handle, Constraint constraint) {
    return handle instanceof UnionTableHandle union
        ? pushDown.filter(session, union, constraint)
        : super.applyFilter(session, handle, constraint);
  }

  @Override
  public Optional<ProjectionApplicationResult<ConnectorTableHandle>> applyProjection(
      ConnectorSession session,
      ConnectorTableHandle handle,
      List<ConnectorExpression> projections,
      Map<String, ColumnHandle> assignments) {
    return handle instanceof UnionTableHandle union
        ? pushDown.projection(session, union, projections, assignments)
        : super.applyProjection(session, handle, projections, assignments);
  }

  @Override
  public Optional<LimitApplicationResult<ConnectorTableHandle>> applyLimit(
      ConnectorSession session, ConnectorTableHandle handle, long limit) {
    return handle instanceof UnionTableHandle union
        ? pushDown.limit(session, union, limit)
        : super.applyLimit(session, handle, limit);
  }

  @Override
  public Optional<ConnectorTableHandle> applyPartitioning(
      ConnectorSession session,
      ConnectorTableHandle handle,
      Optional<ConnectorPartitioningHandle> partitioning,
      List<ColumnHandle> columns) {
    return handle instanceof UnionTableHandle union
        ? pushDown.partitioning(session, union, partitioning, columns)
        : super.applyPartitioning(session, handle, partitioning, columns);
  }

  @Override
  public ConnectorTableProperties getTableProperties(
      ConnectorSession session, ConnectorTableHandle table) {
    // What else the lake's files are partitioned and sorted by says nothing of fresh rows.
    return table instanceof UnionTableHandle union
        ? new ConnectorTableProperties(
            TupleDomain.all(), PushDown.partitioning(union), Optional.empty(), List.of())
        : super.getTableProperties(session, table);
  }

  @Override
  public TableStatistics getTableStatistics(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    TableStatistics statistics = super.getTableStatistics(session, lakeOf(tableHandle));
    return tableHandle instanceof UnionTableHandle union
        ? UnionStatistics.of(statistics, union)
        : statistics;
  }

  // Schemas and tables, through the server

  @Override
  public void createSchema(
      ConnectorSession session,
      String schemaName,
      Map<String, Object> properties,
      TrinoPrincipal owner) {
    changes.createSchema(schemaName, properties);
  }

  /** The place of a schema is the server's affair. */
  @Override
  public Map<String, Object> getSchemaProperties(ConnectorSession session, String schemaName) {
    if (!schemaExists(session, schemaName)) {
      throw new SchemaNotFoundException(schemaName);
    }
    return Map.of();
  }

  /** The place of a view is the catalog's affair. */
  @Override
  public Map<String, Object> getViewProperties(ConnectorSession session, SchemaTableName viewName) {
    Map<String, Object> properties = new HashMap<>(super.getViewProperties(session, viewName));
    properties.remove("location");
    return properties;
  }

  @Override
  public void dropSchema(ConnectorSession session, String schemaName, boolean cascade) {
    if (cascade) {
      lake.listViews(session, Optional.of(schemaName))
          .forEach(view -> lake.dropView(session, view));
    }
    changes.dropSchema(schemaName, cascade);
  }

  @Override
  public void createTable(
      ConnectorSession session, ConnectorTableMetadata tableMetadata, SaveMode saveMode) {
    transaction.forget(create(session, tableMetadata, saveMode));
  }

  @Override
  public void dropTable(ConnectorSession session, ConnectorTableHandle tableHandle) {
    if (tableHandle instanceof UnionTableHandle union) {
      TableName table = TableName.parse(union.table());
      transaction.forget(table);
      changes.dropTable(table);
    } else {
      super.dropTable(session, tableHandle);
    }
  }

  @Override
  public void setTableComment(
      ConnectorSession session, ConnectorTableHandle tableHandle, Optional<String> comment) {
    if (tableHandle instanceof UnionTableHandle union) {
      changes.setComment(TableName.parse(union.table()), comment);
    } else {
      super.setTableComment(session, tableHandle, comment);
    }
  }

  @Override
  public void setTableProperties(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      Map<String, Optional<Object>> properties) {
    if (tableHandle instanceof UnionTableHandle union) {
      changes.setProperties(TableName.parse(union.table()), properties);
    } else {
      super.setTableProperties(session, tableHandle, properties);
    }
  }

  @Override
  public void createMaterializedView(
      ConnectorSession session,
      SchemaTableName viewName,
      ConnectorMaterializedViewDefinition definition,
      Map<String, Object> properties,
      boolean replace,
      boolean ignoreExisting) {
    throw new TrinoException(
        NOT_SUPPORTED,
        String.format(
            "Materialized view %s can't be created: the lake is an Iceberg REST catalog, in which"
                + " Trino's Iceberg connector keeps none. Create a view, or a table with CREATE TABLE"
                + " AS.",
            viewName));
  }

  // Writes, through the server

  @Override
  public Optional<ConnectorTableLayout> getNewTableLayout(
      ConnectorSession session, ConnectorTableMetadata tableMetadata) {
    return Optional.empty(); // The server partitions rows when it moves them into the lake.
  }

  @Override
  public TableStatisticsMetadata getStatisticsCollectionMetadataForWrite(
      ConnectorSession session, ConnectorTableMetadata tableMetadata, boolean tableReplace) {
    return TableStatisticsMetadata.empty(); // They would be of the written rows alone.
  }

  @Override
  public Optional<Type> getSupportedType(
      ConnectorSession session, Map<String, Object> tableProperties, Type type) {
    return super.getSupportedType(session, TableProperties.OF_ICEBERG_V3, type);
  }

  @Override
  public ConnectorOutputTableHandle beginCreateTable(
      ConnectorSession session,
      ConnectorTableMetadata tableMetadata,
      Optional<ConnectorTableLayout> layout,
      RetryMode retryMode,
      boolean replace) {
    refuseRetries(retryMode);
    TableName created = create(session, tableMetadata, replace ? SaveMode.REPLACE : SaveMode.FAIL);
    transaction.forget(created);
    transaction.onRollback(() -> changes.dropTable(created));
    return writes.beginNewTable(created, session.getQueryId(), transaction);
  }

  @Override
  public Optional<ConnectorOutputMetadata> finishCreateTable(
      ConnectorSession session,
      ConnectorOutputTableHandle tableHandle,
      Collection<Slice> fragments,
      Collection<ComputedStatistics> computedStatistics) {
    if (!(tableHandle instanceof UnionWriteHandle write)) {
      return super.finishCreateTable(session, tableHandle, fragments, computedStatistics);
    }
    writes.commit(write);
    return Optional.empty();
  }

  @Override
  public ConnectorInsertTableHandle beginInsert(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      List<ColumnHandle> columns,
      RetryMode retryMode) {
    if (!(tableHandle instanceof UnionTableHandle union)) {
      return super.beginInsert(session, tableHandle, columns, retryMode);
    }
    refuseRetries(retryMode);
    TableChanges.refuseParts(union);
    return writes.beginInsert(union, columns, session.getQueryId(), transaction);
  }

  @Override
  public Optional<ConnectorOutputMetadata> finishInsert(
      ConnectorSession session,
      ConnectorInsertTableHandle insertHandle,
      List<ConnectorTableHandle> sourceTableHandles,
      Collection<Slice> fragments,
      Collection<ComputedStatistics> computedStatistics) {
    if (!(insertHandle instanceof UnionWriteHandle write)) {
      return super.finishInsert(
          session, insertHandle, lakesOf(sourceTableHandles), fragments, computedStatistics);
    }
    writes.commit(write);
    return Optional.empty();
  }

  @Override
  public RowChangeParadigm getRowChangeParadigm(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return isUnion(tableHandle)
        ? RowChangeParadigm.DELETE_ROW_AND_INSERT_ROW
        : super.getRowChangeParadigm(session, tableHandle);
  }

  @Override
  public ColumnHandle getMergeRowIdColumnHandle(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return tableHandle instanceof UnionTableHandle union
        ? RowId.column(changes.keyForChanges(union))
        : super.getMergeRowIdColumnHandle(session, tableHandle);
  }

  @Override
  public ColumnMetadata getColumnMetadata(
      ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle columnHandle) {
    return RowId.isRowId(columnHandle)
        ? RowId.metadata((IcebergColumnHandle) columnHandle)
        : super.getColumnMetadata(session, tableHandle, columnHandle);
  }

  @Override
  public ConnectorMergeTableHandle beginMerge(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      Map<Integer, Collection<ColumnHandle>> updateCaseColumns,
      RetryMode retryMode) {
    if (!(tableHandle instanceof UnionTableHandle union)) {
      return super.beginMerge(session, tableHandle, updateCaseColumns, retryMode);
    }
    refuseRetries(retryMode);
    changes.checkUpdates(union, updateCaseColumns.values());
    return writes.beginMerge(union, session.getQueryId(), transaction);
  }

  @Override
  public void finishMerge(
      ConnectorSession session,
      ConnectorMergeTableHandle mergeTableHandle,
      List<ConnectorTableHandle> sourceTableHandles,
      Collection<Slice> fragments,
      Collection<ComputedStatistics> computedStatistics) {
    if (mergeTableHandle instanceof UnionMergeHandle merge) {
      writes.commit(merge.write());
    } else {
      super.finishMerge(
          session, mergeTableHandle, lakesOf(sourceTableHandles), fragments, computedStatistics);
    }
  }

  @Override
  public Optional<ConnectorTableCredentials> getTableCredentials(
      ConnectorSession session, ConnectorWritableTableHandle tableHandle) {
    return tableHandle instanceof UnionWriteHandle
        ? Optional.empty()
        : super.getTableCredentials(session, tableHandle);
  }

  /** The server would make the schema, too. */
  private TableName create(
      ConnectorSession session, ConnectorTableMetadata table, SaveMode saveMode) {
    String schema = table.getTable().getSchemaName();
    if (!schemaExists(session, schema)) {
      throw new SchemaNotFoundException(schema);
    }
    return changes.createTable(table, saveMode);
  }

  private static void refuseRetries(RetryMode retryMode) {
    if (retryMode != RetryMode.NO_RETRIES) {
      throw new TrinoException(
          NOT_SUPPORTED, "Freshet tables can't be written with retry-policy " + retryMode);
    }
  }
}
