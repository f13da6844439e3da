/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RecordBatches;
import io.freshet.server.bucket.Bucket;
import io.freshet.server.lake.TieredOffsets;
import io.freshet.server.log.LogEntry;
import io.freshet.server.simulation.SimulatedRows.Part;
import io.freshet.server.table.ServerTable;
import io.freshet.table.ChangeType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * All changes of a table with a primary key that were ever visible, by offset, read from the logs
 * as soon as they are. What the table must hold at any moment is a replay of them into a map, into
 * which goes what others do to the lake, too.
 */
final class ChangeHistory {
  private static final long READ_BYTES = 1 << 20;

  private final ChangeRows rows;
  private final BufferAllocator allocator;
  private final List<List<Long>> changes = new ArrayList<>();

  /** By bucket: the change that made each live row, by key. */
  private final List<Map<Long, Long>> live = new ArrayList<>();

  /** By bucket: the last number of each writer. */
  private final List<Map<Integer, Long>> lastNumbers = new ArrayList<>();

  private final Map<String, Transaction> transactions = new LinkedHashMap<>();
  private final Map<Long, Transaction> transactionsByBatch = new HashMap<>();

  /** What each lake snapshot must have. */
  private final List<LakeRows> lakeRows = new ArrayList<>();

  /** Rows that other writers of the lake have removed. */
  private final Set<Long> removedRows = new HashSet<>();

  /** Keys that other writers of the lake have added rows of. */
  private final Set<Long> addedKeys = new HashSet<>();

  private TieredOffsets truncated;

  private int notedSnapshots;

  /** Rows of a lake snapshot by key, and the changes that it has. */
  private record LakeRows(Map<Long, Long> rows, TieredOffsets tiered) {
    LakeRows copy() {
      return new LakeRows(new HashMap<>(rows), tiered);
    }
  }

  /** A transaction as its client knows it, and where its changes are. */
  static final class Transaction {
    private final String id;
    private final List<long[]> offsets = new ArrayList<>();
    private final Set<Long> timestamps = new HashSet<>();
    private int size;
    private boolean isCommitAsked;
    private boolean isAborted;

    Transaction(String id) {
      this.id = id;
    }

    String id() {
      return id;
    }

    /** How many changes its client wants to commit. */
    int size() {
      return size;
    }

    /** How many of them are visible below high watermarks. */
    long changesBelow(TieredOffsets ends) {
      return offsets.stream().filter(at -> at[1] < ends.of((int) at[0])).count();
    }

    /** From now on its changes may become visible. */
    void commitIsAsked() {
      isCommitAsked = true;
    }

    /** None of its changes is ever visible. */
    void wasAborted() {
      isAborted = true;
    }
  }

  ChangeHistory(ChangeRows rows, int buckets, BufferAllocator allocator) {
    this.rows = rows;
    this.allocator = allocator;
    this.truncated = TieredOffsets.zero(buckets);
    for (int bucket = 0; bucket < buckets; bucket++) {
      changes.add(new ArrayList<>());
      live.add(new HashMap<>());
      lastNumbers.add(new HashMap<>());
    }
  }

  /** There is a new table, which is empty. */
  void startAgain() {
    changes.forEach(List::clear);
    live.forEach(Map::clear);
    transactions.clear();
    transactionsByBatch.clear();
    lakeRows.clear();
    removedRows.clear();
    addedKeys.clear();
    truncated = TieredOffsets.zero(changes.size());
    notedSnapshots = 0;
  }

  /** What a writer has sent before that sequence must not appear any more. */
  void expectOnlyFrom(int writer, long sequence) {
    lastNumbers.forEach(last -> last.put(writer, ((long) writer << 40 | sequence << 16) - 1));
  }

  /** By bucket: the changes by offset. */
  List<List<Long>> changes() {
    return changes;
  }

  Collection<Transaction> transactions() {
    return transactions.values();
  }

  Transaction begin(String id) {
    return transactions.computeIfAbsent(id, Transaction::new);
  }

  /** A batch belongs to a transaction. */
  void stage(Transaction transaction, List<Part> parts) {
    for (Part part : parts) {
      transactionsByBatch.put(ChangeRows.number(part.rows()[0]) >>> 16, transaction);
      transaction.size += part.rows().length;
    }
  }

  /** A client was told that its transaction is visible. */
  void committed(Transaction transaction, ServerTable table) {
    follow(table);
    if (transaction.offsets.size() != transaction.size) {
      throw new InvariantViolation(
          "CommittedIsVisible",
          "%d of the %d changes of transaction %s are visible",
          transaction.offsets.size(),
          transaction.size,
          transaction.id);
    }
  }

  /** Reads what has become visible. */
  void follow(ServerTable table) {
    for (Bucket bucket : table.buckets()) {
      int number = bucket.id().bucket();
      List<Long> known = changes.get(number);
      while (known.size() < bucket.endOffset()) {
        for (LogEntry entry : bucket.log().read(known.size(), READ_BYTES)) {
          try (entry) {
            if (entry.startOffset() < bucket.endOffset()) {
              add(number, entry);
            }
          }
        }
      }
    }
  }

  /** Learns of which rows it depends on the moment whether the server takes them for there. */
  void noteEdits(List<SimulatedSnapshot> snapshots) {
    while (notedSnapshots < snapshots.size()) {
      SimulatedSnapshot snapshot = snapshots.get(notedSnapshots++);
      removedRows.addAll(snapshot.edit().removed());
      snapshot.edit().added().forEach(row -> addedKeys.add(ChangeRows.key(row)));
      if (snapshot.edit().isTruncate()) {
        truncated = snapshot.tiered();
      }
    }
  }

  /**
   * Fails unless each lake snapshot has the rows of a replay of what was tiered, with what others
   * have edited in the lake.
   */
  void check(List<SimulatedSnapshot> snapshots) {
    while (lakeRows.size() < snapshots.size()) {
      SimulatedSnapshot snapshot = snapshots.get(lakeRows.size());
      for (int bucket = 0; bucket < changes.size(); bucket++) {
        if (snapshot.tiered().of(bucket) > changes.get(bucket).size()) {
          return; // Once a table is open again whose log has them.
        }
      }
      LakeRows expected = lakeRows(lakeRows.isEmpty() ? null : (long) lakeRows.size()).copy();
      if (snapshot.edit().isTruncate()) {
        checkCutsNoTransaction(snapshot.tiered());
        expected.rows().clear();
      } else {
        for (int bucket = 0; bucket < changes.size(); bucket++) {
          fold(
              changes
                  .get(bucket)
                  .subList((int) expected.tiered().of(bucket), (int) snapshot.tiered().of(bucket)),
              expected.rows());
        }
      }
      snapshot.edit().removed().forEach(row -> expected.rows().remove(ChangeRows.key(row), row));
      snapshot.edit().added().forEach(row -> expected.rows().put(ChangeRows.key(row), row));
      lakeRows.add(new LakeRows(expected.rows(), snapshot.tiered()));
      checkRows(lakeRows.size(), snapshot, expected.rows().values());
    }
  }

  private static void checkRows(
      int snapshotId, SimulatedSnapshot snapshot, Collection<Long> expected) {
    long[] wanted = expected.stream().mapToLong(Long::longValue).sorted().toArray();
    long[] found = snapshot.rows().sorted().toArray();
    if (!Arrays.equals(found, wanted)) {
      throw new InvariantViolation(
          "LakeIsAReplay",
          "snapshot %d up to %s: %s",
          snapshotId,
          snapshot.tiered(),
          difference(wanted, found));
    }
  }

  /** Fails if a part of a transaction is below a cut through all buckets. */
  void checkCutsNoTransaction(TieredOffsets cut) {
    for (Transaction transaction : transactions.values()) {
      long below = transaction.changesBelow(cut);
      if (below != 0 && below != transaction.size) {
        throw new InvariantViolation(
            "TransactionsAreAtomic",
            "%d of the %d changes of transaction %s are below a cut",
            below,
            transaction.size,
            transaction.id);
      }
    }
  }

  /**
   * The rows, sorted, that a bucket must have.
   *
   * @param base a lake snapshot; null for the empty table
   */
  long[] expected(@Nullable Long base, int bucket, long endOffset) {
    LakeRows lake = lakeRows(base);
    Map<Long, Long> left = new HashMap<>();
    lake.rows()
        .forEach((key, row) -> {
          if (rows.bucketOf(row) == bucket) {
            left.put(key, row);
          }
        });
    fold(changes.get(bucket).subList((int) lake.tiered().of(bucket), (int) endOffset), left);
    return left.values().stream().mapToLong(Long::longValue).sorted().toArray();
  }

  private LakeRows lakeRows(@Nullable Long snapshotId) {
    return snapshotId == null
        ? new LakeRows(new HashMap<>(), TieredOffsets.zero(changes.size()))
        : lakeRows.get((int) (snapshotId - 1));
  }

  private static void fold(List<Long> added, Map<Long, Long> into) {
    for (long change : added) {
      if (ChangeRows.isDelete(change)) {
        into.remove(ChangeRows.key(change));
      } else {
        into.put(ChangeRows.key(change), change);
      }
    }
  }

  static String difference(long[] expected, long[] found) {
    List<String> missing =
        LongStream.of(expected)
            .filter(row -> Arrays.binarySearch(found, row) < 0)
            .limit(5)
            .mapToObj(ChangeRows::describe)
            .toList();
    List<String> unexpected =
        LongStream.of(found)
            .filter(row -> Arrays.binarySearch(expected, row) < 0)
            .limit(5)
            .mapToObj(ChangeRows::describe)
            .toList();
    return String.format(
        "%d rows instead of %d, missing: %s, unexpected: %s",
        found.length, expected.length, missing, unexpected);
  }

  private void add(int bucket, LogEntry entry) {
    if (entry.startOffset() != changes.get(bucket).size()) {
      throw new InvariantViolation(
          "OffsetsDense",
          "an entry of bucket %d starts at %d, after %d changes",
          bucket,
          entry.startOffset(),
          changes.get(bucket).size());
    }
    try (VectorSchemaRoot root =
        RecordBatches.load(
            ArrowSchemas.toArrow(rows.definition().logSchema()), entry.batch(), allocator)) {
      long[] added = rows.readChanges(root);
      IntVector types = (IntVector) root.getVector(ChangeType.COLUMN);
      for (int row = 0; row < added.length; row++) {
        add(bucket, added[row], ChangeType.of(types.get(row)), entry.commitTimestampMicros());
      }
    }
  }

  private void add(int bucket, long change, ChangeType type, long timestampMicros) {
    long number = ChangeRows.number(change);
    Long before = lastNumbers.get(bucket).put(ChangeRows.writer(change), number);
    if (before != null && before >= number) {
      throw new InvariantViolation(
          "NeverAppliedTwice",
          "%s is at offset %d of bucket %d, after sequence %d row %d of that writer",
          ChangeRows.describe(change),
          changes.get(bucket).size(),
          bucket,
          ChangeRows.sequence(before),
          before & 0xFFFF);
    }
    checkType(bucket, change, type);
    Transaction transaction = transactionsByBatch.get(number >>> 16);
    if (transaction != null) {
      if (!transaction.isCommitAsked || transaction.isAborted) {
        throw new InvariantViolation(
            "OnlyCommittedIsVisible",
            "%s of transaction %s, which was %s",
            ChangeRows.describe(change),
            transaction.id,
            transaction.isAborted ? "aborted" : "not committed");
      }
      transaction.offsets.add(new long[] {bucket, changes.get(bucket).size()});
      transaction.timestamps.add(timestampMicros);
      if (transaction.timestamps.size() > 1) {
        throw new InvariantViolation(
            "TransactionsHaveOneTimestamp",
            "changes of transaction %s were committed at %s",
            transaction.id,
            transaction.timestamps);
      }
    }
    changes.get(bucket).add(change);
  }

  private boolean isTruncated(int bucket, long change) {
    long end = truncated.of(bucket);
    return end > 0 && changes.get(bucket).indexOf(change) < end;
  }

  private void checkType(int bucket, long change, ChangeType type) {
    Map<Long, Long> rowsOfBucket = live.get(bucket);
    @Nullable Long superseded =
        ChangeRows.isDelete(change)
            ? rowsOfBucket.remove(ChangeRows.key(change))
            : rowsOfBucket.put(ChangeRows.key(change), change);
    boolean mayBeUnknown =
        addedKeys.contains(ChangeRows.key(change))
            || (superseded != null
                && (removedRows.contains(superseded) || isTruncated(bucket, superseded)));
    if (!mayBeUnknown
        && !ChangeRows.isDelete(change)
        && (type == ChangeType.INSERT) != (superseded == null)) {
      throw new InvariantViolation(
          "ChangeTypesAreTrue",
          "%s at offset %d of bucket %d is of type %s, and there was %s before",
          ChangeRows.describe(change),
          changes.get(bucket).size(),
          bucket,
          type,
          superseded == null ? "no row" : ChangeRows.describe(superseded));
    }
  }
}
