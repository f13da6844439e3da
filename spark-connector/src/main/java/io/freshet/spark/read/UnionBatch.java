/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The partitions of one execution: fresh ones first, since a limit is often met by them. */
final class UnionBatch implements Batch {
  private final String snapshot;
  private final Batch lake;
  private final List<? extends InputPartition> fresh;
  private final StructType schema;
  private InputPartition @Nullable [] lakePartitions;

  /**
   * @param snapshot the id of the union snapshot that it reads
   */
  UnionBatch(String snapshot, Batch lake, List<? extends InputPartition> fresh, StructType schema) {
    this.snapshot = snapshot;
    this.lake = lake;
    this.fresh = fresh;
    this.schema = schema;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return Stream.concat(fresh.stream(), Arrays.stream(lakePartitions()))
        .toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    PartitionReaderFactory lakeReaders = lake.createReaderFactory();
    boolean isColumnar =
        Arrays.stream(lakePartitions()).allMatch(lakeReaders::supportColumnarReads);
    return new UnionReaderFactory(lakeReaders, schema, isColumnar);
  }

  /** Planned once: each time, Iceberg broadcasts the table again. */
  private InputPartition[] lakePartitions() {
    if (lakePartitions == null) {
      lakePartitions = lake.planInputPartitions();
    }
    return lakePartitions;
  }

  /** Spark reads and shuffles once what is read twice: only if it is of the same union snapshot. */
  @Override
  public boolean equals(Object other) {
    return other instanceof UnionBatch batch
        && batch.snapshot.equals(snapshot)
        && batch.lake.equals(lake)
        && batch.fresh.equals(fresh)
        && batch.schema.equals(schema);
  }

  @Override
  public int hashCode() {
    return Objects.hash(snapshot, lake, fresh, schema);
  }
}
