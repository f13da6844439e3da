/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.airlift.slice.SizeOf;
import io.trino.spi.Page;
import io.trino.spi.block.ArrayBlock;
import io.trino.spi.block.Block;
import io.trino.spi.block.IntArrayBlock;
import io.trino.spi.block.LongArrayBlock;
import io.trino.spi.block.MapBlock;
import io.trino.spi.block.RowBlock;
import io.trino.spi.block.ValueBlock;
import io.trino.spi.block.VariableWidthBlock;
import io.trino.spi.block.VariantBlock;
import io.trino.spi.connector.SourcePage;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The first channels of a page without the rows that an overlay hides. Blocks are loaded when they
 * are asked for, and plain values are copied then: a page that selects its rows by itself gives
 * them as a dictionary of all, through which every operator would read from then on.
 */
final class VisibleRowsPage implements SourcePage {
  private static final long INSTANCE_BYTES = SizeOf.instanceSize(VisibleRowsPage.class);

  private final SourcePage page;
  private final RowRuns visible;
  private final @Nullable Block[] blocks;

  /** The rows of {@code page} one by one, when somebody has needed them. */
  private int @Nullable [] rows;

  /** How many of them there are. */
  private int rowCount;

  /** Whether the engine has selected among the visible rows. */
  private boolean isSelected;

  VisibleRowsPage(SourcePage page, RowRuns visible, int channels) {
    this.page = page;
    this.visible = visible;
    this.blocks = new @Nullable Block[channels];
    this.rowCount = visible.rows();
  }

  @Override
  public int getPositionCount() {
    return rowCount;
  }

  @Override
  public long getSizeInBytes() {
    long bytes = 0;
    for (Block block : blocks) {
      bytes += block == null ? 0 : block.getSizeInBytes();
    }
    return bytes;
  }

  @Override
  public long getRetainedSizeInBytes() {
    long bytes = ownBytes() + page.getRetainedSizeInBytes();
    for (Block block : blocks) {
      bytes += block == null ? 0 : block.getRetainedSizeInBytes();
    }
    return bytes;
  }

  @Override
  public void retainedBytesForEachPart(ObjLongConsumer<Object> consumer) {
    consumer.accept(this, ownBytes());
    page.retainedBytesForEachPart(consumer);
    for (Block block : blocks) {
      if (block != null) {
        block.retainedBytesForEachPart(consumer);
      }
    }
  }

  @Override
  public int getChannelCount() {
    return blocks.length;
  }

  @Override
  public Block getBlock(int channel) {
    Block block = blocks[Objects.checkIndex(channel, blocks.length)];
    if (block == null) {
      Block all = page.getBlock(channel);
      block = isSelected ? all.getPositions(rows(), 0, rowCount) : visible(all);
      blocks[channel] = block;
    }
    return block;
  }

  @Override
  public Page getPage() {
    Block[] loaded = new Block[blocks.length];
    for (int channel = 0; channel < loaded.length; channel++) {
      loaded[channel] = getBlock(channel);
    }
    return new Page(rowCount, loaded);
  }

  @Override
  public void selectPositions(int[] positions, int offset, int size) {
    int[] before = rows();
    int[] selected = new int[size];
    for (int i = 0; i < size; i++) {
      selected[i] = before[Objects.checkIndex(positions[offset + i], rowCount)];
    }
    for (int channel = 0; channel < blocks.length; channel++) {
      Block block = blocks[channel];
      if (block != null) {
        blocks[channel] = block.getPositions(positions, offset, size);
      }
    }
    rows = selected;
    rowCount = size;
    isSelected = true;
  }

  private Block visible(Block block) {
    return switch (block) {
      case LongArrayBlock values when !values.mayHaveNull() -> visible.copy(values);
      case IntArrayBlock values when !values.mayHaveNull() -> visible.copy(values);
      case VariableWidthBlock values when !values.mayHaveNull() -> visible.copy(values);
      case ArrayBlock nested -> nested.getPositions(rows(), 0, rowCount);
      case MapBlock nested -> nested.getPositions(rows(), 0, rowCount);
      case RowBlock nested -> nested.getPositions(rows(), 0, rowCount);
      case VariantBlock nested -> nested.getPositions(rows(), 0, rowCount);
      case ValueBlock values -> values.copyPositions(rows(), 0, rowCount);
      default -> block.getPositions(rows(), 0, rowCount); // Dictionaries stay what they are.
    };
  }

  private int[] rows() {
    if (rows == null) {
      rows = visible.positions();
    }
    return rows;
  }

  private long ownBytes() {
    return INSTANCE_BYTES
        + SizeOf.sizeOf(blocks)
        + SizeOf.sizeOf(rows)
        + SizeOf.sizeOf(visible.starts())
        + SizeOf.sizeOf(visible.ends());
  }
}
