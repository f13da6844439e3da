/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.arrow.ArrowRowAppender;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.LakeChanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** The rows by which two snapshots of the simulated lake differ; their only column is id. */
record SimulatedChanges(List<Change> changes, SimulatedRows form) implements LakeChanges {
  private static final Schema KEY =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

  /** Rows of one file, with their positions. */
  record Change(Kind kind, String location, long[] positions, long[] rows) {}

  static SimulatedChanges between(
      SimulatedSnapshot from, SimulatedSnapshot to, SimulatedRows form) {
    Map<String, SimulatedDataFile> files = new HashMap<>();
    from.files().forEach(file -> files.put(file.location(), file));
    to.files().forEach(file -> files.put(file.location(), file));
    List<Change> changes = new ArrayList<>();
    for (Kind kind : new Kind[] {Kind.REMOVED, Kind.ADDED}) {
      for (SimulatedDataFile file : files.values()) {
        PositionBitmap here = live(kind == Kind.ADDED ? to : from, file);
        PositionBitmap there = live(kind == Kind.ADDED ? from : to, file);
        long[] positions =
            LongStream.of(here.toArray()).filter(position -> !there.contains(position)).toArray();
        if (positions.length > 0) {
          changes.add(
              new Change(
                  kind,
                  file.location(),
                  positions,
                  LongStream.of(positions).map(file::value).toArray()));
        }
      }
    }
    return new SimulatedChanges(changes, form);
  }

  private static PositionBitmap live(SimulatedSnapshot snapshot, SimulatedDataFile file) {
    PositionBitmap live = new PositionBitmap();
    if (snapshot.files().contains(file)) {
      snapshot.positions(file).forEach(live::add);
    }
    return live;
  }

  @Override
  public int files() {
    return (int) changes.stream().map(Change::location).distinct().count();
  }

  @Override
  public long rows() {
    return changes.stream().mapToLong(change -> change.positions().length).sum();
  }

  @Override
  public Batches open(BufferAllocator allocator) {
    Iterator<Change> left = changes.iterator();
    VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(KEY), allocator);
    ArrowRowAppender appender = new ArrowRowAppender(KEY, root);
    return new Batches() {
      @Override
      public @Nullable Batch next() {
        if (!left.hasNext()) {
          return null;
        }
        Change change = left.next();
        appender.reset();
        for (long row : change.rows()) {
          Record record = GenericRecord.create(KEY);
          record.set(0, form.idOf(row));
          appender.append(record);
        }
        appender.finish();
        return new Batch(change.kind(), change.location(), change.positions(), root);
      }

      @Override
      public void close() {
        root.close();
      }
    };
  }
}
