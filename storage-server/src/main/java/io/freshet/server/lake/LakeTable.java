/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.table.SchemaChange;
import io.freshet.table.TableDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A table's lake half. All methods block, and fail with LAKE_UNAVAILABLE if the lake can't be
 * reached. Safe for use by many threads.
 */
public interface LakeTable {
  /** Reads the table's definition, with the ids that the lake gave it. */
  TableDefinition definition();

  /** Reads the table's current state. */
  LakeState load();

  /** Sets and removes properties, and answers with the definition that has them. */
  TableDefinition alterProperties(Map<String, String> set, List<String> remove);

  /** All schemas that the table has had, by their ids. */
  Map<Integer, Schema> schemas();

  /**
   * Changes the table's columns, all or nothing.
   *
   * @throws io.freshet.error.FreshetException INVALID_REQUEST if a change is not possible, FENCED
   *     if an owner with a later epoch has committed
   */
  void alterSchema(List<SchemaChange> changes, long epoch);

  /**
   * Removes all rows, and says that the lake has all changes below {@code to}, in one commit.
   *
   * @throws io.freshet.error.FreshetException FENCED if an owner with a later epoch has committed
   */
  void truncate(TieredOffsets to, long epoch);

  /**
   * Makes the current snapshot one of the current schema, by a commit without rows if there is
   * need: engines that read a snapshot by its id read it with the columns of its own time.
   */
  void alignSchema(long epoch);

  /**
   * Writes rows as data files. The batches are borrowed; their columns are those of {@code
   * definition}, which {@link #definition} has answered before. If it fails, no file stays.
   */
  LakeFiles write(TableDefinition definition, List<VectorSchemaRoot> batches);

  /**
   * Adds files to the table, and deletes superseded rows of others, in one commit that moves the
   * tiered offsets. Rejected if at that moment the table's tiered offsets are not {@code from}, or
   * an owner with a later epoch has committed. For a table with a primary key it is a conflict if
   * the current snapshot is no longer {@code baseSnapshotId}.
   */
  CommitOutcome commit(TieringCommit commit);

  /**
   * Reads which rows a snapshot has deleted.
   *
   * @param snapshotId null for the empty table
   * @throws io.freshet.error.FreshetException SNAPSHOT_EXPIRED if the lake no longer has it,
   *     LAKE_DIVERGED if it deletes rows by equality
   */
  LakeDeletes deletes(@Nullable Long snapshotId);

  /**
   * Finds the rows by which two snapshots differ, to be read afterwards.
   *
   * @param fromSnapshotId null for the empty table, so that all rows of the other are added
   * @param toSnapshotId null for the empty table
   * @param columns top-level columns of those rows, in the order wanted
   * @throws io.freshet.error.FreshetException as {@link #deletes} does; INVALID_REQUEST if there is
   *     no such column
   */
  LakeChanges changes(
      @Nullable Long fromSnapshotId, @Nullable Long toSnapshotId, List<String> columns);

  /** Deletes files that were not committed. */
  void discard(LakeFiles files);

  /**
   * Finds data files of the current snapshot that are worth being rewritten, in groups that can be
   * rewritten one by one.
   */
  List<RewriteGroup> rewriteGroups(RewriteLimits limits);

  /**
   * Rewrites a group's live rows, which keep their lineage. This may take minutes, and may run
   * beside other calls. If it fails, no file stays.
   *
   * @param allocator for the rows, all of which are in memory at once
   */
  RewrittenFiles rewrite(RewriteGroup group, BufferAllocator allocator);

  /**
   * Puts rewritten files in the place of the old ones. Rows that were deleted since they were read
   * are deleted from the new files. Rejected if at that moment an old file is no longer in the
   * table, the tiered offsets have changed, or an owner with a later epoch has committed; for a
   * table with a primary key it is a conflict if {@code baseSnapshotId} is not current.
   */
  CommitOutcome commit(RewriteCommit commit);

  /** Deletes rewritten files that were not committed. */
  void discard(RewrittenFiles files);

  /**
   * Expires snapshots, and deletes the files that only they refer to. The current one always stays,
   * and so does all that is needed to know the tiered offsets. Nothing happens to a table whose
   * {@code gc.enabled} is false.
   *
   * @return how many snapshots have expired
   * @throws io.freshet.error.FreshetException FENCED if an owner with a later epoch has committed
   */
  int expire(SnapshotExpiry expiry);

  /**
   * Deletes files in the table's location that no snapshot refers to, such as those of commits that
   * never took place. Nothing happens to a table whose {@code gc.enabled} is false.
   *
   * @param olderThan a moment before which no write began that is still to be committed
   * @return locations of the files
   */
  List<String> removeOrphans(Instant olderThan);
}
