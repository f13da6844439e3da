/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The values of a column at some positions of a file, and no others, one after the other. Each page
 * is asked for once. For one thread.
 */
final class PositionedColumn implements ColumnReader {
  private final PageSource source;
  private final PageFile file;
  private final ColumnDescriptor column;
  private final long[] positions;

  private int next;
  private @Nullable PageChunk chunk;
  private @Nullable PageCells page;
  private long firstRow;
  private long endRow;

  /** In the page. */
  private int row;

  /**
   * @param positions long[n], ascending
   */
  PositionedColumn(PageSource source, PageFile file, ColumnDescriptor column, long[] positions) {
    this.source = source;
    this.file = file;
    this.column = column;
    this.positions = positions;
    find();
  }

  @Override
  public void consume() {
    next++;
    find();
  }

  @Override
  public long getTotalValueCount() {
    return positions.length;
  }

  @Override
  public int getCurrentRepetitionLevel() {
    return 0;
  }

  @Override
  public int getCurrentDefinitionLevel() {
    int level = column.getMaxDefinitionLevel();
    return requireNonNull(page, "page").isPresent(row) ? level : level - 1;
  }

  @Override
  public int getInteger() {
    return (int) number();
  }

  @Override
  public boolean getBoolean() {
    return number() != 0;
  }

  @Override
  public long getLong() {
    return number();
  }

  @Override
  public float getFloat() {
    return Float.intBitsToFloat((int) number());
  }

  @Override
  public double getDouble() {
    return Double.longBitsToDouble(number());
  }

  @Override
  public Binary getBinary() {
    return ((PageCells.Strings) requireNonNull(page, "page")).get(row);
  }

  @Override
  public ColumnDescriptor getDescriptor() {
    return column;
  }

  @Override
  public void skip() {
    // Values are found by their position, so there is nothing to pass over.
  }

  @Override
  public void writeCurrentValueToConverter() {
    throw new UnsupportedOperationException("Values are not converted");
  }

  @Override
  public int getCurrentValueDictionaryID() {
    throw new UnsupportedOperationException("Pages have no dictionary");
  }

  private long number() {
    return ((PageCells.Numbers) requireNonNull(page, "page")).get(row);
  }

  private void find() {
    if (next >= positions.length) {
      return;
    }
    long position = positions[next];
    if (position >= endRow) {
      try {
        findPage(position);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    row = (int) (position - firstRow);
  }

  private void findPage(long position) throws IOException {
    PageChunk known = chunk;
    if (known == null || !known.contains(position)) {
      known = source.chunk(file, column, position);
      chunk = known;
    }
    int number = known.pageOf(position);
    page = source.page(known, number);
    firstRow = known.firstRows()[number];
    endRow = known.firstRows()[number + 1];
  }
}
