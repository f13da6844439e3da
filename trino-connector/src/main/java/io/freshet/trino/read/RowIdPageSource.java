/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.trino.handle.RowId;
import io.trino.plugin.iceberg.IcebergColumnHandle;
import io.trino.spi.Page;
import io.trino.spi.block.Block;
import io.trino.spi.block.RowBlock;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.SourcePage;
import io.trino.spi.metrics.Metrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Adds the row id, made of the key's columns, which are read for it. */
final class RowIdPageSource implements ConnectorPageSource {
  private final ConnectorPageSource source;
  private final int[] channels;
  private final int rowIdChannel;
  private final int[] keyChannels;

  private RowIdPageSource(
      ConnectorPageSource source, int[] channels, int rowIdChannel, int[] keyChannels) {
    this.source = source;
    this.channels = channels;
    this.rowIdChannel = rowIdChannel;
    this.keyChannels = keyChannels;
  }

  /**
   * A source of {@code columns}, one of which is the row id.
   *
   * @param open makes a source of the table's own columns
   */
  static ConnectorPageSource open(
      List<ColumnHandle> columns,
      List<IcebergColumnHandle> key,
      Function<List<ColumnHandle>, ConnectorPageSource> open) {
    List<ColumnHandle> read = new ArrayList<>(columns);
    read.removeIf(RowId::isRowId);
    key.stream().filter(column -> !read.contains(column)).forEach(read::add);
    int rowIdChannel = -1;
    int[] channels = new int[columns.size()];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = read.indexOf(columns.get(i));
      if (RowId.isRowId(columns.get(i))) {
        rowIdChannel = i;
      }
    }
    int[] keyChannels = key.stream().mapToInt(read::indexOf).toArray();
    return new RowIdPageSource(open.apply(read), channels, rowIdChannel, keyChannels);
  }

  @Override
  public @Nullable SourcePage getNextSourcePage() {
    SourcePage page = source.getNextSourcePage();
    if (page == null) {
      return null;
    }
    int rows = page.getPositionCount();
    Block[] blocks = new Block[channels.length];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = i == rowIdChannel ? rowIds(page) : page.getBlock(channels[i]);
    }
    return SourcePage.create(new Page(rows, blocks));
  }

  private Block rowIds(SourcePage page) {
    Block[] fields = new Block[keyChannels.length];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = page.getBlock(keyChannels[i]);
    }
    return RowBlock.fromFieldBlocks(page.getPositionCount(), fields);
  }

  @Override
  public long getCompletedBytes() {
    return source.getCompletedBytes();
  }

  @Override
  public OptionalLong getCompletedPositions() {
    return source.getCompletedPositions();
  }

  @Override
  public long getReadTimeNanos() {
    return source.getReadTimeNanos();
  }

  @Override
  public boolean isFinished() {
    return source.isFinished();
  }

  @Override
  public CompletableFuture<?> isBlocked() {
    return source.isBlocked();
  }

  @Override
  public Metrics getMetrics() {
    return source.getMetrics();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
