/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.HasPartitionKey;

/**
 * Fresh rows that all have the same partition key.
 *
 * @param key in Spark's internal form, as the lake's partitions have theirs
 */
record KeyedFreshPartition(FreshPartition rows, InternalRow key) implements HasPartitionKey {
  @Override
  public InternalRow partitionKey() {
    return key;
  }
}
