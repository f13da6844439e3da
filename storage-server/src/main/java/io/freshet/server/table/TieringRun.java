/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.fresh.FreshCursor;
import io.freshet.server.fresh.FreshSlice;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeFiles;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * One tiering: the fresh rows of [from, to) become lake files and one commit. Runs where it may
 * block; whatever it touches stays as it is until the table swaps its base.
 */
record TieringRun(
    TableDefinition definition,
    LakeTable lake,
    List<Bucket> buckets,
    TieredOffsets from,
    TieredOffsets to,
    long epoch,
    BufferAllocator allocator) {
  CommitOutcome run() {
    LakeFiles files = write();
    CommitOutcome outcome = lake.commit(files, from, to, epoch);
    if (outcome instanceof CommitOutcome.Rejected) {
      lake.discard(files);
    } else if (outcome instanceof CommitOutcome.Unknown) {
      LakeState state = lake.load();
      if (state.tiered().equals(to) && state.epoch() == epoch) {
        return new CommitOutcome.Committed(state);
      }
    }
    return outcome;
  }

  /** As {@link #run}, but first looks whether an earlier commit took effect after all. */
  CommitOutcome runUnlessCommitted() {
    LakeState state = lake.load();
    return state.tiered().equals(from) ? run() : new CommitOutcome.Committed(state);
  }

  private LakeFiles write() {
    Schema schema = ArrowSchemas.toArrow(definition.schema());
    List<VectorSchemaRoot> batches = new ArrayList<>();
    try (BufferAllocator reads =
        allocator.newChildAllocator("tiering " + definition.name(), 0, Long.MAX_VALUE)) {
      try {
        for (Bucket bucket : buckets) {
          load(bucket, schema, reads, batches);
        }
        return lake.write(batches);
      } finally {
        batches.forEach(VectorSchemaRoot::close);
      }
    }
  }

  private void load(
      Bucket bucket, Schema schema, BufferAllocator reads, List<VectorSchemaRoot> batches) {
    int number = bucket.id().bucket();
    try (FreshCursor cursor = bucket.fresh().read(from.of(number), to.of(number))) {
      for (FreshSlice slice = cursor.next(); slice != null; slice = cursor.next()) {
        try (FreshSlice opened = slice) {
          batches.add(opened.load(schema, reads));
        }
      }
    }
  }
}
