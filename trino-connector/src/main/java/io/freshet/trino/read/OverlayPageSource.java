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

import io.freshet.overlay.PositionBitmap;
import io.freshet.overlay.PositionCursor;
import io.trino.spi.block.Block;
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

/**
 * The rows of a lake file that an overlay does not hide: a merge join of the rows' positions, which
 * ascend, with the overlay's. Pages in which nothing is hidden are passed on as they are.
 */
final class OverlayPageSource implements ConnectorPageSource {
  private final ConnectorPageSource lake;
  private final PositionCursor hidden;
  private final int positionChannel;
  private final int channels;
  private boolean isPastHidden;

  /**
   * Takes ownership of {@code lake}.
   *
   * @param hidden at the overlay's positions
   * @param positionChannel the channel of the lake's pages that has the rows' positions in the file
   * @param channels how many channels the engine asked for; others of the lake's are left out
   */
  OverlayPageSource(
      ConnectorPageSource lake, PositionCursor hidden, int positionChannel, int channels) {
    this.lake = lake;
    this.hidden = hidden;
    this.positionChannel = positionChannel;
    this.channels = channels;
  }

  /**
   * The rows of a split that its overlay does not hide.
   *
   * @param hidden the overlay; not to be changed
   * @param positionColumn has the rows' positions in their file
   * @param open makes a source of all rows with the given columns
   */
  static ConnectorPageSource open(
      PositionBitmap hidden,
      List<ColumnHandle> columns,
      ColumnHandle positionColumn,
      Function<List<ColumnHandle>, ConnectorPageSource> open) {
    List<ColumnHandle> read = new ArrayList<>(columns);
    int positionChannel = read.indexOf(positionColumn);
    if (positionChannel < 0) {
      positionChannel = read.size();
      read.add(positionColumn);
    }
    return new OverlayPageSource(
        open.apply(read), hidden.cursor(), positionChannel, columns.size());
  }

  @Override
  public @Nullable SourcePage getNextSourcePage() {
    SourcePage page = lake.getNextSourcePage();
    if (page == null) {
      return null;
    }
    RowRuns visible = visibleRows(page);
    if (visible != null) {
      return new VisibleRowsPage(page, visible, channels);
    }
    return page.getChannelCount() == channels ? page : new LeadingChannelsPage(page, channels);
  }

  /** The rows that are not hidden; null if they are all the page has. */
  private @Nullable RowRuns visibleRows(SourcePage page) {
    int rows = page.getPositionCount();
    if (rows == 0 || isPastHidden) {
      return null;
    }
    Block positions = page.getBlock(positionChannel);
    long first = BIGINT.getLong(positions, 0);
    long last = BIGINT.getLong(positions, rows - 1);
    isPastHidden = !hidden.advanceTo(first);
    if (isPastHidden || hidden.position() > last) {
      return null;
    }
    RowRuns.Builder visible = new RowRuns.Builder();
    boolean isWhole = last - first == rows - 1; // Positions ascend, so none is missing.
    int row = 0;
    boolean hidesRows = false;
    while (!isPastHidden && hidden.position() <= last) {
      long position = hidden.position();
      row = isWhole ? (int) (position - first) : atOrAfter(positions, row, rows, position);
      if (isWhole || BIGINT.getLong(positions, row) == position) {
        visible.hide(row);
        hidesRows = true;
      }
      isPastHidden = !hidden.advance();
    }
    return hidesRows ? visible.build(rows) : null;
  }

  /** The first row from {@code from} on that is not before a position; there is one. */
  private static int atOrAfter(Block positions, int from, int rows, long position) {
    int low = from;
    int high = rows - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (BIGINT.getLong(positions, middle) < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
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
