/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.TableOffsets;
import io.freshet.spark.changes.ChangePoint;
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamPosition.History;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream without a checkpoint starts.
 *
 * @param lease keeps the log as it is after the history; null if there is none
 */
record FirstPosition(StreamPosition position, @Nullable SnapshotLease lease) {
  /**
   * @throws FreshetException INVALID_REQUEST or OFFSET_OUT_OF_RANGE if the table has no such point
   */
  static FirstPosition find(StreamedTable table, StartPoint point, LakeHistory history) {
    if (point instanceof StartPoint.Full) {
      return startOfHistory(table);
    }
    TableOffsets log = table.client().offsets(table.description().table());
    List<Long> starts =
        point instanceof StartPoint.Snapshot snapshot
            ? history.offsetsOf(snapshot.snapshotId())
            : startsInLog(table, ((StartPoint.Log) point).from(), log);
    return new FirstPosition(new StreamPosition(log.tableId(), null, starts), null);
  }

  private static FirstPosition startOfHistory(StreamedTable table) {
    SnapshotLease lease =
        SnapshotLease.plan(table.client(), table.description().table(), table.lease());
    Long base = lease.snapshot().base().snapshotId();
    return new FirstPosition(
        new StreamPosition(
            lease.snapshot().tableId(),
            base == null ? null : new History(null, base, 0),
            lease.snapshot().fresh().stream().map(FreshRange::tieredOffset).toList()),
        lease);
  }

  private static List<Long> startsInLog(StreamedTable table, ChangePoint point, TableOffsets log) {
    FreshetClient client = table.client();
    List<Long> starts =
        point.offsets(StartPoint.OPTION, log, moment -> client.offsets(log.table(), moment));
    for (BucketOffsets bucket : log.offsets()) {
      long start = starts.get(bucket.bucket());
      boolean isThere = start >= 0 && start <= bucket.endOffset();
      if (point instanceof ChangePoint.Offsets && !isThere) {
        throw FreshetException.of(
            INVALID_REQUEST,
            "A stream of table %s can't start at offset %d of bucket %d, whose log has [%d, %d)",
            table.name(),
            start,
            bucket.bucket(),
            bucket.startOffset(),
            bucket.endOffset());
      }
    }
    return starts;
  }
}
