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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.io.FileIO;

/** The new deletion vectors of a commit, and the delete files that they replace. */
record CommitDeletes(List<DeleteFile> added, List<DeleteFile> replaced) {
  /**
   * Writes, for each data file with superseded positions, one deletion vector that has them and all
   * that were deleted before. If it fails, no file stays.
   *
   * @param locations gives one for each new file
   * @param unused deletes new files again
   * @param superseded by location of a data file
   */
  static CommitDeletes write(
      Supplier<String> locations,
      UnusedFiles unused,
      Map<String, PositionBitmap> superseded,
      BaseFiles base) {
    Map<String, ContentFile<?>> layouts = base.layouts(superseded.keySet());
    List<DeleteFile> replaced = new ArrayList<>();
    Writing writing = new Writing(locations, unused, base.io());
    for (Map.Entry<String, PositionBitmap> entry : superseded.entrySet()) {
      String dataFile = entry.getKey();
      ContentFile<?> layout = requireNonNull(layouts.get(dataFile), dataFile);
      PositionBitmap positions = base.deletedAndAlso(dataFile, entry.getValue());
      writing.add(dataFile, base.spec(layout), layout, positions);
      replaced.addAll(base.deletesOnlyOf(dataFile));
    }
    return new CommitDeletes(writing.added, replaced);
  }

  /**
   * Writes a deletion vector for each rewritten file that has lost rows already. If it fails, no
   * file stays.
   *
   * @param deleted by location of a new file
   */
  static CommitDeletes ofRewritten(
      Supplier<String> locations,
      UnusedFiles unused,
      Map<String, PositionBitmap> deleted,
      Rewritten rewritten,
      Map<Integer, PartitionSpec> specs) {
    Writing writing = new Writing(locations, unused, unused.io());
    for (WrittenFile written : rewritten.written()) {
      DataFile data = written.file();
      PositionBitmap positions = deleted.get(data.location());
      if (positions != null) {
        writing.add(data.location(), SnapshotFiles.spec(data, specs), data, positions);
      }
    }
    return new CommitDeletes(writing.added, List.of());
  }

  void addTo(RowDelta delta) {
    added.forEach(delta::addDeletes);
    replaced.forEach(delta::removeDeletes);
  }

  /** Deletes the new files, because the commit has not taken effect. */
  void discard(UnusedFiles unused) {
    added.forEach(file -> unused.delete(file.location()));
  }

  private record Writing(
      Supplier<String> locations, UnusedFiles unused, FileIO io, List<DeleteFile> added) {
    Writing(Supplier<String> locations, UnusedFiles unused, FileIO io) {
      this(locations, unused, io, new ArrayList<>());
    }

    void add(String dataFile, PartitionSpec spec, ContentFile<?> layout, PositionBitmap positions) {
      String location = locations.get();
      try {
        added.add(DeletionVectorFile.write(io, location, dataFile, spec, layout, positions));
      } catch (RuntimeException e) {
        unused.delete(location);
        added.forEach(file -> unused.delete(file.location()));
        throw e;
      }
    }
  }
}
