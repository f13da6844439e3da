/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The state of a table that an index stands for.
 *
 * @param baseSnapshotId lake snapshot that its lake locations are in; null before the first one
 * @param tieredOffsets of the base, as in its summary
 * @param logOffset the first change of the bucket that is not in the index
 */
public record IndexCheckpoint(@Nullable Long baseSnapshotId, String tieredOffsets, long logOffset) {
  public IndexCheckpoint {
    requireNonNull(tieredOffsets, "tieredOffsets");
  }
}
