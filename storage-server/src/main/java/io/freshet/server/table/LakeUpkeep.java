/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.protocol.ExpireResult;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.SnapshotExpiry;
import io.freshet.table.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what others have done to a lake table, and removes from it what nobody needs.
 *
 * @param blocking runs what blocks
 * @param onState told of each state that was seen, on no certain thread
 */
record LakeUpkeep(TableName table, LakeTable lake, Executor blocking, Consumer<LakeState> onState) {
  private static final Logger LOG = LoggerFactory.getLogger(LakeUpkeep.class);

  /** Younger files that no snapshot refers to may belong to a commit that is under way. */
  private static final Duration ORPHAN_AGE = Duration.ofHours(1);

  /** Looks later, where it may block. */
  void look() {
    blocking.execute(() -> {
      LakeState state;
      try {
        state = lake.load();
      } catch (RuntimeException e) {
        LOG.warn("Can't look at the lake table {}: {}", table, e.toString());
        return;
      }
      onState.accept(state);
    });
  }

  /** Removes snapshots, and files that no snapshot refers to. Blocking. */
  ExpireResult expire(SnapshotExpiry expiry, Instant now) {
    int snapshots = lake.expire(expiry);
    onState.accept(lake.load());
    Instant youngest = now.minus(ORPHAN_AGE);
    Instant orphansOlderThan =
        expiry.olderThan().isBefore(youngest) ? expiry.olderThan() : youngest;
    return new ExpireResult(snapshots, lake.removeOrphans(orphansOlderThan).size());
  }
}
