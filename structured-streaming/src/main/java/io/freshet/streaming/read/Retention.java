/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.OFFSET_OUT_OF_RANGE;

import io.freshet.error.FreshetException;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.LakeBase;
import io.freshet.protocol.TableOffsets;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamPosition.History;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a stream does when the log was trimmed beyond where it is. */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final StreamedTable table;
  private final LakeHistory lake;
  private final boolean failOnDataLoss;

  Retention(StreamedTable table, LakeHistory lake, boolean failOnDataLoss) {
    this.table = table;
    this.lake = lake;
    this.failOnDataLoss = failOnDataLoss;
  }

  /**
   * Where the stream goes on, which is where it is unless changes are gone. Rows of a log table are
   * in the lake then: if a snapshot ends where the stream is, its files since then have them.
   *
   * @throws FreshetException OFFSET_OUT_OF_RANGE if rows are lost and that is not wanted
   */
  StreamPosition check(StreamPosition position, TableOffsets log) {
    if (isRetained(position, log)) {
      return position;
    }
    if (!table.description().hasPrimaryKey()) {
      Optional<Long> reached = lake.snapshotAt(position.offsets());
      if (reached.isPresent()) {
        return throughLake(position, reached.get());
      }
    }
    return position.at(withoutLost(position, log, ends(log)));
  }

  /**
   * Of a stream that still reads lake files: those of a table with a primary key do not have the
   * changes that follow them, so it fails before it reads more of them in vain.
   *
   * @throws FreshetException OFFSET_OUT_OF_RANGE if changes are lost and that is not wanted
   */
  void checkHistory(StreamPosition position, TableOffsets log) {
    if (table.description().hasPrimaryKey() && failOnDataLoss && !isRetained(position, log)) {
      var unused = withoutLost(position, log, ends(log));
    }
  }

  /** The start offsets of a batch whose end is known already. */
  List<Long> checkBatch(StreamPosition start, StreamPosition end, TableOffsets log) {
    return isRetained(start, log) || start.offsets().equals(end.offsets())
        ? start.offsets()
        : withoutLost(start, log, end.offsets());
  }

  private StreamPosition throughLake(StreamPosition position, long reached) {
    UnionSnapshot now = table.client().plan(table.description().table());
    table.client().release(now);
    LakeBase base = now.base();
    if (base.snapshotId() == null) {
      throw new IllegalStateException("The lake of table " + table.name() + " lost its snapshots");
    }
    LOG.info(
        "The log of {} was trimmed beyond {}: the stream reads the lake from snapshot {} to {}",
        table.name(),
        position.offsets(),
        reached,
        base.snapshotId());
    return new StreamPosition(
        position.tableId(),
        new History(reached, base.snapshotId(), 0),
        now.fresh().stream().map(FreshRange::tieredOffset).toList());
  }

  private List<Long> withoutLost(StreamPosition position, TableOffsets log, List<Long> ends) {
    List<Long> starts = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    for (BucketOffsets bucket : log.offsets()) {
      long start = position.offsets().get(bucket.bucket());
      long kept = Math.max(start, Math.min(bucket.startOffset(), ends.get(bucket.bucket())));
      if (kept > start) {
        lost.add(String.format("[%d, %d) of bucket %d", start, kept, bucket.bucket()));
      }
      starts.add(kept);
    }
    String message =
        String.format(
            "The stream of table %s has lost the changes %s: they were trimmed from the log after they"
                + " went into the lake%s.",
            table.name(),
            String.join(", ", lost),
            table.description().hasPrimaryKey() ? ", which has rows and no changes" : "");
    if (failOnDataLoss) {
      throw new FreshetException(
          OFFSET_OUT_OF_RANGE,
          message
              + " Start a query with a new checkpoint, which reads the whole table; or set the option"
              + " failOnDataLoss to false to go on without them. To keep more, raise the table's"
              + " freshet.log.retention.time and freshet.log.retention.size.");
    }
    LOG.warn("{} It goes on without them, since failOnDataLoss is false.", message);
    return starts;
  }

  private static List<Long> ends(TableOffsets log) {
    return log.offsets().stream().map(BucketOffsets::endOffset).toList();
  }

  private static boolean isRetained(StreamPosition position, TableOffsets log) {
    return log.offsets().stream()
        .allMatch(bucket -> position.offsets().get(bucket.bucket()) >= bucket.startOffset());
  }
}
