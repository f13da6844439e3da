/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;
import static io.freshet.error.FreshetErrorCode.SNAPSHOT_EXPIRED;

import io.freshet.error.FreshetException;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The union snapshots of a table that can be read. Belongs to the table's event loop. */
final class Leases {
  static final int MAX_LEASES = 10_000;

  private final TableName table;
  private final Map<String, UnionLease> leases = new HashMap<>();

  /** Bases of union snapshots that are being frozen. */
  private final List<LakeState> held = new ArrayList<>();

  /** Lake snapshots that are read without a union snapshot, and until when. */
  private final Map<Long, Long> keptBases = new HashMap<>();

  private long nextNumber;

  Leases(TableName table) {
    this.table = table;
  }

  /** A number that no union snapshot of the table has had. */
  long nextNumber() {
    return nextNumber++;
  }

  void add(UnionLease lease) {
    if (leases.size() >= MAX_LEASES) {
      throw FreshetException.of(
          LIMIT_EXCEEDED,
          "Table %s has %d union snapshots under lease: release them, or plan with shorter leases",
          table,
          leases.size());
    }
    leases.put(lease.snapshot(), lease);
  }

  UnionLease get(String snapshot, long nowMillis) {
    UnionLease lease = leases.get(snapshot);
    if (lease == null || lease.expiresAtMillis() <= nowMillis) {
      throw FreshetException.of(
          SNAPSHOT_EXPIRED,
          "Union snapshot %s of table %s has expired: plan again and read the new one",
          snapshot,
          table);
    }
    return lease;
  }

  void renew(UnionLease lease) {
    leases.put(lease.snapshot(), lease);
  }

  void release(@Nullable String snapshot) {
    leases.remove(snapshot);
  }

  /** Keeps a lake snapshot at least until then. */
  void keepBase(long snapshotId, long untilMillis) {
    keptBases.merge(snapshotId, untilMillis, Math::max);
  }

  void expire(long nowMillis) {
    keptBases.values().removeIf(untilMillis -> untilMillis <= nowMillis);
    leases.values().removeIf(lease -> lease.expiresAtMillis() <= nowMillis);
  }

  int size() {
    return leases.size();
  }

  /** Keeps what a union snapshot of that base needs, until {@link #letGo}. */
  void hold(LakeState base) {
    held.add(base);
  }

  void letGo(LakeState base) {
    held.remove(base);
  }

  /** Lake snapshots that are read. */
  Set<Long> baseSnapshots() {
    Set<Long> snapshots = new HashSet<>(keptBases.keySet());
    Stream.concat(leases.values().stream().map(UnionLease::base), held.stream())
        .forEach(base -> {
          if (base.snapshotId() != null) {
            snapshots.add(base.snapshotId());
          }
        });
    return snapshots;
  }

  /** The lowest offset of a bucket that a lease or {@code current} needs. */
  long lowestOffset(int bucket, TieredOffsets current) {
    long lowest = current.of(bucket);
    for (UnionLease lease : leases.values()) {
      lowest = Math.min(lowest, lease.base().tiered().of(bucket));
    }
    for (LakeState base : held) {
      lowest = Math.min(lowest, base.tiered().of(bucket));
    }
    return lowest;
  }
}
