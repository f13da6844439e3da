/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.read;

import io.freshet.trino.handle.BucketPartition;
import io.freshet.trino.handle.FreshSplit;
import io.freshet.trino.handle.OverlaidSplit;
import io.trino.spi.connector.BucketFunction;
import io.trino.spi.connector.ConnectorBucketNodeMap;
import io.trino.spi.connector.ConnectorNodePartitioningProvider;
import io.trino.spi.connector.ConnectorPartitioningHandle;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.type.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Rows go where the Iceberg connector's partitions go; fresh ones to those of their partition. */
public final class UnionNodePartitioningProvider implements ConnectorNodePartitioningProvider {
  private final ConnectorNodePartitioningProvider lake;

  public UnionNodePartitioningProvider(ConnectorNodePartitioningProvider lake) {
    this.lake = lake;
  }

  @Override
  public Optional<ConnectorBucketNodeMap> getBucketNodeMapping(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorPartitioningHandle partitioning) {
    return lake.getBucketNodeMapping(transaction, session, partitioning);
  }

  @Override
  public BucketFunction getBucketFunction(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorPartitioningHandle partitioning,
      List<Type> partitionChannelTypes,
      int bucketCount) {
    return lake.getBucketFunction(
        transaction, session, partitioning, partitionChannelTypes, bucketCount);
  }

  @Override
  public ToIntFunction<ConnectorSplit> getSplitBucketFunction(
      ConnectorTransactionHandle transaction,
      ConnectorSession session,
      ConnectorPartitioningHandle partitioning,
      int bucketCount) {
    ToIntFunction<ConnectorSplit> ofLake =
        lake.getSplitBucketFunction(transaction, session, partitioning, bucketCount);
    return split ->
        switch (split) {
          case FreshSplit fresh -> number(fresh, bucketCount);
          case OverlaidSplit overlaid -> ofLake.applyAsInt(overlaid.lake());
          default -> ofLake.applyAsInt(split);
        };
  }

  private static int number(FreshSplit split, int bucketCount) {
    BucketPartition partition =
        split
            .partition()
            .orElseThrow(() -> new IllegalStateException(split + " is of many partitions"));
    if (partition.partitions() != bucketCount) {
      // The engine would send the lake's rows of this partition elsewhere.
      throw new IllegalStateException(
          String.format("%s is not one of %d partitions", split, bucketCount));
    }
    return partition.number();
  }
}
