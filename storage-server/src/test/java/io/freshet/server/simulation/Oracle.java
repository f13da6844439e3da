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
import io.freshet.server.table.ServerTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of the table, whatever happens to the server. A bucket is a list, which grows
 * by what was acknowledged or read, and never changes: of rows in a log table, of changes in one
 * with a primary key.
 */
final class Oracle {
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final Set<Long> refused = new HashSet<>();
  private final List<List<Long>> seen;
  private final @Nullable ChangeHistory history;
  private final long[] acknowledgedEnds;
  private List<UnionInvariant> invariants;
  private int unionReads;
  private int incarnation;

  /** Rows of one batch in one bucket; {@code endOffset} is 0 if the server forgot the offsets. */
  record Acknowledged(int bucket, long[] rows, long startOffset, long endOffset) {}

  private Oracle(int buckets, @Nullable ChangeHistory history) {
    this.history = history;
    acknowledgedEnds = new long[buckets];
    if (history == null) {
      seen = new ArrayList<>();
      for (int bucket = 0; bucket < buckets; bucket++) {
        seen.add(new ArrayList<>());
      }
    } else {
      seen = history.changes();
    }
    invariants = newInvariants();
  }

  private List<UnionInvariant> newInvariants() {
    int buckets = acknowledgedEnds.length;
    return history == null
        ? List.of(
            new UnionInvariant.TieringIsInvisible(),
            new UnionInvariant.OffsetsStable(seen),
            new UnionInvariant.NeverAppliedTwice(buckets),
            new UnionInvariant.ReadYourWrites(acknowledged),
            new UnionInvariant.WriterOrder(buckets),
            new UnionInvariant.RefusedNeverAppears(refused),
            new UnionInvariant.Repeatable())
        : List.of(
            new ChangesInvariant.IsAReplay(history),
            new ChangesInvariant.AcknowledgedAreWritten(history, acknowledged),
            new ChangesInvariant.TransactionsAreAtomic(history),
            new ChangesInvariant.RefusedNeverAppears(history, refused),
            new UnionInvariant.Repeatable());
  }

  /** There is a new table, which is empty; what writers have sent before must not be in it. */
  void startAgain() {
    incarnation++;
    acknowledged.clear();
    refused.clear();
    Arrays.fill(acknowledgedEnds, 0);
    if (history == null) {
      seen.forEach(List::clear);
    } else {
      history.startAgain();
    }
    invariants = newInvariants();
  }

  /** How many tables there were before this one. */
  int incarnation() {
    return incarnation;
  }

  /** What a writer has sent before that sequence was for a table that was dropped. */
  void expectOnlyFrom(int writer, long sequence) {
    if (history != null) {
      history.expectOnlyFrom(writer, sequence);
    }
  }

  static Oracle ofLogTable(int buckets) {
    return new Oracle(buckets, null);
  }

  static Oracle ofPrimaryKeyTable(ChangeHistory history) {
    return new Oracle(history.changes().size(), history);
  }

  /** Learns what is new, of a table whose rows are not all in unions. */
  void follow(ServerTable table, SimulatedLake lake) {
    if (history != null) {
      history.noteEdits(lake.snapshots(table.id()));
      history.follow(table);
      history.check(lake.snapshots(table.id()));
    }
  }

  /** A writer was told that its rows are durable and visible. */
  void acknowledge(Acknowledged part) {
    acknowledged.add(part);
    acknowledgedEnds[part.bucket()] = Math.max(acknowledgedEnds[part.bucket()], part.endOffset());
    long rows = part.endOffset() - part.startOffset();
    if (rows != part.rows().length && part.endOffset() != 0) {
      throw new InvariantViolation(
          "OffsetsDense", "%d rows were acknowledged as %s", part.rows().length, part);
    }
  }

  /** A writer was told that its rows were not written, and does not send them again. */
  void refuse(long[] rows) {
    for (long row : rows) {
      refused.add(row);
    }
  }

  int acknowledgements() {
    return acknowledged.size();
  }

  int unionReads() {
    return unionReads;
  }

  /** The offset below which a bucket's rows must be there from now on. */
  long lowestEnd(int bucket) {
    return Math.max(acknowledgedEnds[bucket], seen.get(bucket).size());
  }

  /** Fails if high watermarks of one moment have a transaction in part. */
  void checkEnds(TieredOffsets ends) {
    if (history != null) {
      history.checkCutsNoTransaction(ends);
    }
  }

  void check(UnionRows union) {
    unionReads++;
    invariants.forEach(invariant -> invariant.check(union));
  }
}
