/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import static io.freshet.server.simulation.UnionInvariant.violation;

import io.freshet.server.simulation.ChangeHistory.Transaction;
import io.freshet.server.simulation.Oracle.Acknowledged;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Holds for every union read of a table with a primary key. */
final class ChangesInvariant {
  private ChangesInvariant() {}

  /**
   * The rows are those of the base, as what was tiered and other writers have left them, with all
   * changes from there up to the high watermarks, each once.
   */
  record IsAReplay(ChangeHistory history) implements UnionInvariant {
    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets(); bucket++) {
        long[] expected = history.expected(union.base(), bucket, union.ends().of(bucket));
        long[] rows = union.rows(bucket);
        Arrays.sort(rows);
        if (!Arrays.equals(rows, expected)) {
          throw violation(
              this, union, "bucket %d: %s", bucket, ChangeHistory.difference(expected, rows));
        }
      }
    }
  }

  /** What was acknowledged before the plan is where the acknowledgement said. */
  static final class AcknowledgedAreWritten implements UnionInvariant {
    private final ChangeHistory history;
    private final List<Acknowledged> acknowledged;
    private int checked;

    AcknowledgedAreWritten(ChangeHistory history, List<Acknowledged> acknowledged) {
      this.history = history;
      this.acknowledged = acknowledged;
    }

    @Override
    public void check(UnionRows union) {
      while (checked < union.acknowledgedBefore()) {
        Acknowledged part = acknowledged.get(checked++);
        List<Long> changes = history.changes().get(part.bucket());
        int start =
            part.endOffset() > 0 ? (int) part.startOffset() : changes.indexOf(part.rows()[0]);
        int end = start + part.rows().length;
        if (start < 0
            || end > union.ends().of(part.bucket())
            || !Arrays.equals(
                changes.subList(start, end).stream().mapToLong(Long::longValue).toArray(),
                part.rows())) {
          throw violation(
              this,
              union,
              "%s was acknowledged as [%d, %d) and is not there",
              ChangeRows.describe(part.rows()[0]),
              part.startOffset(),
              part.endOffset());
        }
      }
    }
  }

  /** A transaction is in the union whole or not at all, over all buckets. */
  record TransactionsAreAtomic(ChangeHistory history) implements UnionInvariant {
    @Override
    public void check(UnionRows union) {
      for (Transaction transaction : history.transactions()) {
        long visible = transaction.changesBelow(union.ends());
        if (visible != 0 && visible != transaction.size()) {
          throw violation(
              this,
              union,
              "%d of the %d changes of transaction %s are there",
              visible,
              transaction.size(),
              transaction.id());
        }
      }
    }
  }

  /** What a writer was told is not stored is not stored. */
  record RefusedNeverAppears(ChangeHistory history, Set<Long> refused) implements UnionInvariant {
    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets() && !refused.isEmpty(); bucket++) {
        for (long change : history.changes().get(bucket)) {
          if (refused.contains(change)) {
            throw violation(this, union, "%s was refused", ChangeRows.describe(change));
          }
        }
      }
    }
  }
}
