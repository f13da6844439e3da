/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.quickstart;

import static io.freshet.error.FreshetErrorCode.INTERNAL;

import io.freshet.cli.transfer.UnionPart;
import io.freshet.error.FreshetException;
import io.freshet.protocol.UnionSnapshot;
import io.freshet.reader.BatchSource;
import io.freshet.reader.Projection;
import io.freshet.reader.UnionReader;
import java.util.BitSet;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.iceberg.expressions.Expressions;

/**
 * The rows of a union snapshot, counted by reading their ids.
 *
 * @param nanos how long the reading took
 */
record UnionCount(long lakeRows, long freshRows, long nanos) {
  long rows() {
    return lakeRows + freshRows;
  }

  /**
   * Reads the whole table.
   *
   * @throws FreshetException INTERNAL if an id is there twice
   */
  static UnionCount read(UnionReader reader, UnionSnapshot snapshot) {
    long startNanos = System.nanoTime();
    BitSet ids = new BitSet(FlightFiles.MAX_ID);
    long lakeRows = count(reader, snapshot, UnionPart.LAKE, ids);
    long freshRows = count(reader, snapshot, UnionPart.FRESH, ids);
    if (ids.cardinality() != lakeRows + freshRows) {
      throw FreshetException.of(
          INTERNAL,
          "The union read of snapshot %s has %d rows but only %d different ids",
          snapshot.snapshot(),
          lakeRows + freshRows,
          ids.cardinality());
    }
    return new UnionCount(lakeRows, freshRows, System.nanoTime() - startNanos);
  }

  private static long count(
      UnionReader reader, UnionSnapshot snapshot, UnionPart part, BitSet ids) {
    Projection projection =
        new Projection(snapshot.schema(), List.of("id"), Expressions.alwaysTrue());
    long rows = 0;
    try (BatchSource source = part.read(reader, snapshot, projection)) {
      while (source.next()) {
        BigIntVector vector = (BigIntVector) source.batch().getVector(0);
        int batchRows = source.batch().getRowCount();
        for (int row = 0; row < batchRows; row++) {
          ids.set(Math.toIntExact(vector.get(row)));
        }
        rows += batchRows;
      }
    }
    return rows;
  }
}
