/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.overlay.PositionBitmap;
import io.freshet.server.lake.TieredOffsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A committed state of the simulated lake.
 *
 * @param files its data files, in the order in which they were committed
 * @param deleted by location of a data file, the positions that are deleted
 * @param edit how its rows differ from those of the snapshot before, besides tiered changes
 */
record SimulatedSnapshot(
    List<SimulatedDataFile> files,
    Map<String, PositionBitmap> deleted,
    TieredOffsets tiered,
    long epoch,
    @Nullable UUID commitId,
    Edit edit) {
  /**
   * Rows that were changed in the lake itself.
   *
   * @param isTruncate whether all rows of before are removed, and all changes below the tiered
   *     offsets with them
   * @param removed rows that another writer has removed
   * @param added rows that another writer has added
   */
  record Edit(boolean isTruncate, List<Long> removed, List<Long> added) {
    static final Edit NONE = new Edit(false, List.of(), List.of());
    static final Edit TRUNCATE = new Edit(true, List.of(), List.of());
  }

  static SimulatedSnapshot empty(TieredOffsets tiered) {
    return new SimulatedSnapshot(List.of(), Map.of(), tiered, 0, null, Edit.NONE);
  }

  PositionBitmap deletedOf(SimulatedDataFile file) {
    return deleted.getOrDefault(file.location(), new PositionBitmap());
  }

  /** Positions of a file's live rows. */
  LongStream positions(SimulatedDataFile file) {
    PositionBitmap gone = deletedOf(file);
    return LongStream.range(0, file.rows()).filter(position -> !gone.contains(position));
  }

  /** The live rows, in the order in which they were committed. */
  LongStream rows() {
    return rows(Map.of());
  }

  /** The live rows that {@code hidden} does not hide, by location of a data file. */
  LongStream rows(Map<String, PositionBitmap> hidden) {
    return files.stream()
        .flatMapToLong(file -> {
          PositionBitmap also = hidden.getOrDefault(file.location(), new PositionBitmap());
          return positions(file).filter(position -> !also.contains(position)).map(file::value);
        });
  }
}
