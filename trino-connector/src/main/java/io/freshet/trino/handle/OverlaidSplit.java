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
import io.trino.spi.HostAddress;
import io.trino.spi.SplitWeight;
import io.trino.spi.connector.ConnectorSplit;
import java.util.List;
import java.util.Optional;

/**
 * A part of a lake file, of which fresh changes have superseded rows.
 *
 * @param overlay the positions of those rows in the file, as Iceberg's deletion vector blob
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes on their way, never compared.
public record OverlaidSplit(
    @JsonProperty("lake") ConnectorSplit lake,
    @JsonProperty("dataFile") String dataFile,
    @JsonProperty("overlay") byte[] overlay)
    implements ConnectorSplit {
  private static final int INSTANCE_BYTES = SizeOf.instanceSize(OverlaidSplit.class);

  @Override
  public boolean isRemotelyAccessible() {
    return lake.isRemotelyAccessible();
  }

  @Override
  public List<HostAddress> getAddresses() {
    return lake.getAddresses();
  }

  @Override
  public Optional<String> getAffinityKey() {
    return lake.getAffinityKey();
  }

  @Override
  public SplitWeight getSplitWeight() {
    return lake.getSplitWeight();
  }

  @Override
  public long getRetainedSizeInBytes() {
    return INSTANCE_BYTES
        + lake.getRetainedSizeInBytes()
        + SizeOf.estimatedSizeOf(dataFile)
        + SizeOf.sizeOf(overlay);
  }
}
