/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.error.FreshetException;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.parquet.WrittenFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.io.FileIO;

/**
 * The new deletion vectors of a commit, and the delete files that they replace.
 *
 * @param location of the file that holds the vectors
 */
record CommitDeletes(String location, List<DeleteFile> added, List<DeleteFile> replaced) {
  /**
   * Writes, for each data file with superseded positions, one deletion vector that has them and all
   * that were deleted before. If it fails, no file stays.
   *
   * @param unused deletes the file at {@code location} again
   * @param base the deletes of the base
   * @param baseFiles the data files of the base
   * @param superseded by location of a data file; not empty
   */
  static CommitDeletes write(
      String location,
      UnusedFiles unused,
      Map<String, PositionBitmap> superseded,
      SnapshotDeletes base,
      SnapshotFiles baseFiles) {
    Map<String, DataFile> undeleted = baseFiles.find(withoutVector(superseded.keySet(), base));
    FileIO io = baseFiles.io();
    List<DeleteFile> replaced = new ArrayList<>();
    try (DeletionVectorFile file = new DeletionVectorFile(io, location)) {
      for (Map.Entry<String, PositionBitmap> entry : superseded.entrySet()) {
        String dataFile = entry.getKey();
        ContentFile<?> layout = base.vector(dataFile);
        if (layout == null) {
          layout = undeleted.get(dataFile);
        }
        if (layout == null) {
          throw FreshetException.of(
              INTERNAL,
              "Cannot delete rows of %s: it is no data file of snapshot %s, which they were found in",
              dataFile,
              baseFiles.snapshot() == null ? null : baseFiles.snapshot().snapshotId());
        }
        PositionBitmap positions = base.of(dataFile);
        positions.addAll(entry.getValue());
        file.add(dataFile, baseFiles.spec(layout), layout.partition(), positions);
        replaced.addAll(base.onlyOf(dataFile));
      }
      return new CommitDeletes(location, file.finish(), replaced);
    } catch (RuntimeException e) {
      unused.delete(location);
      throw e;
    }
  }

  /**
   * Writes a deletion vector for each rewritten file that has lost rows already. If it fails, no
   * file stays.
   *
   * @param deleted by location of a new file; not empty
   */
  static CommitDeletes ofRewritten(
      String location,
      UnusedFiles unused,
      Map<String, PositionBitmap> deleted,
      Rewritten rewritten,
      Map<Integer, PartitionSpec> specs) {
    try (DeletionVectorFile file = new DeletionVectorFile(unused.io(), location)) {
      for (WrittenFile written : rewritten.written()) {
        DataFile data = written.file();
        PositionBitmap positions = deleted.get(data.location());
        if (positions != null) {
          file.add(data.location(), SnapshotFiles.spec(data, specs), data.partition(), positions);
        }
      }
      return new CommitDeletes(location, file.finish(), List.of());
    } catch (RuntimeException e) {
      unused.delete(location);
      throw e;
    }
  }

  void addTo(RowDelta delta) {
    added.forEach(delta::addDeletes);
    replaced.forEach(delta::removeDeletes);
  }

  private static Set<String> withoutVector(Set<String> locations, SnapshotDeletes base) {
    Set<String> without = new HashSet<>(locations);
    without.removeIf(location -> base.vector(location) != null);
    return without;
  }
}
