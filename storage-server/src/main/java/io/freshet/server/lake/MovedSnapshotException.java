/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.error.FreshetException;
import org.jspecify.annotations.Nullable;

/** Somebody else has committed to the lake table since the snapshot that a commit was made for. */
final class MovedSnapshotException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient CommitOutcome.Conflict conflict;

  MovedSnapshotException(@Nullable Long snapshotId, FreshetException reason) {
    super(reason);
    this.conflict = new CommitOutcome.Conflict(snapshotId, reason);
  }

  CommitOutcome.Conflict conflict() {
    return conflict;
  }
}
