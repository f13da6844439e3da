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
import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;

/**
 * The rows of one lake file that fresh changes of a union snapshot have superseded, as the plan has
 * them too.
 *
 * @param overlayRows positions in {@code overlay}
 * @param overlay a deletion vector in Iceberg's format, as {@link DeletionVectorV1} describes it
 */
public record OverlayVector(
    String dataFile,
    long overlayRows,
    @JsonSerialize(using = AttachedBytes.Writer.class)
        @JsonDeserialize(using = AttachedBytes.Reader.class)
        byte[] overlay) {
  public static OverlayVector of(String dataFile, PositionBitmap positions) {
    return new OverlayVector(
        dataFile, positions.cardinality(), DeletionVectorV1.serialize(positions));
  }

  public PositionBitmap positions() {
    return DeletionVectorV1.deserialize(overlay, "the overlay of " + dataFile);
  }
}
