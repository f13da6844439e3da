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
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.overlay.PositionBitmap;
import io.trino.spi.Page;
import io.trino.spi.block.Block;
import io.trino.spi.block.BlockBuilder;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.FixedPageSource;
import io.trino.spi.connector.SourcePage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class OverlayPageSourceTest {
  private static final ColumnHandle POSITION = new ColumnHandle() {};
  private static final ColumnHandle VALUE = new ColumnHandle() {};

  /** Pages of a file have ascending positions, with gaps where Iceberg left rows out itself. */
  @Property(tries = 300)
  void hidesTheRowsOfTheOverlayAndNoOthers(
      @ForAll @Size(max = 60) Set<@IntRange(max = 120) Integer> present,
      @ForAll @Size(max = 60) Set<@IntRange(max = 120) Integer> hidden,
      @ForAll @IntRange(min = 1, max = 20) int pageRows,
      @ForAll boolean engineWantsPositions)
      throws Exception {
    List<Integer> rows = List.copyOf(new TreeSet<>(present));
    List<ColumnHandle> wanted = engineWantsPositions ? List.of(POSITION, VALUE) : List.of(VALUE);
    PositionBitmap overlay = new PositionBitmap();
    hidden.forEach(overlay::add);
    List<Long> seen = new ArrayList<>();
    try (ConnectorPageSource source =
        OverlayPageSource.open(
            overlay, wanted, POSITION, columns -> pages(columns, rows, pageRows))) {
      while (!source.isFinished()) {
        SourcePage page = source.getNextSourcePage();
        if (page == null) {
          continue;
        }
        assertThat(page.getChannelCount()).isEqualTo(wanted.size());
        assertThat(page.getPage().getChannelCount()).isEqualTo(wanted.size());
        Block values = page.getBlock(wanted.indexOf(VALUE));
        for (int i = 0; i < page.getPositionCount(); i++) {
          seen.add(BIGINT.getLong(values, i));
        }
      }
    }
    assertThat(seen)
        .isEqualTo(
            rows.stream().filter(row -> !hidden.contains(row)).map(row -> row * 10L).toList());
  }

  private static ConnectorPageSource pages(
      List<ColumnHandle> columns, List<Integer> rows, int pageRows) {
    List<Page> pages = new ArrayList<>();
    for (int start = 0; start < rows.size(); start += pageRows) {
      List<Integer> part = rows.subList(start, Math.min(rows.size(), start + pageRows));
      Block positions = longs(part.stream().map(Integer::longValue).toList());
      Block values = longs(part.stream().map(row -> row * 10L).toList());
      pages.add(
          new Page(
              columns.stream()
                  .map(column -> column == POSITION ? positions : values)
                  .toArray(Block[]::new)));
    }
    return new FixedPageSource(pages);
  }

  private static Block longs(List<Long> values) {
    BlockBuilder builder = BIGINT.createFixedSizeBlockBuilder(values.size());
    values.forEach(value -> BIGINT.writeLong(builder, value));
    return builder.build();
  }
}
