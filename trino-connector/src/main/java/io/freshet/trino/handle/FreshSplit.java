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
import io.airlift.slice.SizeOf;
import io.trino.spi.SplitWeight;
import io.trino.spi.connector.ConnectorSplit;
import java.util.Optional;

/**
 * The fresh rows of one bucket in a union snapshot, all or those of one partition.
 *
 * @param snapshot the union snapshot's id
 * @param rows how many there are, before any filter
 */
public record FreshSplit(
    @JsonProperty("snapshot") String snapshot,
    @JsonProperty("bucket") int bucket,
    @JsonProperty("rows") long rows,
    @JsonProperty("partition") Optional<BucketPartition> partition,
    @JsonProperty("splitWeight") SplitWeight splitWeight)
    implements ConnectorSplit {
  private static final int INSTANCE_BYTES = SizeOf.instanceSize(FreshSplit.class);
  private static final double FULL_WEIGHT_BYTES = 32 << 20;
  private static final double LEAST_WEIGHT = 0.05;

  public static FreshSplit of(String snapshot, int bucket, long rows, long sizeBytes) {
    double weight = Math.clamp(sizeBytes / FULL_WEIGHT_BYTES, LEAST_WEIGHT, 1);
    return new FreshSplit(
        snapshot, bucket, rows, Optional.empty(), SplitWeight.fromProportion(weight));
  }

  public FreshSplit of(BucketPartition one) {
    return new FreshSplit(snapshot, bucket, rows, Optional.of(one), splitWeight);
  }

  @Override
  public SplitWeight getSplitWeight() {
    return splitWeight;
  }

  @Override
  public long getRetainedSizeInBytes() {
    return INSTANCE_BYTES + SizeOf.estimatedSizeOf(snapshot) + splitWeight.getRetainedSizeInBytes();
  }
}
