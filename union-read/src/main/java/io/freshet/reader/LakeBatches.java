/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.reader;

import static io.freshet.error.FreshetErrorCode.LAKE_UNAVAILABLE;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import io.freshet.filter.RowFilter;
import io.freshet.filter.Selection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.jspecify.annotations.Nullable;

/** The batches of a lake scan: rows file by file, filtered a batch at a time. */
final class LakeBatches implements BatchSource {
  private final LakeScan scan;
  private final RowFilter filter;
  private final LakeFileReader fileReader;
  private final BufferAllocator allocator;
  private final CloseableIterator<FileScanTask> tasks;
  private final VectorSchemaRoot read;
  private final ArrowRowAppender appender;

  /** Whether what is read is what is projected, so that a fully selected batch needs no copy. */
  private final boolean readsProjection;

  private @Nullable FileScanTask task;
  private @Nullable CloseableIterator<Record> rows;
  private @Nullable VectorSchemaRoot selected;
  private @Nullable VectorSchemaRoot batch;
  private boolean isClosed;

  /** Takes ownership of the tasks. */
  LakeBatches(
      LakeScan scan,
      Schema readSchema,
      RowFilter filter,
      CloseableIterable<FileScanTask> plannedTasks,
      BufferAllocator allocator) {
    this.scan = scan;
    this.filter = filter;
    this.fileReader = new LakeFileReader(scan, readSchema);
    this.allocator = allocator;
    this.tasks = plannedTasks.iterator();
    this.readsProjection = readSchema.asStruct().equals(scan.projection().asStruct());
    this.read = VectorSchemaRoot.create(ArrowSchemas.toArrow(readSchema), allocator);
    this.appender = new ArrowRowAppender(readSchema, read);
  }

  @Override
  public boolean next() {
    while (!isClosed) {
      closeSelected();
      appender.reset();
      fill();
      if (appender.rows() == 0) {
        return false;
      }
      appender.finish();
      Selection selection = filter.select(read);
      if (!selection.isNone()) {
        batch = output(selection);
        return true;
      }
    }
    return false;
  }

  @Override
  public VectorSchemaRoot batch() {
    if (batch == null) {
      throw new NoSuchElementException("There is no batch before next(), nor after its last");
    }
    return batch;
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    closeSelected();
    read.close();
    try (tasks) {
      closeRows();
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private void fill() {
    try {
      while (appender.rows() < scan.batchRows()) {
        if (rows != null && rows.hasNext()) {
          appender.append(rows.next());
        } else {
          closeRows();
          if (!tasks.hasNext()) {
            return;
          }
          task = tasks.next();
          rows = fileReader.open(task);
        }
      }
    } catch (IOException | UncheckedIOException | NotFoundException e) {
      throw unavailable(e);
    }
  }

  private VectorSchemaRoot output(Selection selection) {
    if (readsProjection && selection.isAll()) {
      return read;
    }
    if (readsProjection) {
      selected = selection.gather(read, allocator);
      return selected;
    }
    try (VectorSchemaRoot projected = ArrowBatches.project(read, scan.projection(), allocator)) {
      selected = selection.gather(projected, allocator);
      return selected;
    }
  }

  private void closeSelected() {
    batch = null;
    if (selected != null) {
      selected.close();
      selected = null;
    }
  }

  private void closeRows() throws IOException {
    if (rows != null) {
      CloseableIterator<Record> finished = rows;
      rows = null;
      finished.close();
    }
  }

  private FreshetException unavailable(Exception cause) {
    return new FreshetException(
        LAKE_UNAVAILABLE,
        String.format(
            "Cannot read table %s at snapshot %d, file %s: %s. Try again, or plan again if the"
                + " snapshot has been expired",
            scan.table().name(),
            scan.snapshotId(),
            task == null ? "list" : task.file().location(),
            cause.getMessage()),
        cause);
  }
}
