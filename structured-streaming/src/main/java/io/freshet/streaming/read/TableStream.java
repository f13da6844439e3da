/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static java.util.Objects.requireNonNull;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.BucketOffsets;
import io.freshet.protocol.FreshRange;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableOffsets;
import io.freshet.spark.changes.ChangePartition;
import io.freshet.spark.connection.SnapshotLease;
import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamPosition.History;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.ReadAllAvailable;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.apache.spark.sql.connector.read.streaming.ReportsSourceMetrics;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeMode;
import org.apache.spark.sql.connector.read.streaming.SupportsTriggerAvailableNow;
import org.jspecify.annotations.Nullable;

/**
 * A table as a stream. It reads the files of a lake snapshot, and goes on with the changes that
 * this snapshot does not hold, from its tiered offsets: no row is in both, none is between them.
 */
public final class TableStream
    implements MicroBatchStream,
        SupportsTriggerAvailableNow,
        ReportsSourceMetrics,
        SupportsRealTimeMode {
  private final StreamedTable table;
  private final FreshetClient client;
  private final StreamOptions options;
  private final StreamColumns columns;
  private final ReadLimits limits;
  private final StartFile startFile;
  private final LakeHistory history;
  private final Retention retention;

  /** Keeps the log as it is after the history, while that is read. */
  private @Nullable SnapshotLease lease;

  private @Nullable StreamPosition start;
  private @Nullable List<Long> lastOffsets;
  private List<Long> seen = List.of();
  private @Nullable TableOffsets log;
  private @Nullable Planned planned;
  private long bytesPerRow = 100;

  /** Spark asks for the same batch several times. */
  private record Planned(Offset from, Offset to, InputPartition[] partitions) {}

  /**
   * @param checkpointLocation a folder for the stream's own notes
   */
  public TableStream(
      StreamedTable table,
      StreamOptions options,
      StreamColumns columns,
      String checkpointLocation) {
    this.table = table;
    this.client = table.client();
    this.options = options;
    this.columns = columns;
    this.limits = ReadLimits.of(options);
    this.startFile =
        new StartFile(checkpointLocation, SparkSession.active().sessionState().newHadoopConf());
    this.history = new LakeHistory(table);
    this.retention = new Retention(table, history, options.failOnDataLoss());
  }

  @Override
  public synchronized Offset initialOffset() {
    if (start == null) {
      start = startFile.readOrWrite(this::findStart);
    }
    return start.toOffset();
  }

  @Override
  public Offset deserializeOffset(String json) {
    return StreamPosition.fromJson(json).toOffset();
  }

  @Override
  public ReadLimit getDefaultReadLimit() {
    return limits.toSpark();
  }

  /** Reads what there is now, in as many batches as limits make of it, and then no more. */
  @Override
  public void prepareForTriggerAvailableNow() {
    lastOffsets = ends(client.offsets(table.description().table()));
  }

  @Override
  public Offset latestOffset() {
    throw new UnsupportedOperationException("Spark asks for the latest offset with a limit");
  }

  @Override
  public synchronized Offset latestOffset(Offset from, ReadLimit limit) {
    StreamPosition position = StreamPosition.of(from);
    ReadLimits admitted = limit instanceof ReadAllAvailable ? ReadLimits.NONE : limits;
    TableOffsets offsets = checkedOffsets(position);
    seen = ends(offsets);
    log = offsets;
    StreamPosition next = nextFiles(position, admitted);
    if (next != null) {
      retention.checkHistory(position, offsets);
      keepLog();
      return next.toOffset();
    }
    releaseLease();
    StreamPosition retained = retention.check(position, offsets);
    next = nextFiles(retained, admitted);
    if (next != null) {
      return next.toOffset();
    }
    List<Long> reached =
        admitted.isNone()
            ? available(retained.offsets())
            : admitted.admit(
                retained.offsets(), available(retained.offsets()), bytesPerRow(admitted));
    boolean isSame = reached.equals(position.offsets());
    return isSame ? from : position.at(reached).toOffset();
  }

  @Override
  public synchronized @Nullable Offset reportLatestOffset() {
    return start == null || seen.isEmpty() ? null : start.at(seen).toOffset();
  }

  /** Lake files if the end is in other files than the start, else changes of every bucket. */
  @Override
  public synchronized InputPartition[] planInputPartitions(Offset from, Offset to) {
    Planned known = planned;
    if (known == null || !known.from().equals(from) || !known.to().equals(to)) {
      known = new Planned(from, to, plan(from, to));
      planned = known;
    }
    return known.partitions().clone();
  }

  private InputPartition[] plan(Offset from, Offset to) {
    StreamPosition startPosition = StreamPosition.of(from);
    StreamPosition end = StreamPosition.of(to);
    History reached = end.history();
    if (reached != null && !reached.equals(startPosition.history())) {
      return planFiles(startPosition.history(), reached).toArray(InputPartition[]::new);
    }
    TableOffsets known = log;
    List<Long> starts =
        retention.checkBatch(
            startPosition, end, known == null ? checkedOffsets(startPosition) : known);
    List<InputPartition> partitions = new ArrayList<>();
    for (int bucket = 0; bucket < starts.size(); bucket++) {
      if (starts.get(bucket) < end.offsets().get(bucket)) {
        partitions.add(partition(end, bucket, starts.get(bucket), end.offsets().get(bucket)));
      }
    }
    return partitions.toArray(InputPartition[]::new);
  }

  private List<LakePartition> planFiles(@Nullable History before, History reached) {
    int start = before != null && reached.isOfSameFiles(before) ? before.files() : 0;
    return history.plan(start, reached, columns);
  }

  /**
   * Tasks that end once they have read the history, as a change must not overtake the row that it
   * changes; in later batches long tasks, each on a core of its own, that follow the buckets.
   */
  @Override
  public synchronized InputPartition[] planInputPartitions(Offset from) {
    StreamPosition position = StreamPosition.of(from);
    TableOffsets offsets = checkedOffsets(position);
    seen = ends(offsets);
    StreamPosition retained =
        nextFiles(position, ReadLimits.NONE) == null
            ? retention.check(position, offsets)
            : position;
    StreamPosition next = nextFiles(retained, ReadLimits.NONE);
    if (next != null) {
      retention.checkHistory(retained, offsets);
      keepLog();
      ReachedHistory reached = new ReachedHistory(next.json());
      return planFiles(retained.history(), requireNonNull(next.history())).stream()
          .map(files -> new RealTimeLakePartition(files, reached))
          .toArray(InputPartition[]::new);
    }
    releaseLease();
    Long wanted = options.realTimeTasks();
    long most = wanted == null ? SparkSession.active().sparkContext().defaultParallelism() : wanted;
    int tasks = (int) Math.min(retained.offsets().size(), most);
    List<RealTimePartition> partitions = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      partitions.add(new RealTimePartition(new ArrayList<>()));
    }
    for (int bucket = 0; bucket < retained.offsets().size(); bucket++) {
      partitions
          .get(bucket % tasks)
          .buckets()
          .add(partition(retained, bucket, retained.offsets().get(bucket), null));
    }
    return partitions.toArray(InputPartition[]::new);
  }

  @Override
  public Offset mergeOffsets(PartitionOffset[] reached) {
    if (reached[0] instanceof ReachedHistory history) {
      return StreamPosition.fromJson(history.position()).toOffset();
    }
    TreeMap<Integer, Long> offsets = new TreeMap<>();
    for (PartitionOffset partition : reached) {
      offsets.putAll(((ReachedOffsets) partition).byBucket());
    }
    return new StreamPosition(table.description().tableId(), null, List.copyOf(offsets.values()))
        .toOffset();
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new StreamReaderFactory(table.name(), columns);
  }

  /** How many rows wait in each bucket, and how many lake files before them. */
  @Override
  public synchronized Map<String, String> metrics(Optional<Offset> latestConsumed) {
    Map<String, String> metrics = new TreeMap<>();
    if (latestConsumed.isPresent() && !seen.isEmpty()) {
      StreamPosition position = StreamPosition.of(latestConsumed.get());
      long total = 0;
      for (int bucket = 0; bucket < seen.size(); bucket++) {
        long lag = Math.max(0, seen.get(bucket) - position.offsets().get(bucket));
        metrics.put("lagRows.bucket-" + bucket, Long.toString(lag));
        total += lag;
      }
      metrics.put("lagRows", Long.toString(total));
      History read = position.history();
      int left = read == null ? 0 : history.files(read).size() - read.files();
      metrics.put("lagFiles", Integer.toString(left));
    }
    return metrics;
  }

  @Override
  public void commit(Offset end) {} // The log is trimmed by its own rules.

  @Override
  public synchronized void stop() {
    releaseLease();
  }

  @Override
  public String toString() {
    return "FreshetStream(table=" + table.name() + ", start=" + options.start() + ")";
  }

  /** Further files of the history; null if all were read. */
  private @Nullable StreamPosition nextFiles(StreamPosition position, ReadLimits admitted) {
    History read = position.history();
    if (read == null) {
      return null;
    }
    List<LakeFile> files = history.files(read);
    if (read.files() >= files.size()) {
      return null;
    }
    int next = read.files() + admitted.admit(files.subList(read.files(), files.size()));
    return position.in(new History(read.afterSnapshot(), read.snapshot(), next));
  }

  /** What there is to read, up to where a query of what is available ends. */
  private List<Long> available(List<Long> from) {
    if (lastOffsets == null) {
      return seen;
    }
    List<Long> ends = new ArrayList<>();
    for (int bucket = 0; bucket < seen.size(); bucket++) {
      long end = Math.min(seen.get(bucket), lastOffsets.get(bucket));
      ends.add(Math.max(from.get(bucket), end));
    }
    return ends;
  }

  private long bytesPerRow(ReadLimits admitted) {
    if (admitted.bytes() != null) {
      TableDescription now = client.describeTable(table.description().table());
      long bytes = now.fresh().stream().mapToLong(FreshRange::bytes).sum();
      if (now.freshRows() > 0) {
        bytesPerRow = Math.max(1, bytes / now.freshRows());
      }
    }
    return bytesPerRow;
  }

  private StreamPosition findStart() {
    FirstPosition first = FirstPosition.find(table, options.start(), history);
    lease = first.lease();
    return first.position();
  }

  private ChangePartition partition(
      StreamPosition position, int bucket, long startOffset, @Nullable Long endOffset) {
    return new ChangePartition(
        client.address(),
        table.description().table().toString(),
        position.tableId(),
        bucket,
        startOffset,
        endOffset,
        columns.logFilter());
  }

  private TableOffsets checkedOffsets(StreamPosition position) {
    TableOffsets offsets = client.offsets(table.description().table());
    if (!offsets.tableId().equals(position.tableId())) {
      throw FreshetException.of(
          TABLE_NOT_FOUND,
          "The checkpoint is of another table %s, which was dropped: it had the id %s, this one has %s."
              + " Start the query with a new checkpoint.",
          table.name(),
          position.tableId(),
          offsets.tableId());
    }
    return offsets;
  }

  private static List<Long> ends(TableOffsets offsets) {
    return offsets.offsets().stream().map(BucketOffsets::endOffset).toList();
  }

  /** A query that was started again in the middle of its history has no lease yet. */
  private void keepLog() {
    if (lease == null) {
      lease = SnapshotLease.plan(client, table.description().table(), table.lease());
    }
  }

  private void releaseLease() {
    if (lease != null) {
      lease.release();
      lease = null;
    }
  }
}
