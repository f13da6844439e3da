/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static java.util.Objects.requireNonNull;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.parquet.WrittenFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;

/**
 * Data files that were written in the place of others.
 *
 * @param moves by location of an old file
 */
record Rewritten(PlannedGroup group, List<WrittenFile> written, Map<String, MovedRows> moves)
    implements RewrittenFiles {
  Rewritten {
    written = List.copyOf(written);
    moves = Map.copyOf(moves);
  }

  @Override
  public List<String> files() {
    return written.stream().map(file -> file.file().location()).toList();
  }

  @Override
  public MovedRows moved(String oldFile) {
    return requireNonNull(moves.get(oldFile), oldFile);
  }

  /**
   * Replaces the old files, with the deletes that only they have.
   *
   * @param now the deletes of the snapshot that is replaced
   */
  void replaceIn(RewriteFiles rewrite, SnapshotDeletes now) {
    for (FileScanTask task : group.tasks()) {
      rewrite.deleteFile(task.file());
      now.onlyOf(task.file().location()).forEach(rewrite::deleteFile);
    }
    written.forEach(file -> rewrite.addFile(file.file()));
  }

  /**
   * The rows that were deleted from the old files after they were read, by location of a new file.
   *
   * @param now the deletes of a later snapshot
   */
  Map<String, PositionBitmap> deletedSince(SnapshotDeletes now) {
    Map<String, PositionBitmap> deleted = new HashMap<>();
    for (FileScanTask task : group.tasks()) {
      String location = task.file().location();
      MovedRows moved = moved(location);
      if (!group.rewrite().deletes().isSame(location, now)) {
        now.of(location)
            .forEach(position -> {
              if (moved.isMoved(position)) {
                deleted
                    .computeIfAbsent(moved.file(position), file -> new PositionBitmap())
                    .add(moved.position(position));
              }
            });
      }
    }
    return deleted;
  }
}
