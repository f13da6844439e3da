/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.FENCED;
import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The state that a lake table must have for a commit to be allowed.
 *
 * @param tiered its tiered offsets
 * @param epoch no later epoch may have committed
 * @param needsSnapshot whether {@code snapshotId} must be its current snapshot
 */
record Fence(
    UUID tableId,
    TieredOffsets tiered,
    long epoch,
    boolean needsSnapshot,
    @Nullable Long snapshotId) {
  /** Whatever others have committed beside. */
  static Fence ofOffsets(UUID tableId, TieredOffsets tiered, long epoch) {
    return new Fence(tableId, tiered, epoch, false, null);
  }

  /** And nobody has committed since {@code snapshotId}, which is null for an empty table. */
  static Fence ofSnapshot(
      UUID tableId, TieredOffsets tiered, long epoch, @Nullable Long snapshotId) {
    return new Fence(tableId, tiered, epoch, true, snapshotId);
  }

  /**
   * Fails unless {@code metadata} is as it must be: with FENCED, LAKE_DIVERGED or a {@link
   * MovedSnapshotException}.
   */
  void check(TableMetadata metadata) {
    LakeState state = TieredSnapshots.state(metadata, tableId, tiered.buckets());
    if (state.epoch() > epoch) {
      throw FreshetException.of(
          FENCED,
          "Lake table %s was taken over by a server with epoch %d; this server's epoch is %d. Stop one"
              + " of the two servers.",
          metadata.location(),
          state.epoch(),
          epoch);
    }
    if (!state.tiered().equals(tiered)) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Lake table %s holds changes up to %s, not %s as expected",
          metadata.location(),
          state.tiered(),
          tiered);
    }
    if (needsSnapshot && !Objects.equals(state.snapshotId(), snapshotId)) {
      throw new MovedSnapshotException(
          state.snapshotId(),
          FreshetException.of(
              LAKE_DIVERGED,
              "Cannot commit to lake table %s: its snapshot is %s, not %s as expected. Something"
                  + " else has committed to it; its changes must be taken over first.",
              metadata.location(),
              state.snapshotId(),
              snapshotId));
    }
  }
}
