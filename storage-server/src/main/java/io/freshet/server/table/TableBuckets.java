/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.table;

import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.FreshRange;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.index.IndexCheckpoint;
import io.freshet.server.keys.FileMoves;
import io.freshet.server.keys.NewBase;
import io.freshet.server.keys.RowCut;
import io.freshet.server.lake.LakeState;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.table.TableOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The buckets of one table, in order of their numbers. Safe for use by many threads. */
record TableBuckets(List<Bucket> buckets) {
  TableBuckets {
    buckets = List.copyOf(buckets);
  }

  /** The high watermarks now. */
  TieredOffsets ends() {
    return new TieredOffsets(buckets.stream().map(Bucket::endOffset).toList());
  }

  /** Asks all buckets for their high watermarks, with messages that keep their order. */
  CompletableFuture<TieredOffsets> visibleEnds() {
    return all(Bucket::visibleEnd).thenApply(TieredOffsets::new);
  }

  /** Asks all buckets for the state of their rows, with messages that keep their order. */
  CompletableFuture<List<RowCut>> freeze() {
    return all(Bucket::freeze);
  }

  /** Asks all buckets for the state that a tiering shall move. */
  CompletableFuture<List<RowCut>> seal() {
    return all(Bucket::seal);
  }

  /** Has all buckets go on from a new base; completes when the next cut can be made. */
  CompletableFuture<Void> rebase(List<NewBase> bases) {
    return all(bucket -> bucket.rebase(bases.get(bucket.id().bucket()))).thenApply(unused -> null);
  }

  /** Has all buckets go on from a base in which a compaction has moved rows. */
  void move(FileMoves moves, LakeState base) {
    for (Bucket bucket : buckets) {
      long tiered = base.tiered().of(bucket.id().bucket());
      var unused =
          bucket.move(
              moves, new IndexCheckpoint(base.snapshotId(), base.tiered().toString(), tiered));
    }
  }

  /** What lies between {@code from} and the cut in each bucket. */
  List<FreshRange> ranges(TieredOffsets from, List<RowCut> cuts) {
    List<FreshRange> ranges = new ArrayList<>();
    for (Bucket bucket : buckets) {
      int number = bucket.id().bucket();
      RowCut cut = cuts.get(number);
      long start = from.of(number);
      long end = cut.endOffset();
      long live = cut.liveRows(start);
      long bytes = bucket.fresh().bytes(start, end);
      ranges.add(
          new FreshRange(
              number,
              start,
              end,
              live,
              start == end ? 0 : (long) (bytes * ((double) live / (end - start)))));
    }
    return ranges;
  }

  /**
   * Which changes can be read, and where the first ones of a timestamp are. Blocking.
   *
   * @param ends high watermarks of one moment
   */
  List<BucketOffsets> offsets(TieredOffsets ends, @Nullable Long timestampMillis) {
    List<BucketOffsets> offsets = new ArrayList<>();
    for (Bucket bucket : buckets) {
      long end = ends.of(bucket.id().bucket());
      Long found = timestampMillis == null ? null : offsetAt(bucket, timestampMillis, end);
      long start = Math.min(bucket.log().startOffset(), end);
      offsets.add(
          new BucketOffsets(
              bucket.id().bucket(), start, end, found == null ? null : Math.max(start, found)));
    }
    return offsets;
  }

  private static long offsetAt(Bucket bucket, long timestampMillis, long endOffset) {
    // Saturates at the ends of time, which is as good there.
    long micros = TimeUnit.MILLISECONDS.toMicros(timestampMillis);
    return Math.min(bucket.log().offsetAt(micros), endOffset);
  }

  private <T> CompletableFuture<List<T>> all(Function<Bucket, CompletableFuture<T>> message) {
    List<CompletableFuture<T>> answers = buckets.stream().map(message).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(unused -> answers.stream().map(CompletableFuture::join).toList());
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
