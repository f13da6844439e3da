/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.index;

import java.io.IOException;

/**
 * Goes over entries in the order of their keys, block by block.
 *
 * <p>Shape: {@code block: long[>= count * (words + 1)]}, for each entry the key's words and the
 * location.
 */
interface EntryCursor {
  /** Moves to the next block, if there is one. */
  boolean advance() throws IOException;

  /** The entries of this block; the caller may change it until it advances. */
  long[] block();

  /** How many entries the block has; at least one. */
  int count();

  /** Compares two keys in the order of runs: their words, unsigned. */
  static int compare(long[] a, int atA, long[] b, int atB, int words) {
    int comparison = Long.compareUnsigned(a[atA], b[atB]);
    return comparison != 0 || words == 1
        ? comparison
        : Long.compareUnsigned(a[atA + 1], b[atB + 1]);
  }
}
