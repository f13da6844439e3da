/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.write;

import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.UnionMergeHandle;
import io.freshet.trino.handle.UnionWriteHandle;
import io.freshet.trino.server.ServerConnection;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.spi.connector.ConnectorInsertTableHandle;
import io.trino.spi.connector.ConnectorMergeSink;
import io.trino.spi.connector.ConnectorMergeTableHandle;
import io.trino.spi.connector.ConnectorOutputTableHandle;
import io.trino.spi.connector.ConnectorPageSink;
import io.trino.spi.connector.ConnectorPageSinkId;
import io.trino.spi.connector.ConnectorPageSinkProvider;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableCredentials;
import io.trino.spi.connector.ConnectorTableExecuteHandle;
import io.trino.spi.connector.ConnectorTransactionHandle;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Writes into Freshet tables through the server, and into others of the lake as Iceberg does. */
public final class FreshetPageSinkProvider implements ConnectorPageSinkProvider {
  private final ConnectorPageSinkProvider lake;
  private final ServerConnection server;

  public FreshetPageSinkProvider(ConnectorPageSinkProvider lake, ServerConnection server) {
    this.lake = lake;
    this.server = server;
  }

  @Override
  public ConnectorPageSink createPageSink(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorOutputTableHandle table,
      Optional<ConnectorTableCredentials> credentials,
      ConnectorPageSinkId id) {
    return table instanceof UnionWriteHandle write
        ? open(write)
        : lake.createPageSink(transaction, session, table, credentials, id);
  }

  @Override
  public ConnectorPageSink createPageSink(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorInsertTableHandle table,
      Optional<ConnectorTableCredentials> credentials,
      ConnectorPageSinkId id) {
    return table instanceof UnionWriteHandle write
        ? open(write)
        : lake.createPageSink(transaction, session, table, credentials, id);
  }

  @Override
  public ConnectorPageSink createPageSink(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorTableExecuteHandle table,
      Optional<ConnectorTableCredentials> credentials,
      ConnectorPageSinkId id) {
    return lake.createPageSink(transaction, session, table, credentials, id);
  }

  @Override
  public ConnectorMergeSink createMergeSink(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorMergeTableHandle table,
      Optional<ConnectorTableCredentials> credentials,
      ConnectorPageSinkId id) {
    return table instanceof UnionMergeHandle merge
        ? new FreshetMergeSink(open(merge.write(), merge.key()), server.waiting())
        : lake.createMergeSink(transaction, session, table, credentials, id);
  }

  private ConnectorPageSink open(UnionWriteHandle write) {
    return new FreshetPageSink(open(write, List.of()), server.waiting());
  }

  private RowWriter open(UnionWriteHandle write, List<IcebergColumnHandle> key) {
    return FreshetErrors.call(() ->
        new TableRowWriter(
            server
                .client()
                .newWriter(TableName.parse(write.table()), write.transaction(), UUID.randomUUID()),
            write.columns(),
            key,
            server.allocator()));
  }
}
