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

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshots of a lake table may go.
 *
 * @param olderThan younger ones stay
 * @param retainLast so many of the current snapshot and those before it stay; at least 1
 * @param keepSnapshotIds these stay, since somebody reads them or will have to compare with them
 * @param baseSnapshotId the base at the moment when nobody read others than those; it and all later
 *     ones stay, since somebody may read them by now. Null if the lake was empty.
 * @param epoch of this server
 */
public record SnapshotExpiry(
    Instant olderThan,
    int retainLast,
    Set<Long> keepSnapshotIds,
    @Nullable Long baseSnapshotId,
    long epoch) {
  public SnapshotExpiry {
    requireNonNull(olderThan, "olderThan");
    keepSnapshotIds = Set.copyOf(keepSnapshotIds);
    if (retainLast < 1) {
      throw new IllegalArgumentException("At least 1 snapshot is retained, not " + retainLast);
    }
  }
}
