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
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.util.SnapshotUtil;

/** Which snapshots a table needs, and expires the others. */
record SnapshotRetention(TableMetadata metadata, UUID tableId, SnapshotExpiry expiry) {
  /**
   * Expires snapshots, and deletes the files that only they refer to.
   *
   * @return how many snapshots there were
   */
  int apply(Table table) {
    Set<Long> needed = needed();
    long baseSequenceNumber = baseSequenceNumber();
    // Snapshots are named one by one: only then does Iceberg look at what is reachable before it
    // deletes a file. Else it takes a Puffin file for unused once one of its vectors is replaced.
    ExpireSnapshots expire = table.expireSnapshots().expireOlderThan(0);
    int count = 0;
    for (Snapshot snapshot : metadata.snapshots()) {
      if (snapshot.timestampMillis() < expiry.olderThan().toEpochMilli()
          && snapshot.sequenceNumber() < baseSequenceNumber
          && !needed.contains(snapshot.snapshotId())) {
        expire.expireSnapshotId(snapshot.snapshotId());
        count++;
      }
    }
    if (count > 0) {
      for (Snapshot removed : expire.apply()) {
        checkUnneeded(removed, needed);
      }
      expire.commit();
    }
    return count;
  }

  private long baseSequenceNumber() {
    Long baseId = expiry.baseSnapshotId();
    Snapshot base = baseId == null ? null : metadata.snapshot(baseId);
    return base == null ? 0 : base.sequenceNumber();
  }

  private Set<Long> needed() {
    Set<Long> needed = new HashSet<>(expiry.keepSnapshotIds());
    for (SnapshotRef ref : metadata.refs().values()) {
      needed.add(ref.snapshotId());
    }
    Snapshot current = metadata.currentSnapshot();
    if (current != null) {
      int retained = 0;
      // Without those down to the newest that Freshet wrote, nobody could tell the tiered offsets.
      boolean isTieringFound = false;
      for (Snapshot ancestor : SnapshotUtil.ancestorsOf(current.snapshotId(), metadata::snapshot)) {
        if (isTieringFound && retained >= expiry.retainLast()) {
          break;
        }
        needed.add(ancestor.snapshotId());
        retained++;
        isTieringFound = isTieringFound || TieredSnapshots.isOfTable(ancestor, tableId);
      }
    }
    return needed;
  }

  private void checkUnneeded(Snapshot removed, Set<Long> needed) {
    if (needed.contains(removed.snapshotId())) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Cannot expire snapshots of lake table %s: the retention that was set for its main branch"
              + " would expire snapshot %d, too, which is needed. Remove that retention from the"
              + " branch.",
          metadata.location(),
          removed.snapshotId());
    }
  }
}
