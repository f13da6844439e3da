/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.overlay;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.freshet.error.FreshetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.roaringbitmap.RoaringBitmap;

/**
 * Iceberg's deletion vector, the blob of type {@code deletion-vector-v1} of the Puffin
 * specification:
 *
 * <pre>
 *  4  big endian     bytes of magic and vector together
 *  4                 magic D1 D3 39 64
 *  n  little endian  the vector: 8 number of bitmaps, and for each one 4 the upper 32 bits of its
 *                    positions, ascending, and a 32-bit roaring bitmap in its portable form
 *  4  big endian     CRC-32 of magic and vector
 * </pre>
 */
public final class DeletionVectorV1 {
  private static final int MAGIC = 0x6439D3D1;
  private static final int LENGTH_BYTES = 4;
  private static final int MAGIC_BYTES = 4;
  private static final int CHECKSUM_BYTES = 4;
  private static final int COUNT_BYTES = 8;
  private static final int KEY_BYTES = 4;

  private DeletionVectorV1() {}

  public static byte[] serialize(PositionBitmap positions) {
    RoaringBitmap[] parts = positions.parts();
    int vectorBytes = COUNT_BYTES;
    long count = 0;
    for (RoaringBitmap part : parts) {
      if (!part.isEmpty()) {
        vectorBytes = Math.addExact(vectorBytes, KEY_BYTES + part.serializedSizeInBytes());
        count++;
      }
    }
    int covered = MAGIC_BYTES + vectorBytes;
    ByteBuffer out = ByteBuffer.allocate(LENGTH_BYTES + covered + CHECKSUM_BYTES);
    out.order(BIG_ENDIAN).putInt(covered).order(LITTLE_ENDIAN).putInt(MAGIC).putLong(count);
    for (int high = 0; high < parts.length; high++) {
      if (!parts[high].isEmpty()) {
        out.putInt(high);
        parts[high].serialize(out);
      }
    }
    out.order(BIG_ENDIAN).putInt(checksum(out.array(), covered));
    return out.array();
  }

  /**
   * Reads a vector.
   *
   * @param source where the bytes are from, for the message
   * @throws FreshetException LAKE_DIVERGED if they are no deletion vector or have been damaged
   */
  public static PositionBitmap deserialize(byte[] bytes, String source) {
    try {
      return read(bytes);
    } catch (IOException | RuntimeException e) {
      throw new FreshetException(
          LAKE_DIVERGED,
          String.format(
              "The deletion vector of %d bytes in %s is damaged: %s. Restore the file, or roll the"
                  + " table back to a snapshot without it.",
              bytes.length, source, e.getMessage()),
          e);
    }
  }

  private static PositionBitmap read(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int covered = in.getInt();
    if (covered != bytes.length - LENGTH_BYTES - CHECKSUM_BYTES) {
      throw new IOException("its length field says " + covered);
    }
    if (in.getInt(LENGTH_BYTES + covered) != checksum(bytes, covered)) {
      throw new IOException("its checksum is wrong");
    }
    in.order(LITTLE_ENDIAN);
    if (in.getInt() != MAGIC) {
      throw new IOException("its magic number is wrong");
    }
    long count = in.getLong();
    List<RoaringBitmap> parts = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      int high = in.getInt();
      if (high < parts.size()) {
        throw new IOException("its bitmaps are not in order");
      }
      while (parts.size() < high) {
        parts.add(new RoaringBitmap());
      }
      RoaringBitmap part = new RoaringBitmap();
      part.deserialize(in);
      in.position(in.position() + part.serializedSizeInBytes());
      parts.add(part);
    }
    return new PositionBitmap(parts.toArray(RoaringBitmap[]::new));
  }

  private static int checksum(byte[] bytes, int covered) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, LENGTH_BYTES, covered);
    return (int) checksum.getValue();
  }
}
