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

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A state of a lake table as one metadata file describes it.
 *
 * @param snapshotId the current snapshot; null while the table is empty
 * @param metadataLocation the metadata file
 * @param layout what columns, partitions and order the table has
 * @param rows live rows of the snapshot
 * @param tiered what the snapshot holds of each bucket's log
 * @param commitId of the server's commit that made this very snapshot; null if another writer made
 *     it, who may have moved the rows of the commits before
 * @param epoch of the server that wrote {@code tiered}; 0 if none did
 */
public record LakeState(
    @Nullable Long snapshotId,
    String metadataLocation,
    TableLayout layout,
    long rows,
    TieredOffsets tiered,
    long epoch,
    @Nullable UUID commitId) {
  public LakeState {
    requireNonNull(metadataLocation, "metadataLocation");
    requireNonNull(tiered, "tiered");
  }
}
