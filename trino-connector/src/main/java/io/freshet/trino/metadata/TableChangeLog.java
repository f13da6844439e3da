/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.metadata;

import static io.trino.spi.type.TimestampWithTimeZoneType.TIMESTAMP_TZ_MICROS;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.table.ChangeColumns;
import io.freshet.trino.error.FreshetErrors;
import io.freshet.trino.handle.ChangeRange;
import io.freshet.trino.handle.ChangesFunctionHandle;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.predicate.Domain;
import io.trino.spi.predicate.Range;
import io.trino.spi.predicate.TupleDomain;
import io.trino.spi.predicate.ValueSet;
import io.trino.spi.type.LongTimestampWithTimeZone;
import io.trino.spi.type.TimeZoneKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;

/**
 * Which changes of a table can be read in a transaction: from the start of its log up to what the
 * transaction's union snapshot has seen.
 */
final class TableChangeLog {
  private static final long MICROS_PER_MILLI = 1000;
  private static final int PICOS_PER_MICRO = 1_000_000;

  private final FreshetClient client;

  TableChangeLog(FreshetClient client) {
    this.client = client;
  }

  /** The table's columns and those that say what each change is. */
  static Schema schema(UnionSnapshot snapshot) {
    try {
      return ChangeColumns.schema(snapshot.table(), snapshot.schema());
    } catch (FreshetException e) {
      throw FreshetErrors.toTrino(e);
    }
  }

  /** The ranges of all buckets that have changes. */
  List<ChangeRange> ranges(UnionSnapshot snapshot) {
    return between(snapshot, offsets(snapshot, Optional.empty()), Map.of());
  }

  /**
   * As above, between two moments. The server finds offsets by the millisecond, so the first and
   * the last range may have changes of other microseconds, which {@link #commits} leaves out.
   */
  List<ChangeRange> ranges(UnionSnapshot snapshot, ChangesFunctionHandle asked) {
    Map<Integer, Long> ends = new HashMap<>();
    if (asked.toMicros().isPresent()) {
      for (BucketOffsets end :
          offsets(snapshot, asked.toMicros().map(to -> Math.ceilDiv(to, MICROS_PER_MILLI)))) {
        ends.put(end.bucket(), end.timestampOffset());
      }
    }
    return between(
        snapshot,
        offsets(snapshot, asked.fromMicros().map(from -> Math.floorDiv(from, MICROS_PER_MILLI))),
        ends);
  }

  /** Which changes were committed between two moments. */
  static TupleDomain<ColumnHandle> commits(ChangesFunctionHandle asked, ColumnHandle timestamp) {
    Range from =
        asked
            .fromMicros()
            .map(micros -> Range.greaterThanOrEqual(TIMESTAMP_TZ_MICROS, moment(micros)))
            .orElseGet(() -> Range.all(TIMESTAMP_TZ_MICROS));
    Range to =
        asked
            .toMicros()
            .map(micros -> Range.lessThan(TIMESTAMP_TZ_MICROS, moment(micros)))
            .orElseGet(() -> Range.all(TIMESTAMP_TZ_MICROS));
    return from.intersect(to)
        .map(both ->
            TupleDomain.withColumnDomains(
                Map.of(timestamp, Domain.create(ValueSet.ofRanges(both), false))))
        .orElse(TupleDomain.none());
  }

  private static LongTimestampWithTimeZone moment(long micros) {
    return LongTimestampWithTimeZone.fromEpochMillisAndFraction(
        Math.floorDiv(micros, MICROS_PER_MILLI),
        Math.floorMod(micros, (int) MICROS_PER_MILLI) * PICOS_PER_MICRO,
        TimeZoneKey.UTC_KEY);
  }

  private List<BucketOffsets> offsets(UnionSnapshot snapshot, Optional<Long> millis) {
    return FreshetErrors.call(() ->
            millis.isPresent()
                ? client.offsets(snapshot.table(), Instant.ofEpochMilli(millis.get()))
                : client.offsets(snapshot.table()))
        .offsets();
  }

  /**
   * @param ends by bucket, where there are any
   */
  private static List<ChangeRange> between(
      UnionSnapshot snapshot, List<BucketOffsets> starts, Map<Integer, Long> ends) {
    Map<Integer, Long> seen = new HashMap<>();
    for (FreshRange fresh : snapshot.fresh()) {
      seen.put(fresh.bucket(), fresh.endOffset());
    }
    return starts.stream()
        .map(start -> {
          Long from = start.timestampOffset();
          long last = seen.getOrDefault(start.bucket(), 0L);
          return new ChangeRange(
              start.bucket(),
              from == null ? start.startOffset() : from,
              Math.min(last, ends.getOrDefault(start.bucket(), last)));
        })
        .filter(range -> range.rows() > 0)
        .toList();
  }
}
