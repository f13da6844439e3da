/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.arrow.ArrowBatches;
import io.freshet.overlay.PositionBitmap;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.fresh.FreshCursor;
import io.freshet.server.fresh.FreshSlice;
import io.freshet.server.keys.NewBase;
import io.freshet.server.keys.RowCut;
import io.freshet.server.keys.TableKeys;
import io.freshet.server.lake.CommitOutcome;
import io.freshet.server.lake.LakeFiles;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.LakeTable;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.lake.TieringCommit;
import io.freshet.server.schema.RowSchema;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * One tiering: the live fresh rows below a cut become lake files, the overlay at the cut deletion
 * vectors, and both one commit. Runs where it may block; whatever it touches stays as it is until
 * the table swaps its base.
 */
final class TieringRun {
  private final TableDefinition definition;
  private final LakeTable lake;
  private final List<Bucket> buckets;
  private final @Nullable TableKeys keys;
  private final LakeState base;
  private final List<RowCut> cuts;
  private final TieredOffsets to;
  private final long epoch;
  private final BufferAllocator allocator;
  private final UUID id;
  private @Nullable TieredRows rows;
  private volatile boolean mayBeCommitted;

  /**
   * @param keys null for a log table
   * @param cuts what to move, by bucket
   * @param id unlike that of any other run
   */
  TieringRun(
      TableDefinition definition,
      LakeTable lake,
      List<Bucket> buckets,
      @Nullable TableKeys keys,
      LakeState base,
      List<RowCut> cuts,
      long epoch,
      UUID id,
      BufferAllocator allocator) {
    this.definition = definition;
    this.lake = lake;
    this.buckets = buckets;
    this.keys = keys;
    this.base = base;
    this.cuts = cuts;
    this.to = new TieredOffsets(cuts.stream().map(RowCut::endOffset).toList());
    this.epoch = epoch;
    this.id = id;
    this.allocator = allocator;
  }

  /** Names the run's commit in the lake. */
  UUID id() {
    return id;
  }

  TieredOffsets from() {
    return base.tiered();
  }

  TieredOffsets to() {
    return to;
  }

  CommitOutcome run() {
    LakeFiles files = write();
    mayBeCommitted = true;
    CommitOutcome outcome =
        lake.commit(
            new TieringCommit(files, superseded(), base.snapshotId(), from(), to, epoch, id));
    if (outcome instanceof CommitOutcome.Rejected || outcome instanceof CommitOutcome.Conflict) {
      mayBeCommitted = false;
      lake.discard(files);
    } else if (outcome instanceof CommitOutcome.Unknown) {
      LakeState state = lake.load();
      if (id.equals(state.commitId())) {
        return new CommitOutcome.Committed(state);
      }
    }
    return outcome;
  }

  /** Whether the lake may have taken the run's commit, or may take it yet. */
  boolean mayBeCommitted() {
    return mayBeCommitted;
  }

  /**
   * What buckets need to go on from the base that this run has made.
   *
   * @param state the base
   */
  List<NewBase> newBases(LakeState state) {
    if (rows == null) {
      throw new IllegalStateException("Nothing was written");
    }
    return rows.newBases(state);
  }

  private Map<String, PositionBitmap> superseded() {
    Map<String, PositionBitmap> superseded = new HashMap<>();
    if (keys != null) {
      for (RowCut cut : cuts) {
        cut.overlay()
            .forEach((file, positions) ->
                superseded
                    .computeIfAbsent(keys.files().location(file), unused -> new PositionBitmap())
                    .addAll(positions));
      }
    }
    return superseded;
  }

  private LakeFiles write() {
    RowSchema schema = RowSchema.of(definition.logSchema());
    List<VectorSchemaRoot> batches = new ArrayList<>();
    TieredRows tiered = new TieredRows(keys, from(), to);
    try (BufferAllocator reads =
        allocator.newChildAllocator("tiering " + definition.name(), 0, Long.MAX_VALUE)) {
      try {
        for (Bucket bucket : buckets) {
          load(bucket, schema, reads, tiered, batches);
        }
        LakeFiles files = lake.write(definition, batches);
        tiered.written(files);
        rows = tiered;
        return files;
      } finally {
        batches.forEach(VectorSchemaRoot::close);
      }
    }
  }

  private void load(
      Bucket bucket,
      RowSchema schema,
      BufferAllocator reads,
      TieredRows tiered,
      List<VectorSchemaRoot> batches) {
    int number = bucket.id().bucket();
    RowCut cut = cuts.get(number);
    try (FreshCursor cursor = bucket.fresh().read(from().of(number), to.of(number))) {
      for (FreshSlice slice = cursor.next(); slice != null; slice = cursor.next()) {
        try (FreshSlice opened = slice) {
          if (keys == null) {
            batches.add(opened.load(schema, reads));
          } else {
            loadLive(opened, number, cut, schema, reads, tiered, batches);
          }
        }
      }
    }
  }

  private void loadLive(
      FreshSlice slice,
      int bucket,
      RowCut cut,
      RowSchema schema,
      BufferAllocator reads,
      TieredRows tiered,
      List<VectorSchemaRoot> batches) {
    try (VectorSchemaRoot all = slice.load(schema, reads)) {
      int[] live = new int[all.getRowCount()];
      int count = cut.dead().rowsNotIn(slice.startOffset(), live.length, live);
      tiered.read(bucket, slice.startOffset(), all, live, count);
      if (count == 0) {
        return;
      }
      try (VectorSchemaRoot projected = ArrowBatches.project(all, definition.schema(), reads)) {
        batches.add(
            count == live.length
                ? ArrowBatches.share(projected, reads)
                : ArrowBatches.gather(projected, Arrays.copyOf(live, count), reads));
      }
    }
  }
}
