/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.protocol.FreshRange;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The buckets of one table, in order of their numbers. Safe for use by many threads. */
record TableBuckets(List<Bucket> buckets) {
  TableBuckets {
    buckets = List.copyOf(buckets);
  }

  /** The high watermarks now. */
  TieredOffsets ends() {
    return new TieredOffsets(buckets.stream().map(Bucket::endOffset).toList());
  }

  /** What lies between {@code from} and {@code to} in each bucket. */
  List<FreshRange> ranges(TieredOffsets from, TieredOffsets to) {
    List<FreshRange> ranges = new ArrayList<>();
    for (Bucket bucket : buckets) {
      int number = bucket.id().bucket();
      long start = from.of(number);
      long end = to.of(number);
      ranges.add(new FreshRange(number, start, end, end - start, bucket.fresh().bytes(start, end)));
    }
    return ranges;
  }

  /** Whether the rows from {@code tiered} on are old or many enough to go to the lake. */
  boolean isTieringDue(TieredOffsets tiered, TableOptions options, long nowMillis) {
    long nowMicros = TimeUnit.MILLISECONDS.toMicros(nowMillis);
    long freshnessMicros = TimeUnit.NANOSECONDS.toMicros(options.freshness().toNanos());
    long bytes = 0;
    for (Bucket bucket : buckets) {
      long start = tiered.of(bucket.id().bucket());
      long end = bucket.endOffset();
      if (start < end) {
        bytes += bucket.fresh().bytes(start, end);
        long committedMicros = bucket.fresh().commitTimestampMicros(start, nowMicros);
        if (nowMicros - committedMicros >= freshnessMicros) {
          return true;
        }
      }
    }
    return bytes >= options.tieringBytes();
  }

  /**
   * Lets go of what is tiered: fresh rows at once, the log's changes when its retention says so and
   * no lease needs them.
   */
  void trim(TieredOffsets tiered, Leases leases, TableOptions options) {
    for (Bucket bucket : buckets) {
      int number = bucket.id().bucket();
      long fresh = tiered.of(number);
      long unneeded = leases.lowestOffset(number, tiered);
      bucket
          .loop()
          .execute(() -> {
            bucket.fresh().dropBelow(fresh);
            bucket.log().trim(unneeded, options.logRetentionTime(), options.logRetentionBytes());
          });
    }
  }
}
