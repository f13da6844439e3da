/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import io.airlift.slice.Slice;
import io.freshet.trino.handle.UnionTableHandle;
import io.trino.plugin.base.classloader.ClassLoaderSafeConnectorMetadata;
import io.trino.spi.RefreshType;
import io.trino.spi.connector.AggregateFunction;
import io.trino.spi.connector.AggregationApplicationResult;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ColumnMetadata;
import io.trino.spi.connector.ColumnPosition;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorAnalyzeMetadata;
import io.trino.spi.connector.ConnectorInsertTableHandle;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorOutputMetadata;
import io.trino.spi.connector.ConnectorPartitioningHandle;
import io.trino.spi.connector.ConnectorResolvedIndex;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableCredentials;
import io.trino.spi.connector.ConnectorTableExecuteHandle;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTableLayout;
import io.trino.spi.connector.JoinApplicationResult;
import io.trino.spi.connector.JoinStatistics;
import io.trino.spi.connector.JoinType;
import io.trino.spi.connector.RetryMode;
import io.trino.spi.connector.SampleApplicationResult;
import io.trino.spi.connector.SampleType;
import io.trino.spi.connector.SaveMode;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.SortItem;
import io.trino.spi.connector.TableScanRedirectApplicationResult;
import io.trino.spi.connector.TopNApplicationResult;
import io.trino.spi.connector.WriterScalingOptions;
import io.trino.spi.expression.ConnectorExpression;
import io.trino.spi.expression.Constant;
import io.trino.spi.predicate.TupleDomain;
import io.trino.spi.security.TrinoPrincipal;
import io.trino.spi.statistics.ComputedStatistics;
import io.trino.spi.type.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Every method of the Iceberg connector's metadata that takes a handle, for handles that may be
 * ours: they are unwrapped where the answer holds for the union, and refused where the lake would
 * be changed.
 */
abstract class GuardedMetadata extends ClassLoaderSafeConnectorMetadata {
  /** Answers as a connector does that can do nothing: with nothing, or with Trino's own refusal. */
  private static final ConnectorMetadata INCAPABLE = new ConnectorMetadata() {};

  private final ConnectorMetadata lake;
  private final ConnectorMetadata union;

  /**
   * @param union what can be changed of union tables; it refuses all else
   */
  GuardedMetadata(ConnectorMetadata lake, ConnectorMetadata union) {
    super(lake, GuardedMetadata.class.getClassLoader());
    this.lake = lake;
    this.union = union;
  }

  static boolean isUnion(ConnectorTableHandle table) {
    return table instanceof UnionTableHandle;
  }

  static ConnectorTableHandle lakeOf(ConnectorTableHandle table) {
    return table instanceof UnionTableHandle union ? union.lake() : table;
  }

  static List<ConnectorTableHandle> lakesOf(List<ConnectorTableHandle> tables) {
    return tables.stream().map(GuardedMetadata::lakeOf).toList();
  }

  /** Who answers what does not hold for unions: the Iceberg connector for its own tables only. */
  private ConnectorMetadata owner(ConnectorTableHandle... tables) {
    return Arrays.stream(tables).anyMatch(GuardedMetadata::isUnion) ? union : lake;
  }

  // What is said of the base, which is true of the union, too.

  @Override
  public Map<String, ColumnHandle> getColumnHandles(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return super.getColumnHandles(session, lakeOf(tableHandle));
  }

  @Override
  public ColumnMetadata getColumnMetadata(
      ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle columnHandle) {
    return super.getColumnMetadata(session, lakeOf(tableHandle), columnHandle);
  }

  @Override
  public Optional<Object> getInfo(ConnectorSession session, ConnectorTableHandle table) {
    return super.getInfo(session, lakeOf(table));
  }

  @Override
  public void validateScan(ConnectorSession session, ConnectorTableHandle handle) {
    super.validateScan(session, lakeOf(handle));
  }

  @Override
  public Set<ColumnHandle> getColumnHandlesForTableExecute(
      ConnectorSession connectorSession,
      ConnectorTableHandle tableHandle,
      ConnectorTableExecuteHandle connectorTableExecuteHandle) {
    return super.getColumnHandlesForTableExecute(
        connectorSession, lakeOf(tableHandle), connectorTableExecuteHandle);
  }

  @Override
  public boolean allowSplittingReadIntoMultipleSubQueries(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return super.allowSplittingReadIntoMultipleSubQueries(session, lakeOf(tableHandle));
  }

  @Override
  public WriterScalingOptions getInsertWriterScalingOptions(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return super.getInsertWriterScalingOptions(session, lakeOf(tableHandle));
  }

  @Override
  public Optional<ConnectorTableCredentials> getTableCredentials(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return super.getTableCredentials(session, lakeOf(tableHandle));
  }

  // Reads of lake tables that are not ours, into materialized views.

  @Override
  public ConnectorInsertTableHandle beginRefreshMaterializedView(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      List<ConnectorTableHandle> sourceTableHandles,
      boolean hasForeignSourceTables,
      RetryMode retryMode,
      RefreshType refreshType) {
    return super.beginRefreshMaterializedView(
        session,
        lakeOf(tableHandle),
        lakesOf(sourceTableHandles),
        hasForeignSourceTables,
        retryMode,
        refreshType);
  }

  @Override
  public Optional<ConnectorOutputMetadata> finishRefreshMaterializedView(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      ConnectorInsertTableHandle insertHandle,
      Collection<Slice> fragments,
      Collection<ComputedStatistics> computedStatistics,
      List<ConnectorTableHandle> sourceTableHandles,
      boolean hasForeignSourceTables,
      boolean hasSourceTableFunctions,
      boolean hasNonDeterministicFunctions) {
    return super.finishRefreshMaterializedView(
        session,
        lakeOf(tableHandle),
        insertHandle,
        fragments,
        computedStatistics,
        lakesOf(sourceTableHandles),
        hasForeignSourceTables,
        hasSourceTableFunctions,
        hasNonDeterministicFunctions);
  }

  // What would be true of the base alone: the engine does it itself.

  @Override
  public Optional<ConnectorTableLayout> getInsertLayout(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return owner(tableHandle).getInsertLayout(session, tableHandle);
  }

  @Override
  public Optional<ConnectorPartitioningHandle> getUpdateLayout(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return owner(tableHandle).getUpdateLayout(session, tableHandle);
  }

  @Override
  public Optional<ConnectorTableHandle> applyUpdate(
      ConnectorSession session,
      ConnectorTableHandle handle,
      Map<ColumnHandle, Constant> assignments) {
    return owner(handle).applyUpdate(session, handle, assignments);
  }

  @Override
  public Optional<ConnectorTableHandle> applyDelete(
      ConnectorSession session, ConnectorTableHandle handle) {
    return owner(handle).applyDelete(session, handle);
  }

  @Override
  public Optional<ConnectorResolvedIndex> resolveIndex(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      Set<ColumnHandle> indexableColumns,
      Set<ColumnHandle> outputColumns,
      TupleDomain<ColumnHandle> tupleDomain) {
    return owner(tableHandle)
        .resolveIndex(session, tableHandle, indexableColumns, outputColumns, tupleDomain);
  }

  @Override
  public Optional<SampleApplicationResult<ConnectorTableHandle>> applySample(
      ConnectorSession session,
      ConnectorTableHandle handle,
      SampleType sampleType,
      double sampleRatio) {
    return owner(handle).applySample(session, handle, sampleType, sampleRatio);
  }

  @Override
  public Optional<AggregationApplicationResult<ConnectorTableHandle>> applyAggregation(
      ConnectorSession session,
      ConnectorTableHandle handle,
      List<AggregateFunction> aggregates,
      Map<String, ColumnHandle> assignments,
      List<List<ColumnHandle>> groupingSets) {
    return owner(handle).applyAggregation(session, handle, aggregates, assignments, groupingSets);
  }

  @Override
  public Optional<JoinApplicationResult<ConnectorTableHandle>> applyJoin(
      ConnectorSession session,
      JoinType joinType,
      ConnectorTableHandle left,
      ConnectorTableHandle right,
      ConnectorExpression joinCondition,
      Map<String, ColumnHandle> leftAssignments,
      Map<String, ColumnHandle> rightAssignments,
      JoinStatistics statistics) {
    return owner(left, right)
        .applyJoin(
            session,
            joinType,
            left,
            right,
            joinCondition,
            leftAssignments,
            rightAssignments,
            statistics);
  }

  @Override
  public Optional<TopNApplicationResult<ConnectorTableHandle>> applyTopN(
      ConnectorSession session,
      ConnectorTableHandle handle,
      long topNCount,
      List<SortItem> sortItems,
      Map<String, ColumnHandle> assignments) {
    return owner(handle).applyTopN(session, handle, topNCount, sortItems, assignments);
  }

  @Override
  public Optional<TableScanRedirectApplicationResult> applyTableScanRedirect(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return owner(tableHandle).applyTableScanRedirect(session, tableHandle);
  }

  // What the server changes, or what would change the lake behind its back.

  @Override
  public void truncateTable(ConnectorSession session, ConnectorTableHandle tableHandle) {
    owner(tableHandle).truncateTable(session, tableHandle);
  }

  @Override
  public void renameTable(
      ConnectorSession session, ConnectorTableHandle tableHandle, SchemaTableName newTableName) {
    owner(tableHandle).renameTable(session, tableHandle, newTableName);
  }

  @Override
  public void setColumnComment(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      ColumnHandle column,
      Optional<String> comment) {
    owner(tableHandle).setColumnComment(session, tableHandle, column, comment);
  }

  @Override
  public void addColumn(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      ColumnMetadata column,
      ColumnPosition position) {
    owner(tableHandle).addColumn(session, tableHandle, column, position);
  }

  @Override
  public void addField(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      List<String> parentPath,
      String fieldName,
      Type type,
      boolean ignoreExisting) {
    owner(tableHandle).addField(session, tableHandle, parentPath, fieldName, type, ignoreExisting);
  }

  @Override
  public void setDefaultValue(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      ColumnHandle column,
      String defaultValue) {
    owner(tableHandle).setDefaultValue(session, tableHandle, column, defaultValue);
  }

  @Override
  public void dropDefaultValue(
      ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle columnHandle) {
    owner(tableHandle).dropDefaultValue(session, tableHandle, columnHandle);
  }

  @Override
  public void setColumnType(
      ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column, Type type) {
    owner(tableHandle).setColumnType(session, tableHandle, column, type);
  }

  @Override
  public void setFieldType(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      List<String> fieldPath,
      Type type) {
    owner(tableHandle).setFieldType(session, tableHandle, fieldPath, type);
  }

  @Override
  public void dropNotNullConstraint(
      ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column) {
    owner(tableHandle).dropNotNullConstraint(session, tableHandle, column);
  }

  @Override
  public void renameColumn(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      ColumnHandle source,
      String target) {
    owner(tableHandle).renameColumn(session, tableHandle, source, target);
  }

  @Override
  public void renameField(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      List<String> fieldPath,
      String target) {
    owner(tableHandle).renameField(session, tableHandle, fieldPath, target);
  }

  @Override
  public void dropColumn(
      ConnectorSession session, ConnectorTableHandle tableHandle, ColumnHandle column) {
    owner(tableHandle).dropColumn(session, tableHandle, column);
  }

  @Override
  public void dropField(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      ColumnHandle column,
      List<String> fieldPath) {
    owner(tableHandle).dropField(session, tableHandle, column, fieldPath);
  }

  @Override
  public Optional<ConnectorTableExecuteHandle> getTableHandleForExecute(
      ConnectorSession session,
      ConnectorAccessControl accessControl,
      ConnectorTableHandle tableHandle,
      String procedureName,
      Map<String, Object> executeProperties,
      RetryMode retryMode) {
    return owner(tableHandle)
        .getTableHandleForExecute(
            session, accessControl, tableHandle, procedureName, executeProperties, retryMode);
  }

  @Override
  public ConnectorAnalyzeMetadata getStatisticsCollectionMetadata(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      Map<String, Object> analyzeProperties) {
    return owner(tableHandle)
        .getStatisticsCollectionMetadata(session, tableHandle, analyzeProperties);
  }

  @Override
  public ConnectorTableHandle beginStatisticsCollection(
      ConnectorSession session, ConnectorTableHandle tableHandle) {
    return owner(tableHandle).beginStatisticsCollection(session, tableHandle);
  }

  @Override
  public void finishStatisticsCollection(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      Collection<ComputedStatistics> computedStatistics) {
    owner(tableHandle).finishStatisticsCollection(session, tableHandle, computedStatistics);
  }

  @Override
  public void createBranch(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      String branch,
      Optional<String> fromBranch,
      SaveMode saveMode,
      Map<String, Object> properties) {
    owner(tableHandle).createBranch(session, tableHandle, branch, fromBranch, saveMode, properties);
  }

  @Override
  public void dropBranch(
      ConnectorSession session, ConnectorTableHandle tableHandle, String branch) {
    owner(tableHandle).dropBranch(session, tableHandle, branch);
  }

  @Override
  public void fastForwardBranch(
      ConnectorSession session,
      ConnectorTableHandle tableHandle,
      String sourceBranch,
      String targetBranch) {
    owner(tableHandle).fastForwardBranch(session, tableHandle, sourceBranch, targetBranch);
  }

  @Override
  public OptionalLong executeUpdate(ConnectorSession session, ConnectorTableHandle handle) {
    return owner(handle).executeUpdate(session, handle);
  }

  @Override
  public OptionalLong executeDelete(ConnectorSession session, ConnectorTableHandle handle) {
    return owner(handle).executeDelete(session, handle);
  }

  // What the lake's catalog can't do.

  @Override
  public void renameSchema(ConnectorSession session, String source, String target) {
    INCAPABLE.renameSchema(session, source, target);
  }

  @Override
  public void setSchemaAuthorization(
      ConnectorSession session, String schemaName, TrinoPrincipal principal) {
    INCAPABLE.setSchemaAuthorization(session, schemaName, principal);
  }
}
