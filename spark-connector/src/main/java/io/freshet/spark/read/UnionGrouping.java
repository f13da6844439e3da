/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.util.Optional;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.read.partitioning.KeyGroupedPartitioning;
import org.apache.spark.sql.connector.read.partitioning.Partitioning;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;

/**
 * Whether partitions of a scan are grouped by key, and by which.
 *
 * @param base whose files the lake's partitions have
 * @param isWanted whether the query's settings ask Iceberg for it
 */
record UnionGrouping(Table base, boolean isWanted) {
  /**
   * Keys of partitions.
   *
   * @param transforms as Spark has them
   * @param spec as Iceberg has them, in the same order
   */
  record Keys(Expression[] transforms, PartitionSpec spec) {}

  /**
   * What fresh rows have to be grouped by to be grouped as the lake is: by the table's own
   * partitioning if no lake file is read.
   *
   * @param ofLake what Iceberg reports of the lake's partitions
   * @param read columns of the scan
   */
  Optional<Keys> keys(Partitioning ofLake, StructType read) {
    if (!isWanted || !SQLConf.get().v2BucketingEnabled()) {
      return Optional.empty();
    }
    if (ofLake instanceof KeyGroupedPartitioning grouped) {
      return keys(grouped.keys());
    }
    return ofLake.numPartitions() == 0
        ? keys(PartitionKeys.readable(base.spec(), base.schema(), read))
        : Optional.empty();
  }

  private Optional<Keys> keys(Expression[] transforms) {
    return transforms.length == 0
        ? Optional.empty()
        : PartitionKeys.spec(base.schema(), transforms).map(spec -> new Keys(transforms, spec));
  }
}
