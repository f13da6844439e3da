/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.server.parquet.DataFileBatches;
import io.freshet.server.parquet.DataFileReader;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/** Changes that are read from the lake's data files. */
record ReadChanges(
    List<FileChange> changes, Schema columns, Map<Integer, PartitionSpec> specs, FileIO io)
    implements LakeChanges {
  private static final int BATCH_ROWS = 1 << 15;

  ReadChanges {
    changes = List.copyOf(changes);
  }

  @Override
  public int files() {
    return (int) changes.stream().map(change -> change.file().location()).distinct().count();
  }

  @Override
  public long rows() {
    return changes.stream().mapToLong(FileChange::count).sum();
  }

  @Override
  public Batches open(BufferAllocator allocator) {
    return new Reading(
        changes.iterator(), specs, new DataFileReader(columns, io, allocator, BATCH_ROWS));
  }

  private static final class Reading implements Batches {
    private final Iterator<FileChange> changes;
    private final Map<Integer, PartitionSpec> specs;
    private final DataFileReader reader;
    private @Nullable FileChange change;
    private @Nullable DataFileBatches batches;

    Reading(
        Iterator<FileChange> changes, Map<Integer, PartitionSpec> specs, DataFileReader reader) {
      this.changes = changes;
      this.specs = specs;
      this.reader = reader;
    }

    @Override
    public @Nullable Batch next() {
      while (true) {
        FileChange current = change;
        DataFileBatches rows = batches;
        if (current != null && rows != null) {
          if (rows.next()) {
            return new Batch(
                current.kind(), current.file().location(), rows.positions(), rows.batch());
          }
          close();
        }
        if (!changes.hasNext()) {
          return null;
        }
        open(changes.next());
      }
    }

    private void open(FileChange next) {
      change = next;
      PartitionSpec spec = SnapshotFiles.spec(next.file(), specs);
      batches = reader.open(next.file(), spec, next.rows().get());
    }

    @Override
    public void close() {
      DataFileBatches open = batches;
      batches = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
