/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import static io.trino.spi.type.BigintType.BIGINT;

import io.freshet.overlay.DeletionVectorV1;
import io.freshet.trino.handle.OverlaidSplit;
import io.trino.spi.block.Block;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.SourcePage;
import io.trino.spi.metrics.Metrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a lake file that an overlay does not hide: a merge join of the rows' positions, which
 * ascend, with the overlay's. Pages in which nothing is hidden are passed on as they are.
 */
final class OverlayPageSource implements ConnectorPageSource {
  private final ConnectorPageSource lake;
  private final long[] hidden;
  private final int positionChannel;
  private final int channels;
  private int nextHidden;

  /**
   * Takes ownership of {@code lake}.
   *
   * @param hidden the overlay's positions, ascending
   * @param positionChannel the channel of the lake's pages that has the rows' positions in the file
   * @param channels how many channels the engine asked for; others of the lake's are left out
   */
  OverlayPageSource(ConnectorPageSource lake, long[] hidden, int positionChannel, int channels) {
    this.lake = lake;
    this.hidden = hidden;
    this.positionChannel = positionChannel;
    this.channels = channels;
  }

  /**
   * The rows of a split that its overlay does not hide.
   *
   * @param positionColumn has the rows' positions in their file
   * @param open makes a source of all rows with the given columns
   */
  static ConnectorPageSource open(
      OverlaidSplit split,
      List<ColumnHandle> columns,
      ColumnHandle positionColumn,
      Function<List<ColumnHandle>, ConnectorPageSource> open) {
    String source = "the overlay of " + split.dataFile();
    long[] hidden = DeletionVectorV1.deserialize(split.overlay(), source).toArray();
    List<ColumnHandle> read = new ArrayList<>(columns);
    int positionChannel = read.indexOf(positionColumn);
    if (positionChannel < 0) {
      positionChannel = read.size();
      read.add(positionColumn);
    }
    return new OverlayPageSource(open.apply(read), hidden, positionChannel, columns.size());
  }

  @Override
  public @Nullable SourcePage getNextSourcePage() {
    SourcePage page = lake.getNextSourcePage();
    if (page == null) {
      return null;
    }
    hideRows(page);
    return page.getChannelCount() == channels ? page : new LeadingChannelsPage(page, channels);
  }

  private void hideRows(SourcePage page) {
    int rows = page.getPositionCount();
    if (rows == 0 || nextHidden == hidden.length) {
      return;
    }
    Block positions = page.getBlock(positionChannel);
    nextHidden = atOrAfter(BIGINT.getLong(positions, 0));
    if (nextHidden == hidden.length || hidden[nextHidden] > BIGINT.getLong(positions, rows - 1)) {
      return;
    }
    int[] kept = new int[rows];
    int keptRows = 0;
    for (int row = 0; row < rows; row++) {
      long position = BIGINT.getLong(positions, row);
      while (nextHidden < hidden.length && hidden[nextHidden] < position) {
        nextHidden++;
      }
      if (nextHidden == hidden.length || hidden[nextHidden] != position) {
        kept[keptRows++] = row;
      }
    }
    if (keptRows < rows) {
      page.selectPositions(kept, 0, keptRows);
    }
  }

  private int atOrAfter(long position) {
    int index = Arrays.binarySearch(hidden, nextHidden, hidden.length, position);
    return index >= 0 ? index : -index - 1;
  }

  @Override
  public long getCompletedBytes() {
    return lake.getCompletedBytes();
  }

  @Override
  public OptionalLong getCompletedPositions() {
    return lake.getCompletedPositions();
  }

  @Override
  public long getReadTimeNanos() {
    return lake.getReadTimeNanos();
  }

  @Override
  public boolean isFinished() {
    return lake.isFinished();
  }

  @Override
  public CompletableFuture<?> isBlocked() {
    return lake.isBlocked();
  }

  @Override
  public Metrics getMetrics() {
    return lake.getMetrics();
  }

  @Override
  public void close() throws IOException {
    lake.close();
  }
}
