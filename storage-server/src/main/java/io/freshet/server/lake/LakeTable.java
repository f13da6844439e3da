/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import io.freshet.table.TableDefinition;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A table's lake half. All methods block, and fail with LAKE_UNAVAILABLE if the lake can't be
 * reached. Called by one thread at a time.
 */
public interface LakeTable {
  /** Reads the table's definition, with the ids that the lake gave it. */
  TableDefinition definition();

  /** Reads the table's current state. */
  LakeState load();

  /** Sets and removes properties, and answers with the definition that has them. */
  TableDefinition alterProperties(Map<String, String> set, List<String> remove);

  /**
   * Writes rows as data files in the table's layout. The batches are borrowed; their columns are
   * those of {@link #definition}. If it fails, no file stays.
   */
  LakeFiles write(List<VectorSchemaRoot> batches);

  /**
   * Adds files to the table in one commit that moves the tiered offsets. Rejected if at that moment
   * the table's tiered offsets are not {@code from}, or an owner with a later epoch has committed.
   */
  CommitOutcome commit(LakeFiles files, TieredOffsets from, TieredOffsets to, long epoch);

  /** Deletes files that were not committed. */
  void discard(LakeFiles files);
}
