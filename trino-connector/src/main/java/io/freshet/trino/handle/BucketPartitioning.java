/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.handle;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a query reads a table partition by partition, whose lake is partitioned by {@code
 * bucket(column, partitions)}. A bucket of the log may have fresh rows of several partitions; they
 * are read once for each.
 *
 * @param fieldId of the column
 * @param stride the fresh rows of bucket b are of the partitions b modulo stride
 */
public record BucketPartitioning(
    @JsonProperty("fieldId") int fieldId,
    @JsonProperty("partitions") int partitions,
    @JsonProperty("stride") int stride) {
  /** How often each fresh row is read, to be let through once. */
  public int reads() {
    return partitions / stride;
  }

  /** Those which fresh rows of a bucket may be of. */
  public List<BucketPartition> partitionsOf(int bucket) {
    return IntStream.range(0, reads())
        .mapToObj(i -> new BucketPartition(fieldId, partitions, bucket % stride + i * stride))
        .toList();
  }
}
