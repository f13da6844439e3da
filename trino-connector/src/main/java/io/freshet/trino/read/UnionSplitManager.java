/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.protocol.FileOverlay;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.TableName;
import io.freshet.trino.handle.ChangesSplit;
import io.freshet.trino.handle.FreshSplit;
import io.freshet.trino.handle.TablePart;
import io.freshet.trino.handle.UnionTableHandle;
import io.freshet.trino.server.UnionTransactions;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorSplitManager;
import io.trino.spi.connector.ConnectorSplitSource;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.Constraint;
import io.trino.spi.connector.FixedSplitSource;
import io.trino.spi.function.table.ConnectorTableFunctionHandle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Iceberg connector's splits of the base, each with its file's overlay, and a split per bucket.
 */
public final class UnionSplitManager implements ConnectorSplitManager {
  private final ConnectorSplitManager lake;
  private final UnionTransactions transactions;

  public UnionSplitManager(ConnectorSplitManager lake, UnionTransactions transactions) {
    this.lake = lake;
    this.transactions = transactions;
  }

  @Override
  public ConnectorSplitSource getSplits(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorTableHandle table,
      Set<ColumnHandle> dynamicFilterColumns,
      Constraint constraint) {
    if (!(table instanceof UnionTableHandle union)) {
      return lake.getSplits(transaction, session, table, dynamicFilterColumns, constraint);
    }
    if (union.part() == TablePart.CHANGES) {
      return new FixedSplitSource(changesSplits(union, snapshot(transaction, union)));
    }
    ConnectorSplitSource lakeSplits =
        union.part().hasLakeRows()
            ? lake.getSplits(transaction, session, union.lake(), dynamicFilterColumns, constraint)
            : new FixedSplitSource(List.of());
    if (!union.part().hasFreshRows()) {
      return lakeSplits;
    }
    UnionSnapshot snapshot = snapshot(transaction, union);
    Map<String, byte[]> overlays =
        snapshot.overlays().stream()
            .collect(Collectors.toMap(FileOverlay::dataFile, FileOverlay::overlay));
    return new UnionSplitSource(
        snapshot.snapshot(), freshSplits(union, snapshot), lakeSplits, overlays);
  }

  @Override
  public ConnectorSplitSource getSplits(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorTableFunctionHandle function) {
    return lake.getSplits(transaction, session, function);
  }

  private UnionSnapshot snapshot(ConnectorTransactionHandle transaction, UnionTableHandle union) {
    return transactions
        .of(transaction)
        .snapshot(TableName.parse(union.table()))
        .filter(snapshot -> union.snapshot().equals(Optional.of(snapshot.snapshot())))
        .orElseThrow(() ->
            new IllegalStateException(
                "Transaction " + transaction + " does not read " + union.snapshot()));
  }

  private static List<ConnectorSplit> changesSplits(
      UnionTableHandle union, UnionSnapshot snapshot) {
    if (FreshFilter.pushedDown(union.lake()).isNone()) {
      return List.of();
    }
    String tableId = snapshot.tableId().toString();
    return union.changes().stream()
        .<ConnectorSplit>map(range -> new ChangesSplit(union.table(), tableId, range))
        .toList();
  }

  private static List<ConnectorSplit> freshSplits(UnionTableHandle union, UnionSnapshot snapshot) {
    if (FreshFilter.pushedDown(union.lake()).isNone()) {
      return List.of();
    }
    return snapshot.fresh().stream()
        .filter(range -> range.rows() > 0)
        .map(range ->
            FreshSplit.of(snapshot.snapshot(), range.bucket(), range.rows(), range.bytes()))
        .flatMap(whole ->
            union.partitioning().isEmpty()
                ? Stream.<ConnectorSplit>of(whole)
                : union.partitioning().get().partitionsOf(whole.bucket()).stream().map(whole::of))
        .toList();
  }
}
