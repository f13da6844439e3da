/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.arrow;

import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a vector are not null: {@code long[ceil(values / 64)]}, lowest bit first, as in
 * Arrow and in Trino's blocks. Null if all are valid.
 */
final class Validity {
  private Validity() {}

  /** Those of a vector that are valid in {@code parent}, too. */
  static long @Nullable [] of(FieldVector vector, long @Nullable [] parent) {
    int rows = vector.getValueCount();
    if (rows == 0 || vector.getNullCount() == 0) {
      return parent;
    }
    long[] words = new long[(rows + Long.SIZE - 1) / Long.SIZE];
    int bytes = (rows + Byte.SIZE - 1) / Byte.SIZE;
    var buffer = vector.getValidityBuffer().nioBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    int whole = bytes / Long.BYTES;
    buffer.asLongBuffer().get(words, 0, whole);
    for (int i = whole * Long.BYTES; i < bytes; i++) {
      words[whole] |= Byte.toUnsignedLong(buffer.get(i)) << ((i - whole * Long.BYTES) * Byte.SIZE);
    }
    if (parent != null) {
      for (int i = 0; i < words.length; i++) {
        words[i] &= parent[i];
      }
    }
    return words;
  }

  static boolean isValid(long @Nullable [] words, int row) {
    return words == null || (words[row >>> 6] >>> row & 1) != 0;
  }

  static Optional<long[]> optional(long @Nullable [] words) {
    return Optional.ofNullable(words);
  }
}
