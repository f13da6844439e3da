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
import org.jspecify.annotations.Nullable;

/**
 * A part of a lake file, of which fresh changes have superseded rows.
 *
 * @param snapshot the union snapshot's name: with it and the file, the server tells the overlay
 * @param overlay the positions of those rows in the file, as Iceberg's deletion vector blob; null
 *     if it is so large that each node had better ask the server for it once
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes on their way, never compared.
public record OverlaidSplit(
    @JsonProperty("lake") ConnectorSplit lake,
    @JsonProperty("snapshot") String snapshot,
    @JsonProperty("dataFile") String dataFile,
    @JsonProperty("overlay") byte @Nullable [] overlay)
    implements ConnectorSplit {
  /** Larger overlays do not travel with each split of their file. */
  static final int MAX_INLINE_BYTES = 64 << 10;

  private static final int INSTANCE_BYTES = SizeOf.instanceSize(OverlaidSplit.class);

  /** A split that brings its overlay, unless that is large. */
  public static OverlaidSplit of(
      ConnectorSplit lake, String snapshot, String dataFile, byte[] overlay) {
    return new OverlaidSplit(
        lake, snapshot, dataFile, overlay.length > MAX_INLINE_BYTES ? null : overlay);
  }

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
        + SizeOf.estimatedSizeOf(snapshot)
        + SizeOf.estimatedSizeOf(dataFile)
        + SizeOf.sizeOf(overlay);
  }
}
