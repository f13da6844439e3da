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
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamPosition.History;
import io.freshet.table.TableName;
import java.util.ArrayList;
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
    FreshetClient client = table.client();
    TableName name = table.description().table();
    TableOffsets offsets =
        point instanceof StartPoint.Timestamp timestamp
            ? client.offsets(name, timestamp.from())
            : client.offsets(name);
    List<Long> starts = starts(table, point, offsets, history);
    return new FirstPosition(new StreamPosition(offsets.tableId(), null, starts), null);
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

  private static List<Long> starts(
      StreamedTable table, StartPoint point, TableOffsets offsets, LakeHistory history) {
    if (point instanceof StartPoint.Snapshot snapshot) {
      return history.offsetsOf(snapshot.snapshotId());
    }
    if (point instanceof StartPoint.Offsets given) {
      return given(table, given, offsets);
    }
    return offsets.offsets().stream()
        .map(bucket -> {
          Long timestampOffset = bucket.timestampOffset();
          if (timestampOffset != null) {
            return timestampOffset;
          }
          return point instanceof StartPoint.Earliest ? bucket.startOffset() : bucket.endOffset();
        })
        .toList();
  }

  private static List<Long> given(
      StreamedTable table, StartPoint.Offsets given, TableOffsets offsets) {
    List<Long> starts = new ArrayList<>();
    for (BucketOffsets bucket : offsets.offsets()) {
      Long start = given.byBucket().get(bucket.bucket());
      if (start == null || start < 0 || start > bucket.endOffset()) {
        throw badOffsets(table, given, offsets);
      }
      starts.add(start);
    }
    if (given.byBucket().size() != starts.size()) {
      throw badOffsets(table, given, offsets);
    }
    return starts;
  }

  private static FreshetException badOffsets(
      StreamedTable table, StartPoint.Offsets given, TableOffsets offsets) {
    return FreshetException.of(
        INVALID_REQUEST,
        "A stream of table %s can't start at offsets %s: give one for every bucket, of those that there"
            + " are: %s",
        table.name(),
        given.byBucket(),
        offsets.offsets());
  }
}
