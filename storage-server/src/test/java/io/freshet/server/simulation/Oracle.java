/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What must be true of the table, whatever happens to the server: the rows of each bucket as a
 * list, which grows by what was acknowledged or read, and never changes.
 */
final class Oracle {
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final Set<Long> refused = new HashSet<>();
  private final List<List<Long>> seen = new ArrayList<>();
  private final long[] acknowledgedEnds;
  private final List<UnionInvariant> invariants;
  private int unionReads;

  /** Rows of one batch in one bucket; {@code endOffset} is 0 if the server forgot the offsets. */
  record Acknowledged(int bucket, long[] rows, long startOffset, long endOffset) {}

  Oracle(int buckets) {
    for (int bucket = 0; bucket < buckets; bucket++) {
      seen.add(new ArrayList<>());
    }
    acknowledgedEnds = new long[buckets];
    invariants =
        List.of(
            new UnionInvariant.TieringIsInvisible(),
            new UnionInvariant.OffsetsStable(seen),
            new UnionInvariant.NeverAppliedTwice(buckets),
            new UnionInvariant.ReadYourWrites(acknowledged),
            new UnionInvariant.WriterOrder(buckets),
            new UnionInvariant.RefusedNeverAppears(refused),
            new UnionInvariant.Repeatable());
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

  void check(UnionRows union) {
    unionReads++;
    invariants.forEach(invariant -> invariant.check(union));
  }
}
