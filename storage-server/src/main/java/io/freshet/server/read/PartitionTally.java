/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.error.FreshetException;
import io.freshet.protocol.CountPartitions;
import io.freshet.protocol.Json;
import io.freshet.protocol.PartitionCounts;
import io.freshet.reader.Projection;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.parquet.PartitionGroups;
import io.freshet.server.table.UnionLease;
import io.freshet.table.Partitioning;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SingleValueParser;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.StructLikeMap;

/** Counts a union snapshot's fresh rows by partition, column by column. */
public final class PartitionTally {
  private final PartitionSpec spec;
  private final int maxPartitions;
  private final StructLikeMap<Long> rows;

  private PartitionTally(PartitionSpec spec, int maxPartitions) {
    this.spec = spec;
    this.maxPartitions = maxPartitions;
    this.rows = StructLikeMap.create(spec.partitionType());
  }

  /**
   * Reads those columns of the fresh rows that decide.
   *
   * @param allocator borrowed; for the batches
   */
  public static PartitionCounts of(
      UnionLease lease, List<Bucket> buckets, CountPartitions request, BufferAllocator allocator) {
    Schema schema = lease.definition().schema();
    PartitionSpec spec = Partitioning.parse(schema, request.partitioning());
    if (spec.isUnpartitioned() || request.maxPartitions() < 1) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Fresh rows of table %s can't be counted by %s, at most %d partitions: name a column or a"
              + " transform, and ask for 1 partition or more",
          lease.definition().name(),
          request.partitioning(),
          request.maxPartitions());
    }
    Projection projection = Projection.of(schema, sources(schema, spec), request.filter());
    PartitionTally tally =
        new PartitionTally(
            Partitioning.parse(projection.projectedSchema(), request.partitioning()),
            request.maxPartitions());
    try (FreshRead read = new FreshRead(lease, buckets, projection, allocator)) {
      while (tally.isComplete() && read.next()) {
        tally.add(PartitionGroups.of(tally.spec, read.batch()));
      }
    }
    return new PartitionCounts(tally.isComplete() ? tally.partitions() : null);
  }

  /** Top-level columns, each once. */
  private static List<String> sources(Schema schema, PartitionSpec spec) {
    return schema.columns().stream()
        .filter(column ->
            spec.fields().stream()
                .anyMatch(field -> new Schema(column).findField(field.sourceId()) != null))
        .map(Types.NestedField::name)
        .toList();
  }

  private void add(PartitionGroups groups) {
    int[] sizes = groups.sizes();
    for (int i = 0; i < sizes.length; i++) {
      rows.merge(groups.partitions().get(i), (long) sizes[i], Long::sum);
    }
  }

  private boolean isComplete() {
    return rows.size() <= maxPartitions;
  }

  private List<PartitionCounts.Counted> partitions() {
    List<PartitionCounts.Counted> partitions = new ArrayList<>();
    rows.forEach((partition, count) ->
        partitions.add(new PartitionCounts.Counted(values(partition), count)));
    return partitions;
  }

  private List<JsonNode> values(StructLike partition) {
    List<JsonNode> values = new ArrayList<>();
    List<Types.NestedField> fields = spec.partitionType().fields();
    for (int i = 0; i < fields.size(); i++) {
      Type type = fields.get(i).type();
      Object value = ((PartitionData) partition).get(i);
      values.add(Json.tree(value == null ? "null" : SingleValueParser.toJson(type, value)));
    }
    return values;
  }
}
