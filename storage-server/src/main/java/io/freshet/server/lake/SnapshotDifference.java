/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.server.lake.LakeChanges.Kind.ADDED;
import static io.freshet.server.lake.LakeChanges.Kind.REMOVED;

import io.freshet.overlay.PositionBitmap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;

/**
 * Finds the data files by whose rows two snapshots differ. Reads manifests that only one of them
 * has; data files are not read.
 */
final class SnapshotDifference {
  private final SnapshotFiles fromFiles;
  private final SnapshotFiles toFiles;
  private final SnapshotDeletes fromDeletes;
  private final SnapshotDeletes toDeletes;

  SnapshotDifference(
      SnapshotFiles fromFiles,
      SnapshotDeletes fromDeletes,
      SnapshotFiles toFiles,
      SnapshotDeletes toDeletes) {
    this.fromFiles = fromFiles;
    this.fromDeletes = fromDeletes;
    this.toFiles = toFiles;
    this.toDeletes = toDeletes;
  }

  /** Removed rows first. */
  List<FileChange> changes() {
    Map<String, DataFile> before = filesBeside(fromFiles, toFiles);
    Map<String, DataFile> after = filesBeside(toFiles, fromFiles);
    List<FileChange> changes = new ArrayList<>();
    for (DataFile file : before.values()) {
      if (!after.containsKey(file.location())) {
        changes.add(FileChange.ofLiveRows(REMOVED, file, fromDeletes));
      }
    }
    for (DataFile file : after.values()) {
      if (!before.containsKey(file.location())) {
        changes.add(FileChange.ofLiveRows(ADDED, file, toDeletes));
      }
    }
    addOfKeptFiles(before, after, changes);
    changes.removeIf(change -> change.count() == 0);
    changes.sort(Comparator.comparing(change -> change.kind() == ADDED));
    return changes;
  }

  /** Of files that both have, the rows that only one has deleted. */
  private void addOfKeptFiles(
      Map<String, DataFile> before, Map<String, DataFile> after, List<FileChange> changes) {
    Set<String> touched = new HashSet<>(fromDeletes.files());
    touched.addAll(toDeletes.files());
    touched.removeIf(location ->
        before.containsKey(location) != after.containsKey(location)
            || fromDeletes.isSame(location, toDeletes));
    // What is not found are deletes that have outlived their file.
    for (DataFile file : toFiles.find(touched).values()) {
      PositionBitmap deletedBefore = fromDeletes.of(file.location());
      PositionBitmap deletedAfter = toDeletes.of(file.location());
      changes.add(ofPositions(REMOVED, file, without(deletedAfter, deletedBefore)));
      changes.add(ofPositions(ADDED, file, without(deletedBefore, deletedAfter)));
    }
  }

  private static FileChange ofPositions(
      LakeChanges.Kind kind, DataFile file, PositionBitmap positions) {
    return new FileChange(kind, file, positions.cardinality(), () -> positions::contains);
  }

  private static PositionBitmap without(PositionBitmap all, PositionBitmap unwanted) {
    PositionBitmap left = new PositionBitmap();
    all.forEach(position -> {
      if (!unwanted.contains(position)) {
        left.add(position);
      }
    });
    return left;
  }

  /** The files in those manifests that the other snapshot does not have. */
  private static Map<String, DataFile> filesBeside(SnapshotFiles files, SnapshotFiles other) {
    Set<String> known =
        other.manifests().stream().map(ManifestFile::path).collect(Collectors.toSet());
    Map<String, DataFile> beside = new HashMap<>();
    for (ManifestFile manifest : files.manifests()) {
      if (!known.contains(manifest.path())) {
        files.read(manifest, location -> true, beside);
      }
    }
    return beside;
  }
}
