/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.freshet.error.FreshetException;
import io.freshet.overlay.DeletionVectorV1;
import io.freshet.overlay.PositionBitmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.util.ContentFileUtil;

/**
 * Deletion vectors that were read from the lake, of all tables; those read least recently are
 * dropped. Files in the lake never change, so neither does what is here. Thread-safe.
 */
final class DeletionVectorCache {
  private static final long DEFAULT_MAX_BYTES = 64 << 20;

  private final Cache<Key, PositionBitmap> vectors;

  private record Key(String location, long offset) {}

  /**
   * @param maxBytes how large the vectors may be together, as they are stored
   */
  DeletionVectorCache(long maxBytes) {
    vectors =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<Key, PositionBitmap>weigher((key, vector) -> weight(vector))
            .build();
  }

  static DeletionVectorCache ofDefaultSize() {
    return new DeletionVectorCache(DEFAULT_MAX_BYTES);
  }

  /** The positions of a deletion vector; shared, so not to be changed. */
  PositionBitmap get(DeleteFile file, FileIO io) {
    Long offset = file.contentOffset();
    Long sizeBytes = file.contentSizeInBytes();
    if (offset == null || sizeBytes == null || sizeBytes > Integer.MAX_VALUE) {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Cannot read %s: the lake's metadata does not say where in the file it is. Roll the table"
              + " back to a snapshot without it.",
          ContentFileUtil.dvDesc(file));
    }
    return vectors.get(
        new Key(file.location(), offset), key -> read(file, offset, sizeBytes.intValue(), io));
  }

  private static PositionBitmap read(DeleteFile file, long offset, int sizeBytes, FileIO io) {
    byte[] bytes = new byte[sizeBytes];
    try {
      IOUtil.readFully(io.newInputFile(file.location()), offset, bytes, 0, sizeBytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DeletionVectorV1.deserialize(bytes, ContentFileUtil.dvDesc(file));
  }

  private static int weight(PositionBitmap vector) {
    // Roaring bitmaps take at most two bytes for a position, and a bit of each position if dense.
    return (int) Math.min(Integer.MAX_VALUE, 64 + 2 * vector.cardinality());
  }
}
