/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import io.freshet.protocol.FileOverlay;
import io.freshet.server.keys.LakeFileNumbers;
import io.freshet.server.keys.RowCut;
import io.freshet.server.lake.LakeDeletes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The overlays of a union snapshot, from those of its buckets. */
final class UnionOverlays {
  private UnionOverlays() {}

  /** The positions that all buckets hide, by location of the data file; not to be changed. */
  static Map<String, PositionBitmap> of(List<RowCut> cuts, LakeFileNumbers files) {
    Map<Integer, PositionBitmap> merged = new HashMap<>();
    for (RowCut cut : cuts) {
      cut.overlay()
          .forEach((file, positions) ->
              merged.merge(
                  file,
                  positions,
                  (one, other) -> {
                    PositionBitmap both = one.copy();
                    both.addAll(other);
                    return both;
                  }));
    }
    Map<String, PositionBitmap> overlays = new HashMap<>();
    merged.forEach((file, positions) -> overlays.put(files.location(file), positions));
    return overlays;
  }

  /** As a plan hands them out: alone, and merged with what the base has deleted. Blocking. */
  static List<FileOverlay> describe(Map<String, PositionBitmap> overlays, LakeDeletes deletes) {
    List<FileOverlay> described = new ArrayList<>();
    overlays.forEach((file, positions) -> {
      byte[] vector = DeletionVectorV1.serialize(positions);
      long rows = positions.cardinality();
      if (deletes.files().contains(file)) {
        PositionBitmap merged = deletes.of(file);
        merged.addAll(positions);
        described.add(
            new FileOverlay(
                file, rows, vector, merged.cardinality(), DeletionVectorV1.serialize(merged)));
      } else {
        described.add(new FileOverlay(file, rows, vector, rows, null));
      }
    });
    return described;
  }
}
