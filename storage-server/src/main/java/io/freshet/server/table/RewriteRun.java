/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import static java.util.Objects.requireNonNull;

import io.freshet.server.keys.FileMoves;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeDeletes;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.RewriteCommit;
import io.freshet.server.lake.RewrittenFiles;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The commit of files that a compaction has written. Runs where it may block.
 *
 * @param keys null for a log table
 * @param base which the commit is to replace
 * @param id unlike that of any other commit
 */
record RewriteRun(
    LakeTable lake,
    @Nullable TableKeys keys,
    RewrittenFiles files,
    LakeState base,
    long epoch,
    UUID id) {
  /**
   * What the commit has come to.
   *
   * @param deletes what the new base has deleted; null for a log table, and if there is none
   * @param moves where rows are now; null for a log table, and if nothing was committed
   */
  record Result(CommitOutcome outcome, @Nullable LakeDeletes deletes, @Nullable FileMoves moves) {}

  Result run() {
    // Numbers first: once the commit took effect nothing may fail that the buckets need.
    FileMoves moves = keys == null ? null : FileMoves.of(files, keys.files());
    long baseSnapshotId = requireNonNull(base.snapshotId(), "a rewritten table has files");
    CommitOutcome outcome =
        lake.commit(new RewriteCommit(files, baseSnapshotId, base.tiered(), epoch, id));
    if (outcome instanceof CommitOutcome.Unknown) {
      LakeState state = lake.load();
      if (id.equals(state.commitId())) {
        outcome = new CommitOutcome.Committed(state);
      }
    }
    if (outcome instanceof CommitOutcome.Committed committed) {
      LakeDeletes deletes = keys == null ? null : lake.deletes(committed.state().snapshotId());
      return new Result(outcome, deletes, moves);
    }
    if (!(outcome instanceof CommitOutcome.Unknown)) {
      lake.discard(files);
    }
    return new Result(outcome, null, null);
  }
}
