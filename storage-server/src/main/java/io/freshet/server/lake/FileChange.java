/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;

/**
 * Rows of a data file that one snapshot has and another has not.
 *
 * @param count how many rows there are
 * @param rows tells by their positions which rows they are; asked when they are read
 */
record FileChange(LakeChanges.Kind kind, DataFile file, long count, Supplier<LongPredicate> rows) {
  /** The rows of a file that a snapshot's deletes leave. */
  static FileChange ofLiveRows(LakeChanges.Kind kind, DataFile file, SnapshotDeletes deletes) {
    return new FileChange(
        kind,
        file,
        file.recordCount() - deletes.count(file.location()),
        () -> deletes.isLive(file.location()));
  }
}
