/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.lake.TieredOffsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one read of a union snapshot gave.
 *
 * @param snapshot its name
 * @param base the lake snapshot; null for the empty table
 * @param acknowledgedBefore how many acknowledgements came before the plan was asked for
 * @param tiered what the base holds
 * @param ends high watermarks of the plan
 * @param lake by bucket: rows of the base
 * @param fresh by bucket: rows of the server
 */
record UnionRows(
    String snapshot,
    @Nullable Long base,
    int acknowledgedBefore,
    TieredOffsets tiered,
    TieredOffsets ends,
    List<long[]> lake,
    List<long[]> fresh) {
  int buckets() {
    return tiered.buckets();
  }

  /** Rows of a bucket, by offset. */
  long[] rows(int bucket) {
    long[] base = lake.get(bucket);
    long[] newer = fresh.get(bucket);
    long[] all = Arrays.copyOf(base, base.length + newer.length);
    System.arraycopy(newer, 0, all, base.length, newer.length);
    return all;
  }
}
