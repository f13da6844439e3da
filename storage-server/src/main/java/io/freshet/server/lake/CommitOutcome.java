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

/** How a commit to the lake ended. */
public sealed interface CommitOutcome {
  /** It took effect, and this is the table's state with it. */
  record Committed(LakeState state) implements CommitOutcome {}

  /** It did not and will not take effect; the files are the caller's to discard. */
  record Rejected(RuntimeException reason) implements CommitOutcome {}

  /**
   * It did not and will not take effect, because the lake has another snapshot than the one that it
   * was made for. Its files may be committed again once the changes between the two are known.
   *
   * @param snapshotId the lake's snapshot now; null if it has none
   * @param reason says the same, for a log or a caller
   */
  record Conflict(@Nullable Long snapshotId, FreshetException reason) implements CommitOutcome {}

  /**
   * Nobody can say yet whether it took effect: load the table again and see. The files must stay.
   */
  record Unknown(RuntimeException reason) implements CommitOutcome {}
}
