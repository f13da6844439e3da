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

/**
 * The commit that puts rewritten files in the place of the old ones. The table's rows and its
 * tiered offsets stay as they are.
 *
 * @param files the new files
 * @param baseSnapshotId the snapshot that must be current for a table with a primary key: that of
 *     the group, or a later one, whose further deletes are taken over
 * @param tiered the tiered offsets of the lake
 * @param epoch of this server
 * @param id names the commit, so that it is found again if nobody knows whether it took effect
 */
public record RewriteCommit(
    RewrittenFiles files, long baseSnapshotId, TieredOffsets tiered, long epoch, UUID id) {
  public RewriteCommit {
    requireNonNull(files, "files");
    requireNonNull(tiered, "tiered");
    requireNonNull(id, "id");
  }
}
