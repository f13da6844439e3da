/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.error.FreshetException;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes what Freshet keeps in a snapshot's summary: offsets, table id, epoch, commit id.
 */
final class TieredSnapshots {
  static final String OFFSETS = "freshet.offsets";
  static final String TABLE_ID = "freshet.table-id";
  static final String EPOCH = "freshet.epoch";
  static final String COMMIT_ID = "freshet.commit-id";

  private TieredSnapshots() {}

  static Map<String, String> summary(
      UUID tableId, TieredOffsets tiered, long epoch, UUID commitId) {
    return Map.of(
        OFFSETS,
        tiered.toString(),
        TABLE_ID,
        tableId.toString(),
        EPOCH,
        Long.toString(epoch),
        COMMIT_ID,
        commitId.toString());
  }

  /** The state in {@code metadata}: its current snapshot, and the newest ancestor that we wrote. */
  static LakeState state(TableMetadata metadata, UUID tableId, int buckets) {
    Snapshot current = metadata.currentSnapshot();
    Snapshot tiering = lastTiering(metadata, current, tableId);
    return new LakeState(
        current == null ? null : current.snapshotId(),
        metadata.metadataFileLocation(),
        new TableLayout(
            metadata.currentSchemaId(), metadata.defaultSpecId(), metadata.defaultSortOrderId()),
        current == null ? 0 : rows(current),
        tiering == null
            ? TieredOffsets.zero(buckets)
            : TieredOffsets.parse(tiering.summary().getOrDefault(OFFSETS, ""), buckets),
        tiering == null ? 0 : Long.parseLong(tiering.summary().getOrDefault(EPOCH, "0")),
        current == tiering ? commitId(tiering) : null);
  }

  /** Whether Freshet wrote a snapshot, for this table. */
  static boolean isOfTable(Snapshot snapshot, UUID tableId) {
    return tableId.toString().equals(snapshot.summary().get(TABLE_ID));
  }

  private static @Nullable Snapshot lastTiering(
      TableMetadata metadata, @Nullable Snapshot from, UUID tableId) {
    Snapshot snapshot = from;
    while (snapshot != null && !isOfTable(snapshot, tableId)) {
      Long parent = snapshot.parentId();
      if (parent != null && metadata.snapshot(parent) == null) {
        throw FreshetException.of(
            LAKE_DIVERGED,
            "Lake table %s has no snapshot left that Freshet wrote: snapshot %d, before snapshot %d, has"
                + " expired, so nobody can say what the lake holds of the log",
            metadata.location(),
            parent,
            snapshot.snapshotId());
      }
      snapshot = parent == null ? null : metadata.snapshot(parent);
    }
    return snapshot;
  }

  private static @Nullable UUID commitId(@Nullable Snapshot tiering) {
    String id = tiering == null ? null : tiering.summary().get(COMMIT_ID);
    return id == null ? null : UUID.fromString(id);
  }

  private static long rows(Snapshot snapshot) {
    Map<String, String> summary = snapshot.summary();
    return number(summary, SnapshotSummary.TOTAL_RECORDS_PROP)
        - number(summary, SnapshotSummary.TOTAL_POS_DELETES_PROP);
  }

  private static long number(Map<String, String> summary, String name) {
    return Long.parseLong(summary.getOrDefault(name, "0"));
  }
}
