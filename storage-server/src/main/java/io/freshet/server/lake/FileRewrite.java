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
import io.freshet.server.parquet.DataFileWriter;
import io.freshet.server.parquet.RowOrigins;
import io.freshet.server.parquet.WrittenFile;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * Rewrites the live rows of some data files, in the table's layout and sort order. Rows keep their
 * lineage: what they inherited from the old files is written into the new ones.
 *
 * @param definition of the table
 * @param hasLineage whether the table's format version has row lineage
 * @param deletes of the snapshot that the files are in
 */
record FileRewrite(
    TableDefinition definition,
    boolean hasLineage,
    SnapshotDeletes deletes,
    FileIO io,
    LocationProvider locations) {
  private static final int BATCH_ROWS = 1 << 14;

  /** Where the rows of one batch came from: a file of the group, and long[rows] positions in it. */
  private record Source(int file, long[] positions) {}

  /** If it fails, no file stays. */
  Rewritten run(PlannedGroup group, BufferAllocator allocator) {
    TableDefinition target = hasLineage ? withLineage() : definition;
    DataFileReader reader = new DataFileReader(target.schema(), io, allocator, BATCH_ROWS);
    List<VectorSchemaRoot> batches = new ArrayList<>();
    List<Source> sources = new ArrayList<>();
    try {
      for (int file = 0; file < group.tasks().size(); file++) {
        read(group.tasks().get(file), file, reader, batches, sources);
      }
      List<WrittenFile> written =
          new DataFileWriter(target, io, locations, "freshet-" + UUID.randomUUID()).write(batches);
      return new Rewritten(group, written, moves(group.tasks(), sources, written));
    } finally {
      batches.forEach(VectorSchemaRoot::close);
    }
  }

  private TableDefinition withLineage() {
    Schema schema =
        new Schema(
            MetadataColumns.schemaWithRowLineage(new Schema(definition.schema().columns()))
                .columns(),
            definition.schema().identifierFieldIds());
    return definition.withLayout(schema, definition.partitionSpec(), definition.sortOrder());
  }

  private void read(
      FileScanTask task,
      int file,
      DataFileReader reader,
      List<VectorSchemaRoot> batches,
      List<Source> sources) {
    try (DataFileBatches rows =
        reader.open(task.file(), task.spec(), deletes.isLive(task.file().location()))) {
      while (rows.next()) {
        sources.add(new Source(file, rows.positions()));
        batches.add(rows.takeBatch());
      }
    }
  }

  private static Map<String, MovedRows> moves(
      List<FileScanTask> tasks, List<Source> sources, List<WrittenFile> written) {
    List<String> locations = written.stream().map(file -> file.file().location()).toList();
    List<MovedRows> moves =
        tasks.stream().map(task -> new MovedRows(task.file().recordCount(), locations)).toList();
    for (int file = 0; file < written.size(); file++) {
      RowOrigins origins = written.get(file).origins();
      for (long position = 0; position < origins.size(); position++) {
        Source source = sources.get(origins.batch(position));
        moves.get(source.file()).move(source.positions()[origins.row(position)], file, position);
      }
    }
    Map<String, MovedRows> byFile = new HashMap<>();
    for (int file = 0; file < tasks.size(); file++) {
      byFile.put(tasks.get(file).file().location(), moves.get(file));
    }
    return byFile;
  }
}
