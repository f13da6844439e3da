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
import static io.trino.spi.type.DecimalType.createDecimalType;
import static io.trino.spi.type.IntegerType.INTEGER;
import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.slice.Slices;
import io.trino.spi.Page;
import io.trino.spi.block.ArrayBlockBuilder;
import io.trino.spi.block.Block;
import io.trino.spi.block.BlockBuilder;
import io.trino.spi.block.DictionaryBlock;
import io.trino.spi.block.IntArrayBlock;
import io.trino.spi.block.LongArrayBlock;
import io.trino.spi.block.RunLengthEncodedBlock;
import io.trino.spi.block.VariableWidthBlock;
import io.trino.spi.connector.SourcePage;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.Int128;
import io.trino.spi.type.LongTimestampWithTimeZone;
import io.trino.spi.type.TimeZoneKey;
import io.trino.spi.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ObjIntConsumer;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class VisibleRowsPageTest {
  private static final int ROWS = 300;
  private static final int COLUMNS_LAST = 9;
  private static final int REGION_START = 17; // Blocks that begin amid their arrays.

  private record Column(Type type, Block block) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column(BIGINT, values(BIGINT, (b, i) -> BIGINT.writeLong(b, i))),
          new Column(BIGINT, withNulls(BIGINT, (b, i) -> BIGINT.writeLong(b, i))),
          new Column(INTEGER, values(INTEGER, (b, i) -> INTEGER.writeLong(b, i))),
          new Column(VARCHAR, values(VARCHAR, VisibleRowsPageTest::writeText)),
          new Column(VARCHAR, withNulls(VARCHAR, VisibleRowsPageTest::writeText)),
          new Column(
              createDecimalType(38),
              values(
                  createDecimalType(38),
                  (b, i) -> createDecimalType(38).writeObject(b, Int128.valueOf(i, i)))),
          new Column(
              TIMESTAMP_TZ_MICROS,
              values(
                  TIMESTAMP_TZ_MICROS,
                  (b, i) ->
                      TIMESTAMP_TZ_MICROS.writeObject(
                          b,
                          LongTimestampWithTimeZone.fromEpochMillisAndFraction(
                              i, 0, TimeZoneKey.UTC_KEY)))),
          new Column(VARCHAR, dictionary()),
          new Column(
              BIGINT,
              RunLengthEncodedBlock.create(
                  values(BIGINT, (b, i) -> BIGINT.writeLong(b, i)).getRegion(0, 1), ROWS)),
          new Column(
              new ArrayType(BIGINT),
              values(
                  new ArrayType(BIGINT),
                  (b, i) ->
                      ((ArrayBlockBuilder) b).buildEntry(entry -> BIGINT.writeLong(entry, i)))));

  @Property(tries = 100)
  void hasTheVisibleRowsAndThenThoseThatTheEngineSelects(
      @ForAll @Size(max = 200) Set<@IntRange(max = ROWS - 1) Integer> hidden,
      @ForAll Set<@IntRange(max = COLUMNS_LAST) Integer> loadedBefore,
      @ForAll @IntRange(min = 1, max = 7) int step) {
    List<Integer> visible = visible(hidden);
    SourcePage page = page(hidden);
    assertThat(page.getPositionCount()).isEqualTo(visible.size());
    for (int channel : loadedBefore) {
      assertSame(COLUMNS.get(channel), page.getBlock(channel), visible);
    }

    int[] selected = IntStream.range(0, visible.size()).filter(row -> row % step == 0).toArray();
    page.selectPositions(selected, 0, selected.length);
    List<Integer> left = IntStream.of(selected).mapToObj(visible::get).toList();
    assertThat(page.getPositionCount()).isEqualTo(left.size());
    Page whole = page.getPage();
    for (int channel = 0; channel < COLUMNS.size(); channel++) {
      assertSame(COLUMNS.get(channel), whole.getBlock(channel), left);
    }
  }

  @Test
  void plainValuesStayPlain() {
    SourcePage page = page(Set.of(0, 5, 6, ROWS - 1));
    assertThat(page.getBlock(0)).isInstanceOf(LongArrayBlock.class);
    assertThat(page.getBlock(1)).isInstanceOf(LongArrayBlock.class);
    assertThat(page.getBlock(2)).isInstanceOf(IntArrayBlock.class);
    assertThat(page.getBlock(3)).isInstanceOf(VariableWidthBlock.class);
    assertThat(page.getBlock(7)).isInstanceOf(DictionaryBlock.class);
    assertThat(page.getBlock(8)).isInstanceOf(RunLengthEncodedBlock.class);
  }

  @Test
  void whatIsNotAskedForIsNotLoaded() {
    List<Integer> loaded = new ArrayList<>();
    SourcePage page =
        new VisibleRowsPage(new Watched(columns(), loaded), runs(Set.of(3)), COLUMNS.size());
    assertThat(page.getSizeInBytes()).isZero();
    page.selectPositions(new int[] {0, 2}, 0, 2);
    var unused = page.getBlock(4);
    assertThat(loaded).containsExactly(4);
    assertThat(page.getSizeInBytes()).isPositive();
  }

  private static SourcePage page(Set<Integer> hidden) {
    return new VisibleRowsPage(columns(), runs(hidden), COLUMNS.size());
  }

  private static SourcePage columns() {
    return SourcePage.create(new Page(COLUMNS.stream().map(Column::block).toArray(Block[]::new)));
  }

  private static RowRuns runs(Set<Integer> hidden) {
    RowRuns.Builder runs = new RowRuns.Builder();
    new TreeSet<>(hidden).forEach(runs::hide);
    return runs.build(ROWS);
  }

  private static List<Integer> visible(Set<Integer> hidden) {
    return IntStream.range(0, ROWS).filter(row -> !hidden.contains(row)).boxed().toList();
  }

  private static void assertSame(Column column, Block block, List<Integer> rows) {
    assertThat(block.getPositionCount()).isEqualTo(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      assertThat(value(column.type(), block, i))
          .isEqualTo(value(column.type(), column.block(), rows.get(i)));
    }
  }

  private static Object value(Type type, Block block, int position) {
    Object value = type.getObjectValue(block, position);
    return value == null ? "null" : value;
  }

  private static Block values(Type type, ObjIntConsumer<BlockBuilder> write) {
    BlockBuilder builder = type.createBlockBuilder(null, ROWS + REGION_START);
    for (int i = 0; i < ROWS + REGION_START; i++) {
      write.accept(builder, i);
    }
    return builder.build().getRegion(REGION_START, ROWS);
  }

  private static Block withNulls(Type type, ObjIntConsumer<BlockBuilder> write) {
    return values(
        type,
        (builder, i) -> {
          if (i % 3 == 0) {
            builder.appendNull();
          } else {
            write.accept(builder, i);
          }
        });
  }

  private static Block dictionary() {
    Block words = values(VARCHAR, VisibleRowsPageTest::writeText).getRegion(0, 5);
    return DictionaryBlock.create(ROWS, words, IntStream.range(0, ROWS).map(i -> i % 5).toArray());
  }

  private static void writeText(BlockBuilder builder, int i) {
    VARCHAR.writeSlice(builder, Slices.utf8Slice("x".repeat(i % 4) + i));
  }

  /** Notes which channels are loaded. */
  private record Watched(SourcePage page, List<Integer> loaded) implements SourcePage {
    @Override
    public int getPositionCount() {
      return page.getPositionCount();
    }

    @Override
    public long getSizeInBytes() {
      return page.getSizeInBytes();
    }

    @Override
    public long getRetainedSizeInBytes() {
      return page.getRetainedSizeInBytes();
    }

    @Override
    public void retainedBytesForEachPart(ObjLongConsumer<Object> consumer) {
      page.retainedBytesForEachPart(consumer);
    }

    @Override
    public int getChannelCount() {
      return page.getChannelCount();
    }

    @Override
    public Block getBlock(int channel) {
      loaded.add(channel);
      return page.getBlock(channel);
    }

    @Override
    public Page getPage() {
      return page.getPage();
    }

    @Override
    public void selectPositions(int[] positions, int offset, int size) {
      throw new AssertionError("The page below keeps all its rows");
    }
  }
}
