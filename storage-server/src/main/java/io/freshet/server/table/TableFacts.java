/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableOffsets;
import io.freshet.server.keys.RowCut;
import io.freshet.server.lake.LakeState;
import io.freshet.table.Partitioning;
import io.freshet.table.Sorting;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Says what a table is, and which changes it has. */
record TableFacts(UUID id, TableBuckets buckets) {
  TableDescription describe(TableDefinition described, LakeState base, List<RowCut> cuts) {
    return new TableDescription(
        described.name(),
        id,
        described.schema(),
        Partitioning.format(described.partitionSpec()),
        Sorting.format(described.sortOrder()),
        described.buckets(),
        described.bucketKey(),
        described.properties(),
        base.metadataLocation(),
        base.snapshotId(),
        base.rows(),
        buckets.ranges(base.tiered(), cuts));
  }

  /**
   * Which changes can be read, with each transaction whole or not at all. In the table's event
   * loop.
   *
   * @param timestampMillis also where the first changes from then on are; null for not
   * @param calls runs what may block
   */
  CompletableFuture<TableOffsets> offsets(
      TableName name, @Nullable Long timestampMillis, Executor calls) {
    return buckets
        .visibleEnds()
        .thenApplyAsync(
            ends -> new TableOffsets(name, id, buckets.offsets(ends, timestampMillis)), calls);
  }
}
