/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.write;

import static io.trino.spi.type.TinyintType.TINYINT;

import io.airlift.slice.Slice;
import io.freshet.trino.error.FreshetErrors;
import io.trino.spi.Page;
import io.trino.spi.block.Block;
import io.trino.spi.block.RowBlock;
import io.trino.spi.connector.ConnectorMergeSink;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * Changes of rows by primary key. The new version of an updated row takes the place of the old one,
 * since an update never changes the key; so nothing has to be deleted for it.
 */
final class FreshetMergeSink implements ConnectorMergeSink {
  private final RowWriter rows;
  private final Executor waiting;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /** Takes ownership of {@code rows}. */
  FreshetMergeSink(RowWriter rows, Executor waiting) {
    this.rows = rows;
    this.waiting = waiting;
  }

  @Override
  public void storeMergedRows(Page page) {
    awaitLast(); // One page may be under way, so that they don't pile up.
    int dataColumns = page.getChannelCount() - 3;
    Block operations = page.getBlock(dataColumns);
    int[] deleted = rows(operations, DELETE_OPERATION_NUMBER, DELETE_OPERATION_NUMBER);
    int[] upserted = rows(operations, INSERT_OPERATION_NUMBER, UPDATE_INSERT_OPERATION_NUMBER);
    Page data = page.getColumns(IntStream.range(0, dataColumns).toArray());
    Block rowIds = page.getBlock(dataColumns + 2).getPositions(deleted, 0, deleted.length);
    last =
        CompletableFuture.runAsync(
            () ->
                FreshetErrors.run(() -> {
                  if (deleted.length > 0) {
                    rows.delete(keys(rowIds));
                  }
                  if (upserted.length > 0) {
                    rows.append(data.getPositions(upserted, 0, upserted.length));
                  }
                }),
            waiting);
  }

  @Override
  public CompletableFuture<Collection<Slice>> finish() {
    return last.thenRunAsync(() -> FreshetErrors.run(rows::finish), waiting)
        .thenApply(unused -> List.of());
  }

  @Override
  public void abort() {
    last = last.<Void>handleAsync((unused, failure) -> null, waiting).thenRun(rows::abort);
  }

  @Override
  public long getCompletedBytes() {
    return rows.sentBytes();
  }

  private void awaitLast() {
    try {
      last.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  private static int[] rows(Block operations, int either, int or) {
    return IntStream.range(0, operations.getPositionCount())
        .filter(row -> {
          int operation = TINYINT.getByte(operations, row);
          return operation == either || operation == or;
        })
        .toArray();
  }

  private static Page keys(Block rowIds) {
    List<Block> fields = RowBlock.getRowFieldsFromBlock(rowIds);
    return new Page(rowIds.getPositionCount(), fields.toArray(Block[]::new));
  }
}
