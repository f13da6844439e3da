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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The overlays of union snapshots of one base, from those of the buckets. What has not changed
 * since the last one is not made again. Safe for use by many threads; may block.
 */
final class UnionOverlays {
  private final LakeFileNumbers files;
  private final LakeDeletes deletes;
  private final Map<Integer, Known> known = new ConcurrentHashMap<>();

  private volatile Last last = new Last(List.of(), Overlays.NONE);

  /** All of {@code deletes}; null until it is needed. */
  private volatile @Nullable Set<String> deletedFiles;

  /**
   * The overlay of a file.
   *
   * @param parts the buckets' own, which are frozen: the same objects as long as nothing changes
   * @param positions all of them; not to be changed
   */
  private record Known(
      List<PositionBitmap> parts, PositionBitmap positions, FileOverlay described) {
    boolean isOf(List<PositionBitmap> others) {
      return areSame(parts, others);
    }
  }

  /**
   * What was made last.
   *
   * @param frozen the overlays of the buckets: the same objects as long as nothing changes
   */
  private record Last(List<Map<Integer, PositionBitmap>> frozen, Overlays overlays) {}

  /**
   * The overlays of one union snapshot.
   *
   * @param positions that all buckets hide, by location of the data file; not to be changed
   * @param described as a plan hands them out: alone, and merged with what the base has deleted
   */
  record Overlays(Map<String, PositionBitmap> positions, List<FileOverlay> described) {
    static final Overlays NONE = new Overlays(Map.of(), List.of());
  }

  /**
   * @param deletes of the base
   */
  UnionOverlays(LakeFileNumbers files, LakeDeletes deletes) {
    this.files = files;
    this.deletes = deletes;
  }

  /** Whether these are the overlays over a base that has deleted these rows. */
  boolean areOver(LakeDeletes others) {
    return deletes == others;
  }

  Overlays of(List<RowCut> cuts) {
    List<Map<Integer, PositionBitmap>> frozen = cuts.stream().map(RowCut::overlay).toList();
    Last known = last;
    if (areSame(known.frozen(), frozen)) {
      return known.overlays();
    }
    Overlays overlays = merge(frozen);
    last = new Last(frozen, overlays);
    return overlays;
  }

  private Overlays merge(List<Map<Integer, PositionBitmap>> frozen) {
    Map<Integer, List<PositionBitmap>> parts = new HashMap<>();
    for (Map<Integer, PositionBitmap> overlay : frozen) {
      overlay.forEach((file, positions) ->
          parts.computeIfAbsent(file, unused -> new ArrayList<>(frozen.size())).add(positions));
    }
    Map<String, PositionBitmap> positions = new HashMap<>(parts.size() * 2);
    List<FileOverlay> described = new ArrayList<>(parts.size());
    parts.forEach((file, ofFile) -> {
      Known overlay = known.get(file);
      if (overlay == null || !overlay.isOf(ofFile)) {
        overlay = describe(files.location(file), ofFile);
        known.put(file, overlay);
      }
      positions.put(overlay.described().dataFile(), overlay.positions());
      described.add(overlay.described());
    });
    return new Overlays(positions, described);
  }

  private Known describe(String file, List<PositionBitmap> parts) {
    PositionBitmap positions = parts.get(0);
    if (parts.size() > 1) {
      positions = positions.copy();
      for (PositionBitmap part : parts.subList(1, parts.size())) {
        positions.addAll(part);
      }
    }
    byte[] vector = DeletionVectorV1.serialize(positions);
    long rows = positions.cardinality();
    if (!deletedFiles().contains(file)) {
      return new Known(parts, positions, new FileOverlay(file, rows, vector, rows, null));
    }
    PositionBitmap merged = deletes.of(file);
    merged.addAll(positions);
    return new Known(
        parts,
        positions,
        new FileOverlay(
            file, rows, vector, merged.cardinality(), DeletionVectorV1.serialize(merged)));
  }

  /** Whether two lists have the same objects, which is not the same as equal ones. */
  private static boolean areSame(List<?> some, List<?> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i) != others.get(i)) {
        return false;
      }
    }
    return true;
  }

  private Set<String> deletedFiles() {
    Set<String> files = deletedFiles;
    if (files == null) {
      files = deletes.files();
      deletedFiles = files;
    }
    return files;
  }
}
