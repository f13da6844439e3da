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

/**
 * Changes of one bucket.
 *
 * @param table the server's name of the table
 * @param tableId that the offsets are of
 */
public record ChangesSplit(
    @JsonProperty("table") String table,
    @JsonProperty("tableId") String tableId,
    @JsonProperty("range") ChangeRange range)
    implements ConnectorSplit {
  private static final int INSTANCE_BYTES = SizeOf.instanceSize(ChangesSplit.class);
  private static final double FULL_WEIGHT_ROWS = 1 << 20;
  private static final double LEAST_WEIGHT = 0.05;

  @Override
  public SplitWeight getSplitWeight() {
    return SplitWeight.fromProportion(Math.clamp(range.rows() / FULL_WEIGHT_ROWS, LEAST_WEIGHT, 1));
  }

  @Override
  public long getRetainedSizeInBytes() {
    return INSTANCE_BYTES + SizeOf.estimatedSizeOf(table) + SizeOf.estimatedSizeOf(tableId);
  }
}
