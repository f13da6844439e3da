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
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one tiering changes in the lake, all at once.
 *
 * @param files the rows that it adds
 * @param superseded by location of a data file of the base, the positions whose rows newer changes
 *     have replaced or deleted; empty for a log table
 * @param baseSnapshotId the snapshot that {@code superseded} is relative to; null if the lake was
 *     empty. Of no account for a log table.
 * @param from the tiered offsets that the lake has before
 * @param to the tiered offsets that it has afterwards
 * @param epoch of this server
 * @param id names the commit, so that it is found again if nobody knows whether it took effect
 */
public record TieringCommit(
    LakeFiles files,
    Map<String, PositionBitmap> superseded,
    @Nullable Long baseSnapshotId,
    TieredOffsets from,
    TieredOffsets to,
    long epoch,
    UUID id) {
  public TieringCommit {
    requireNonNull(files, "files");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    requireNonNull(id, "id");
    superseded = Map.copyOf(superseded);
  }
}
