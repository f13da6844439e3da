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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * All changes of a table with a primary key that were ever visible, by offset, read from the logs
 * as soon as they are. What the table must hold at any moment is a replay of them into a map.
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
  private int checkedSnapshots;

  /** A transaction as its client knows it, and where its changes are. */
  static final class Transaction {
    private final String id;
    private final List<long[]> offsets = new ArrayList<>();
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
    for (int bucket = 0; bucket < buckets; bucket++) {
      changes.add(new ArrayList<>());
      live.add(new HashMap<>());
      lastNumbers.add(new HashMap<>());
    }
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

  /** Fails unless a lake snapshot has the rows of a replay up to its tiered offsets. */
  void check(List<SimulatedLake.Snapshot> snapshots) {
    while (checkedSnapshots < snapshots.size()) {
      SimulatedLake.Snapshot snapshot = snapshots.get(checkedSnapshots);
      long[] expected = {};
      for (int bucket = 0; bucket < changes.size(); bucket++) {
        if (snapshot.tiered().of(bucket) > changes.get(bucket).size()) {
          return; // Once a table is open again whose log has them.
        }
        expected =
            LongStream.concat(
                    LongStream.of(expected),
                    LongStream.of(replay(bucket, snapshot.tiered().of(bucket))))
                .toArray();
      }
      Arrays.sort(expected);
      long[] found = snapshot.rows().sorted().toArray();
      if (!Arrays.equals(found, expected)) {
        throw new InvariantViolation(
            "LakeIsAReplay",
            "snapshot %d up to %s: %s",
            checkedSnapshots + 1,
            snapshot.tiered(),
            difference(expected, found));
      }
      checkedSnapshots++;
    }
  }

  /** The rows, sorted, that the changes below an offset leave. */
  long[] replay(int bucket, long endOffset) {
    Map<Long, Long> left = new TreeMap<>();
    for (long change : changes.get(bucket).subList(0, (int) endOffset)) {
      if (ChangeRows.isDelete(change)) {
        left.remove(ChangeRows.key(change));
      } else {
        left.put(ChangeRows.key(change), change);
      }
    }
    return left.values().stream().mapToLong(Long::longValue).sorted().toArray();
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
        add(bucket, added[row], ChangeType.of(types.get(row)));
      }
    }
  }

  private void add(int bucket, long change, ChangeType type) {
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
    }
    changes.get(bucket).add(change);
  }

  private void checkType(int bucket, long change, ChangeType type) {
    Map<Long, Long> rowsOfBucket = live.get(bucket);
    @Nullable Long superseded =
        ChangeRows.isDelete(change)
            ? rowsOfBucket.remove(ChangeRows.key(change))
            : rowsOfBucket.put(ChangeRows.key(change), change);
    if (!ChangeRows.isDelete(change) && (type == ChangeType.INSERT) != (superseded == null)) {
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
