/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.client.BatchStream;
import io.freshet.protocol.ChangesTicket;
import io.freshet.protocol.ReadTicket;
import io.freshet.table.TableName;
import io.freshet.trino.handle.BucketPartition;
import io.freshet.trino.handle.ChangeRange;
import io.freshet.trino.handle.ChangesSplit;
import io.freshet.trino.handle.FreshSplit;
import io.freshet.trino.handle.OverlaidSplit;
import io.freshet.trino.handle.RowId;
import io.freshet.trino.handle.UnionTableHandle;
import io.freshet.trino.server.ServerConnection;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.plugin.iceberg.IcebergUtil;
import io.trino.spi.Page;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.ConnectorPageSourceProvider;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorTableCredentials;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.DynamicFilter;
import io.trino.spi.connector.EmptyPageSource;
import io.trino.spi.connector.MemoryContext;
import io.trino.spi.predicate.TupleDomain;
import io.trino.spi.type.TypeManager;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/** Pages of the lake from the Iceberg connector, and of fresh rows from the server. */
public final class UnionPageSourceProvider implements ConnectorPageSourceProvider {
  private final ConnectorPageSourceProvider lake;
  private final ServerConnection server;
  private final TypeManager types;
  private final IcebergColumnHandle positionColumn;

  public UnionPageSourceProvider(
      ConnectorPageSourceProvider lake, ServerConnection server, TypeManager types) {
    this.lake = lake;
    this.server = server;
    this.types = types;
    this.positionColumn = IcebergUtil.getColumnHandle(MetadataColumns.ROW_POSITION, types);
  }

  @Override
  public ConnectorPageSource createPageSource(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorSplit split,
      ConnectorTableHandle table,
      Optional<ConnectorTableCredentials> credentials,
      List<ColumnHandle> columns,
      DynamicFilter dynamicFilter,
      MemoryContext memory) {
    ConnectorTableHandle lakeTable = table instanceof UnionTableHandle union ? union.lake() : table;
    if (columns.isEmpty() && isUnfiltered(lakeTable, dynamicFilter)) {
      OptionalLong live = CountedRows.live(split, server.overlays());
      if (live.isPresent()) {
        return CountedRows.of(live.getAsLong(), Page::new);
      }
    }
    Function<List<ColumnHandle>, ConnectorPageSource> open =
        read ->
            switch (split) {
              case FreshSplit fresh ->
                  streamed(
                      session,
                      fresh.rows(),
                      fresh.partition(),
                      (names, filter, batches) ->
                          server.client().read(ticket(fresh, names, filter), batches),
                      lakeTable,
                      read,
                      dynamicFilter,
                      memory);
              case ChangesSplit changes ->
                  streamed(
                      session,
                      changes.range().rows(),
                      Optional.empty(),
                      (names, filter, batches) ->
                          server.client().readChanges(ticket(changes, names, filter), batches),
                      lakeTable,
                      read,
                      dynamicFilter,
                      memory);
              case OverlaidSplit overlaid ->
                  OverlayPageSource.open(
                      server.overlays().of(overlaid),
                      read,
                      positionColumn,
                      all ->
                          lake.createPageSource(
                              transaction,
                              session,
                              overlaid.lake(),
                              lakeTable,
                              credentials,
                              all,
                              dynamicFilter,
                              memory));
              default ->
                  lake.createPageSource(
                      transaction,
                      session,
                      split,
                      lakeTable,
                      credentials,
                      read,
                      dynamicFilter,
                      memory);
            };
    return columns.stream().anyMatch(RowId::isRowId)
        ? RowIdPageSource.open(columns, RowId.key(lakeTable, types), open)
        : open.apply(columns);
  }

  /** Asks the server for rows with some columns, and that a filter lets through. */
  private interface StreamOpener {
    BatchStream open(List<String> columns, @Nullable JsonNode filter, BufferAllocator batches);
  }

  private static ReadTicket ticket(
      FreshSplit split, List<String> columns, @Nullable JsonNode filter) {
    return new ReadTicket(split.snapshot(), ReadTicket.Part.FRESH, split.bucket(), columns, filter);
  }

  private static ChangesTicket ticket(
      ChangesSplit split, List<String> columns, @Nullable JsonNode filter) {
    ChangeRange range = split.range();
    return new ChangesTicket(
        TableName.parse(split.table()),
        UUID.fromString(split.tableId()),
        range.bucket(),
        range.startOffset(),
        range.endOffset(),
        columns,
        filter);
  }

  /**
   * Rows from the server.
   *
   * @param rows how many there are without a filter
   * @param partition whose rows alone are wanted
   */
  private ConnectorPageSource streamed(
      ConnectorSession session,
      long rows,
      Optional<BucketPartition> partition,
      StreamOpener opener,
      ConnectorTableHandle lakeTable,
      List<ColumnHandle> columns,
      DynamicFilter dynamicFilter,
      MemoryContext memory) {
    TupleDomain<IcebergColumnHandle> predicate =
        FreshFilter.pushedDown(lakeTable)
            .intersect(
                dynamicFilter.getCurrentPredicate().transformKeys(IcebergColumnHandle.class::cast));
    if (predicate.isNone()) {
      return new EmptyPageSource();
    }
    Schema schema = FreshFilter.schema(lakeTable);
    FreshColumns wanted =
        new FreshColumns(columns.stream().map(IcebergColumnHandle.class::cast).toList(), schema);
    var filter = FreshFilter.toJson(predicate, partition, schema);
    List<String> names = wanted.names();
    if (names.isEmpty() && filter.isEmpty()) {
      return CountedRows.of(rows, wanted::emptyPage); // A frozen snapshot's number is exact.
    }
    // A batch needs a column to have rows.
    List<String> asked = names.isEmpty() ? List.of(schema.columns().get(0).name()) : names;
    FreshPages pages =
        FreshPages.read(
            server.memory().share(session.getQueryId()),
            batches -> opener.open(asked, filter.orElse(null), batches),
            wanted::toPage,
            server.waiting());
    return new FreshPageSource(pages, memory);
  }

  private static boolean isUnfiltered(ConnectorTableHandle lakeTable, DynamicFilter dynamicFilter) {
    return lakeTable instanceof IcebergTableHandle
        && FreshFilter.pushedDown(lakeTable).isAll()
        && dynamicFilter.getCurrentPredicate().isAll();
  }

  @Override
  public long getMemoryUsage() {
    return lake.getMemoryUsage();
  }
}
