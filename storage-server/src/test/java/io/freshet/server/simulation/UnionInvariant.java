/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.server.simulation.Oracle.Acknowledged;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds for every union read, of any snapshot, by any server. */
interface UnionInvariant {
  void check(UnionRows union);

  static InvariantViolation violation(
      UnionInvariant invariant, UnionRows union, String format, Object... args) {
    return new InvariantViolation(
        invariant.getClass().getSimpleName(),
        "snapshot %s [%s, %s): %s",
        union.snapshot(),
        union.tiered(),
        union.ends(),
        String.format(format, args));
  }

  /** The base has all rows below its tiered offsets and no others, the server all the rest. */
  final class TieringIsInvisible implements UnionInvariant {
    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets(); bucket++) {
        long tiered = union.tiered().of(bucket);
        if (union.lake().get(bucket).length != tiered) {
          throw violation(
              this,
              union,
              "the lake has %d rows of bucket %d",
              union.lake().get(bucket).length,
              bucket);
        }
        if (union.fresh().get(bucket).length != union.ends().of(bucket) - tiered) {
          throw violation(
              this, union, "bucket %d has %d fresh rows", bucket, union.fresh().get(bucket).length);
        }
      }
    }
  }

  /** What is at an offset stays there for ever. */
  final class OffsetsStable implements UnionInvariant {
    private final List<List<Long>> seen;

    OffsetsStable(List<List<Long>> seen) {
      this.seen = seen;
    }

    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets(); bucket++) {
        List<Long> known = seen.get(bucket);
        long[] rows = union.rows(bucket);
        for (int offset = 0; offset < rows.length; offset++) {
          if (LogRows.bucket(rows[offset]) != bucket) {
            throw violation(this, union, "a row of another bucket in bucket %d", bucket);
          }
          if (offset >= known.size()) {
            known.add(rows[offset]);
          } else if (known.get(offset) != rows[offset]) {
            throw violation(
                this,
                union,
                "offset %d of bucket %d is %s and was %s",
                offset,
                bucket,
                LogRows.describe(rows[offset]),
                LogRows.describe(known.get(offset)));
          }
        }
      }
    }
  }

  /** No row is there twice. */
  final class NeverAppliedTwice implements UnionInvariant {
    private final Set<Long> rows = new HashSet<>();
    private final int[] checked;

    NeverAppliedTwice(int buckets) {
      checked = new int[buckets];
    }

    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets(); bucket++) {
        long[] all = union.rows(bucket);
        while (checked[bucket] < all.length) {
          long row = all[checked[bucket]];
          if (!rows.add(row)) {
            throw violation(
                this,
                union,
                "%s is there again at offset %d",
                LogRows.describe(row),
                checked[bucket]);
          }
          checked[bucket]++;
        }
      }
    }
  }

  /** A plan has all that was acknowledged before it, where the acknowledgement said. */
  final class ReadYourWrites implements UnionInvariant {
    private final List<Acknowledged> acknowledged;
    private int checked;

    ReadYourWrites(List<Acknowledged> acknowledged) {
      this.acknowledged = acknowledged;
    }

    @Override
    public void check(UnionRows union) {
      while (checked < union.acknowledgedBefore()) {
        check(union, acknowledged.get(checked));
        checked++;
      }
    }

    private void check(UnionRows union, Acknowledged part) {
      long[] rows = union.rows(part.bucket());
      int start = part.endOffset() > 0 ? (int) part.startOffset() : indexOf(rows, part.rows()[0]);
      int end = start + part.rows().length;
      if (start < 0
          || end > rows.length
          || !Arrays.equals(rows, start, end, part.rows(), 0, part.rows().length)) {
        throw violation(
            this,
            union,
            "%s was acknowledged as [%d, %d) and is not there",
            LogRows.describe(part.rows()[0]),
            part.startOffset(),
            part.endOffset());
      }
    }

    private static int indexOf(long[] rows, long row) {
      for (int i = 0; i < rows.length; i++) {
        if (rows[i] == row) {
          return i;
        }
      }
      return -1;
    }
  }

  /** Rows of one writer are in the order in which it sent them. */
  final class WriterOrder implements UnionInvariant {
    private final List<Map<Integer, Long>> last = new ArrayList<>();
    private final int[] checked;

    WriterOrder(int buckets) {
      checked = new int[buckets];
      for (int bucket = 0; bucket < buckets; bucket++) {
        last.add(new HashMap<>());
      }
    }

    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets(); bucket++) {
        long[] rows = union.rows(bucket);
        while (checked[bucket] < rows.length) {
          long row = rows[checked[bucket]++];
          Long before = last.get(bucket).put(LogRows.writer(row), row);
          if (before != null && before >= row) {
            throw violation(
                this, union, "%s is after %s", LogRows.describe(row), LogRows.describe(before));
          }
        }
      }
    }
  }

  /** What a writer was told is not stored is not stored. */
  final class RefusedNeverAppears implements UnionInvariant {
    private final Set<Long> refused;

    RefusedNeverAppears(Set<Long> refused) {
      this.refused = refused;
    }

    @Override
    public void check(UnionRows union) {
      for (int bucket = 0; bucket < union.buckets() && !refused.isEmpty(); bucket++) {
        for (long row : union.rows(bucket)) {
          if (refused.contains(row)) {
            throw violation(this, union, "%s was refused", LogRows.describe(row));
          }
        }
      }
    }
  }

  /** A snapshot gives the same rows each time. */
  final class Repeatable implements UnionInvariant {
    private final Map<String, UnionRows> first = new HashMap<>();

    @Override
    public void check(UnionRows union) {
      UnionRows before = first.putIfAbsent(union.snapshot(), union);
      for (int bucket = 0; before != null && bucket < union.buckets(); bucket++) {
        if (!Arrays.equals(before.rows(bucket), union.rows(bucket))) {
          throw violation(this, union, "bucket %d gave other rows than before", bucket);
        }
      }
    }
  }
}
