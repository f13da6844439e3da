/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino;

import static io.trino.spi.connector.ConnectorCapabilities.DEFAULT_COLUMN_VALUE;
import static io.trino.spi.connector.ConnectorCapabilities.NOT_NULL_COLUMN_CONSTRAINT;

import io.freshet.trino.metadata.ChangesFunction;
import io.freshet.trino.metadata.TableChanges;
import io.freshet.trino.metadata.TableProperties;
import io.freshet.trino.metadata.TableWrites;
import io.freshet.trino.metadata.UnionMetadata;
import io.freshet.trino.read.UnionNodePartitioningProvider;
import io.freshet.trino.read.UnionPageSourceProvider;
import io.freshet.trino.read.UnionSplitManager;
import io.freshet.trino.server.ServerConnection;
import io.freshet.trino.server.UnionTransactions;
import io.freshet.trino.write.FreshetPageSinkProvider;
import io.trino.spi.connector.Connector;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorCapabilities;
import io.trino.spi.connector.ConnectorMetadata;
import io.trino.spi.connector.ConnectorNodePartitioningProvider;
import io.trino.spi.connector.ConnectorPageSinkProvider;
import io.trino.spi.connector.ConnectorPageSourceProviderFactory;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplitManager;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.connector.TableProcedureMetadata;
import io.trino.spi.function.FunctionProvider;
import io.trino.spi.function.table.ConnectorTableFunction;
import io.trino.spi.procedure.Procedure;
import io.trino.spi.session.PropertyMetadata;
import io.trino.spi.transaction.IsolationLevel;
import io.trino.spi.type.TypeManager;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Trino's Iceberg connector over the lake, with every part of it that meets rows or tables wrapped.
 */
final class FreshetConnector implements Connector {
  private final Connector lake;
  private final ServerConnection server;
  private final TypeManager types;
  private final UnionTransactions transactions;
  private final TableChanges changes;
  private final TableWrites writes;

  /** Takes ownership of {@code lake} and {@code server}. */
  FreshetConnector(Connector lake, ServerConnection server, TypeManager types) {
    this.lake = lake;
    this.server = server;
    this.types = types;
    this.transactions = new UnionTransactions(server);
    this.changes = new TableChanges(server.client(), types);
    this.writes = new TableWrites(server.client(), types);
  }

  @Override
  public ConnectorTransactionHandle beginTransaction(
      IsolationLevel isolationLevel, boolean readOnly, boolean autoCommit) {
    ConnectorTransactionHandle transaction =
        lake.beginTransaction(isolationLevel, readOnly, autoCommit);
    transactions.begin(transaction);
    return transaction;
  }

  @Override
  public ConnectorMetadata getMetadata(
      ConnectorSession session, ConnectorTransactionHandle transaction) {
    return new UnionMetadata(
        lake.getMetadata(session, transaction),
        transactions.of(transaction),
        changes,
        writes,
        server.client());
  }

  @Override
  public void commit(ConnectorTransactionHandle transaction) {
    try {
      lake.commit(transaction);
    } finally {
      transactions.commit(transaction);
    }
  }

  @Override
  public void rollback(ConnectorTransactionHandle transaction) {
    try {
      lake.rollback(transaction);
    } finally {
      transactions.rollback(transaction);
    }
  }

  @Override
  public ConnectorSplitManager getSplitManager() {
    return new UnionSplitManager(lake.getSplitManager(), transactions);
  }

  @Override
  public ConnectorPageSourceProviderFactory getPageSourceProviderFactory() {
    ConnectorPageSourceProviderFactory factory = lake.getPageSourceProviderFactory();
    return () -> new UnionPageSourceProvider(factory.createPageSourceProvider(), server, types);
  }

  @Override
  public ConnectorPageSinkProvider getPageSinkProvider() {
    return new FreshetPageSinkProvider(lake.getPageSinkProvider(), server);
  }

  @Override
  public ConnectorNodePartitioningProvider getNodePartitioningProvider() {
    return new UnionNodePartitioningProvider(lake.getNodePartitioningProvider());
  }

  @Override
  public Set<SystemTable> getSystemTables() {
    return lake.getSystemTables();
  }

  @Override
  public Optional<FunctionProvider> getFunctionProvider() {
    return lake.getFunctionProvider();
  }

  @Override
  public Set<ConnectorTableFunction> getTableFunctions() {
    return Set.of(new ChangesFunction(transactions, types));
  }

  /** Iceberg's own procedures would change tables behind the server's back. */
  @Override
  public Set<Procedure> getProcedures() {
    return new TableProcedures(server.client()).all();
  }

  @Override
  public Set<TableProcedureMetadata> getTableProcedures() {
    return lake.getTableProcedures();
  }

  @Override
  public List<PropertyMetadata<?>> getSessionProperties() {
    return lake.getSessionProperties();
  }

  @Override
  public List<PropertyMetadata<?>> getTableProperties() {
    return TableProperties.all(types);
  }

  @Override
  public List<PropertyMetadata<?>> getViewProperties() {
    return lake.getViewProperties();
  }

  @Override
  public List<PropertyMetadata<?>> getMaterializedViewProperties() {
    return lake.getMaterializedViewProperties();
  }

  @Override
  public List<PropertyMetadata<?>> getAnalyzeProperties() {
    return lake.getAnalyzeProperties();
  }

  @Override
  public ConnectorAccessControl getAccessControl() {
    return lake.getAccessControl();
  }

  @Override
  public Set<ConnectorCapabilities> getCapabilities() {
    return Set.of(NOT_NULL_COLUMN_CONSTRAINT, DEFAULT_COLUMN_VALUE);
  }

  @Override
  public void shutdown() {
    try {
      transactions.close();
      lake.shutdown();
    } finally {
      server.close();
    }
  }
}
