/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.server;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.OverlaidSplit;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/**
 * The overlays that splits on this node hide rows with, each of which all splits of its file share.
 * Those that are too large to travel with every split are fetched from the server, once.
 */
public final class NodeOverlays {
  /** What nobody reads any more stays for so long: a query's splits follow one another. */
  private static final Duration KEPT_UNUSED = Duration.ofMinutes(1);

  /** The least that an overlay counts for, so that there is a bound to small ones too. */
  private static final long LEAST_BYTES = 512;

  private final FreshetClient client;
  private final Cache<Key, PositionBitmap> overlays;

  private record Key(String snapshot, String dataFile) {}

  /**
   * @param maxBytes how much is kept for further splits; what splits are using comes on top
   */
  NodeOverlays(FreshetClient client, long maxBytes) {
    this.client = client;
    this.overlays =
        CacheBuilder.newBuilder()
            .maximumWeight(maxBytes)
            .<Key, PositionBitmap>weigher((key, positions) -> weight(positions))
            .concurrencyLevel(1) // Or an overlay of more than a part of the maximum is not kept.
            .expireAfterAccess(KEPT_UNUSED)
            .build();
  }

  /**
   * The positions that a split hides; not to be changed. Waits for the server if the split has not
   * brought them and no other split on this node has: SNAPSHOT_EXPIRED if the lease has ended.
   */
  public PositionBitmap of(OverlaidSplit split) {
    try {
      return overlays.get(new Key(split.snapshot(), split.dataFile()), () -> load(split));
    } catch (UncheckedExecutionException e) {
      if (e.getCause() instanceof FreshetException known) {
        throw FreshetErrors.toTrino(known);
      }
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("Can't read the overlay of " + split.dataFile(), e);
    }
  }

  private PositionBitmap load(OverlaidSplit split) {
    byte[] overlay = split.overlay();
    return overlay == null
        ? client.overlay(split.snapshot(), split.dataFile()).positions()
        : DeletionVectorV1.deserialize(overlay, "the overlay of " + split.dataFile());
  }

  private static int weight(PositionBitmap positions) {
    return (int) Math.clamp(positions.sizeBytes(), LEAST_BYTES, Integer.MAX_VALUE);
  }
}
