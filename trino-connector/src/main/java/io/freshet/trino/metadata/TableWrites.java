/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import io.freshet.client.FreshetClient;
import io.freshet.table.TableName;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.RowId;
import io.freshet.trino.handle.UnionMergeHandle;
import io.freshet.trino.handle.UnionTableHandle;
import io.freshet.trino.handle.UnionWriteHandle;
import io.freshet.trino.server.UnionTransaction;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.type.TypeManager;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

/**
 * Statements that write rows. Each is one transaction of the server, named after the query: begun
 * here, filled by the sinks of all workers, and committed at the statement's end or aborted with
 * the query.
 */
public final class TableWrites {
  private final FreshetClient client;
  private final TypeManager types;

  public TableWrites(FreshetClient client, TypeManager types) {
    this.client = client;
    this.types = types;
  }

  /** Rows for a table that was just made. */
  UnionWriteHandle beginNewTable(TableName table, String queryId, UnionTransaction transaction) {
    Schema schema = FreshetErrors.call(() -> client.describeTable(table)).schema();
    return begin(table, IcebergUtil.getTopLevelColumns(schema, types), queryId, transaction);
  }

  UnionWriteHandle beginInsert(
      UnionTableHandle table,
      List<ColumnHandle> columns,
      String queryId,
      UnionTransaction transaction) {
    return begin(
        TableName.parse(table.table()),
        columns.stream().map(IcebergColumnHandle.class::cast).toList(),
        queryId,
        transaction);
  }

  UnionMergeHandle beginMerge(
      UnionTableHandle table, String queryId, UnionTransaction transaction) {
    Schema schema = SchemaParser.fromJson(((IcebergTableHandle) table.lake()).getTableSchemaJson());
    UnionWriteHandle write =
        begin(
            TableName.parse(table.table()),
            IcebergUtil.getTopLevelColumns(schema, types),
            queryId,
            transaction);
    return new UnionMergeHandle(table, write, RowId.key(table.lake(), types));
  }

  /** Makes all rows visible, at once. */
  void commit(UnionWriteHandle write) {
    FreshetErrors.run(
        () -> client.commitTransaction(TableName.parse(write.table()), write.transaction()));
  }

  private UnionWriteHandle begin(
      TableName table,
      List<IcebergColumnHandle> columns,
      String queryId,
      UnionTransaction transaction) {
    String id = "trino-" + queryId;
    FreshetErrors.run(() -> client.beginTransaction(table, id, null));
    transaction.onRollback(() -> client.abortTransaction(table, id));
    return new UnionWriteHandle(table.toString(), id, columns);
  }
}
