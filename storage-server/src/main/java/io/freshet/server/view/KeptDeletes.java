/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.view;

import io.freshet.overlay.PositionBitmap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.jspecify.annotations.Nullable;

/**
 * Delete files that were written, to be used again while their data file's deletes are the same.
 */
final class KeptDeletes {
  private final Dialect dialect;
  private final Map<String, Kept> byDataFile = new HashMap<>();

  private record Kept(PositionBitmap positions, DeleteFile file) {}

  KeptDeletes(Dialect dialect) {
    this.dialect = dialect;
  }

  /**
   * The delete file of a data file; it is written if there is none with these positions.
   *
   * @param positions kept
   */
  DeleteFile get(
      NewFiles files,
      String dataFile,
      PartitionSpec spec,
      ContentFile<?> layout,
      PositionBitmap positions) {
    @Nullable Kept kept = byDataFile.get(dataFile);
    if (kept == null || !kept.positions().equals(positions)) {
      kept = new Kept(positions, dialect.write(files, dataFile, spec, layout, positions));
      byDataFile.put(dataFile, kept);
    }
    return kept.file();
  }

  /** Forgets the deletes of all other data files. */
  void retain(Set<String> dataFiles) {
    byDataFile.keySet().retainAll(dataFiles);
  }
}
