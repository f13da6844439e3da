/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Overlays as they travel, of which there may be many thousands: column by column, and without what
 * the locations of all files begin with. All lists have a value for each overlay.
 *
 * @param prefix what all locations begin with
 * @param dataFiles the rest of each location
 * @param merged null for a file of which the base has no deletion vector
 */
record OverlayColumns(
    String prefix,
    List<String> dataFiles,
    List<Long> overlayRows,
    @JsonSerialize(contentUsing = AttachedBytes.Writer.class)
        @JsonDeserialize(contentUsing = AttachedBytes.Reader.class)
        List<byte[]> overlay,
    List<Long> deletedRows,
    @JsonSerialize(contentUsing = AttachedBytes.Writer.class)
        @JsonDeserialize(contentUsing = AttachedBytes.Reader.class)
        List<byte @Nullable []> merged) {

  static OverlayColumns of(List<FileOverlay> overlays) {
    int count = overlays.size();
    String prefix = commonPrefix(overlays);
    OverlayColumns columns =
        new OverlayColumns(
            prefix,
            new ArrayList<>(count),
            new ArrayList<>(count),
            new ArrayList<>(count),
            new ArrayList<>(count),
            new ArrayList<>(count));
    for (FileOverlay overlay : overlays) {
      columns.dataFiles.add(overlay.dataFile().substring(prefix.length()));
      columns.overlayRows.add(overlay.overlayRows());
      columns.overlay.add(overlay.overlay());
      columns.deletedRows.add(overlay.deletedRows());
      columns.merged.add(overlay.merged());
    }
    return columns;
  }

  List<FileOverlay> overlays() {
    int count = dataFiles.size();
    if (overlayRows.size() != count
        || overlay.size() != count
        || deletedRows.size() != count
        || merged.size() != count) {
      throw new IllegalArgumentException("The columns of the overlays have different lengths");
    }
    List<FileOverlay> overlays = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      overlays.add(
          new FileOverlay(
              prefix.concat(dataFiles.get(i)),
              overlayRows.get(i),
              overlay.get(i),
              deletedRows.get(i),
              merged.get(i)));
    }
    return Collections.unmodifiableList(overlays);
  }

  private static String commonPrefix(List<FileOverlay> overlays) {
    if (overlays.isEmpty()) {
      return "";
    }
    String first = overlays.get(0).dataFile();
    int length = first.length();
    for (FileOverlay overlay : overlays) {
      while (!overlay.dataFile().regionMatches(0, first, 0, length)) {
        length--;
      }
    }
    return first.substring(0, length);
  }

  static final class Writer extends StdConverter<List<FileOverlay>, OverlayColumns> {
    @Override
    public OverlayColumns convert(List<FileOverlay> overlays) {
      return of(overlays);
    }
  }

  static final class Reader extends StdConverter<OverlayColumns, List<FileOverlay>> {
    @Override
    public List<FileOverlay> convert(OverlayColumns columns) {
      return columns.overlays();
    }
  }
}
