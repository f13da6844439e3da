/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one lake file that a union snapshot hides. Both vectors are deletion vectors in
 * Iceberg's format, as {@link DeletionVectorV1} describes it.
 *
 * @param dataFile location of the file, as the base names it
 * @param overlayRows positions in {@code overlay}; no row of them is deleted in the base
 * @param overlay positions that fresh changes have superseded
 * @param deletedRows positions in {@link #mergedVector}
 * @param merged {@code overlay} together with the base's own deletion vector of the file; null if
 *     the base has none, and the two are the same
 */
public record FileOverlay(
    String dataFile, long overlayRows, byte[] overlay, long deletedRows, byte @Nullable [] merged) {
  /** All rows of the file that are not live: the one deletion vector that a reader needs. */
  public byte[] mergedVector() {
    return merged == null ? overlay : merged;
  }

  /** The positions of the overlay alone. */
  public PositionBitmap positions() {
    return DeletionVectorV1.deserialize(overlay, "the overlay of " + dataFile);
  }
}
