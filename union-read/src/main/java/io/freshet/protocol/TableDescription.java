/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import io.freshet.table.ChangeType;
import io.freshet.table.TableName;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A table's definition and its state now.
 *
 * @param partitioning such as {@code day(date)}
 * @param sortedBy such as {@code date DESC NULLS LAST}
 * @param lakeRows rows of the base, without deleted ones
 */
public record TableDescription(
    TableName table,
    UUID tableId,
    Schema schema,
    List<String> partitioning,
    List<String> sortedBy,
    int buckets,
    List<String> bucketKey,
    Map<String, String> properties,
    String location,
    @Nullable Long baseSnapshotId,
    long lakeRows,
    List<FreshRange> fresh) {
  /** Whether the table takes upserts and deletes by key; else it takes appends only. */
  public boolean hasPrimaryKey() {
    return !schema.identifierFieldIds().isEmpty();
  }

  /** The columns of batches that are written to the table. */
  public Schema writtenSchema() {
    return hasPrimaryKey() ? ChangeType.written(schema) : schema;
  }

  public long freshRows() {
    return fresh.stream().mapToLong(FreshRange::rows).sum();
  }
}
