/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.transfer;

import io.freshet.cli.input.RowBatches;
import io.freshet.cli.input.RowFile;
import io.freshet.cli.output.Console;
import io.freshet.cli.output.Quantities;
import io.freshet.cli.output.RowProgress;
import io.freshet.client.TableWriter;
import io.freshet.error.FreshetException;
import io.freshet.error.Remedy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;

/** Writes files into a table, with progress, and knows how many of their rows are durable. */
public final class FileLoad {
  private final Console console;
  private final TableWriter writer;
  private final Schema schema;
  private final BufferAllocator allocator;
  private final int batchRows;
  private final Deque<Sent> sent = new ArrayDeque<>();
  private boolean hasSent;
  private long acknowledgedRows;

  private record Sent(long rows, CompletableFuture<?> acknowledgement) {}

  /**
   * @param writer borrowed
   * @param schema of the writer's table
   * @param allocator borrowed; for the batches
   * @param batchRows how many rows are sent at once
   */
  public FileLoad(
      Console console,
      TableWriter writer,
      Schema schema,
      BufferAllocator allocator,
      int batchRows) {
    this.console = console;
    this.writer = writer;
    this.schema = schema;
    this.allocator = allocator;
    this.batchRows = batchRows;
  }

  /**
   * Writes a file's rows, and returns when all are acknowledged.
   *
   * @throws FreshetException what is wrong, and how many rows had been written before
   */
  public void load(RowFile file) {
    long rowsBefore = acknowledgedRows;
    try (RowBatches batches = file.read(schema, allocator, batchRows);
        RowProgress progress =
            new RowProgress(console, file.name(), batches.totalRows(), System::nanoTime)) {
      while (batches.next()) {
        int rows = batches.batch().getRowCount();
        hasSent = true;
        sent.add(new Sent(rows, writer.append(batches.batch())));
        countAcknowledged();
        progress.advance(rows, batches.fraction());
      }
      awaitAll();
    } catch (FreshetException e) {
      throw withRowsWritten(e, rowsBefore);
    }
  }

  /** How many rows are durable, of all files. */
  public long acknowledgedRows() {
    return acknowledgedRows;
  }

  /** Whether any row was sent, and so may be in the table. */
  public boolean hasSent() {
    return hasSent;
  }

  private void countAcknowledged() {
    while (!sent.isEmpty() && sent.element().acknowledgement().isDone()) {
      join(sent.remove());
    }
  }

  private void awaitAll() {
    while (!sent.isEmpty()) {
      join(sent.remove());
    }
  }

  private void join(Sent batch) {
    try {
      batch.acknowledgement().join();
      acknowledgedRows += batch.rows();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FreshetException known ? known : e;
    }
  }

  private FreshetException withRowsWritten(FreshetException failure, long rowsBefore) {
    try {
      awaitAll();
    } catch (FreshetException e) {
      sent.clear(); // Acknowledgements come in order: none of the rest will.
    }
    String message = String.valueOf(failure.getMessage());
    String written =
        acknowledgedRows == 0
            ? (hasSent ? "No row was acknowledged" : "No row was written")
            : String.format(
                "Before that, %s rows were written, %s of them of this file",
                Quantities.count(acknowledgedRows),
                Quantities.count(acknowledgedRows - rowsBefore));
    String rest =
        failure.remedy() == Remedy.FIX_REQUEST || !hasSent
            ? "."
            : "; later ones may have been too.";
    return new FreshetException(
        failure.code(), message + (message.endsWith(".") ? " " : ". ") + written + rest, failure);
  }
}
