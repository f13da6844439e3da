/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.trino.handle.OverlaidSplit;
import io.trino.plugin.iceberg.IcebergSplit;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorSplitSource;
import io.trino.spi.connector.DynamicFilterSnapshot;
import io.trino.spi.metrics.Metrics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Fresh splits first, since they are there at once; then those of the lake as they are found. */
final class UnionSplitSource implements ConnectorSplitSource {
  private final String snapshot;
  private final ConnectorSplitSource lake;
  private final Map<String, byte[]> overlays;
  private List<ConnectorSplit> fresh;

  /**
   * Takes ownership of {@code lake}.
   *
   * @param snapshot the union snapshot's name
   * @param overlays by location of the data file
   */
  UnionSplitSource(
      String snapshot,
      List<ConnectorSplit> fresh,
      ConnectorSplitSource lake,
      Map<String, byte[]> overlays) {
    this.snapshot = snapshot;
    this.fresh = List.copyOf(fresh);
    this.lake = lake;
    this.overlays = Map.copyOf(overlays);
  }

  @Override
  public CompletableFuture<List<ConnectorSplit>> getNextBatch(
      int maxSize, DynamicFilterSnapshot dynamicFilter) {
    if (!fresh.isEmpty()) {
      int size = Math.min(maxSize, fresh.size());
      List<ConnectorSplit> batch = fresh.subList(0, size);
      fresh = fresh.subList(size, fresh.size());
      return CompletableFuture.completedFuture(batch);
    }
    return lake.getNextBatch(maxSize, dynamicFilter)
        .thenApply(splits -> splits.stream().map(this::withOverlay).toList());
  }

  private ConnectorSplit withOverlay(ConnectorSplit split) {
    if (overlays.isEmpty() || !(split instanceof IcebergSplit part)) {
      return split;
    }
    byte[] overlay = overlays.get(part.path());
    return overlay == null ? split : OverlaidSplit.of(split, snapshot, part.path(), overlay);
  }

  @Override
  public boolean isFinished() {
    return fresh.isEmpty() && lake.isFinished();
  }

  @Override
  public void close() {
    lake.close();
  }

  @Override
  public Optional<List<Object>> getTableExecuteSplitsInfo() {
    return lake.getTableExecuteSplitsInfo();
  }

  @Override
  public long getRequestedDynamicFilterWaitTimeoutMillis() {
    return lake.getRequestedDynamicFilterWaitTimeoutMillis();
  }

  @Override
  public Metrics getMetrics() {
    return lake.getMetrics();
  }
}
