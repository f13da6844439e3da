/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.bucket;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.iceberg.util.BucketUtil;

/**
 * Spreads rows over buckets by the values of the bucket key: Iceberg's {@code bucket} transform for
 * one column. For several columns the hashes are joined as {@code 31 * hash + next}; a null hashes
 * to 0.
 */
public final class BucketRouter {
  private static final long NANOS_PER_MICRO = 1_000;

  private final List<String> key;
  private final int buckets;

  /**
   * @param key columns of the table; not empty
   */
  public BucketRouter(List<String> key, int buckets) {
    this.key = List.copyOf(key);
    this.buckets = buckets;
  }

  /** The bucket of each row: int[rows]. */
  public int[] route(VectorSchemaRoot batch) {
    int rows = batch.getRowCount();
    int[] hashes = new int[rows];
    boolean isFirst = true;
    for (String column : key) {
      FieldVector vector = batch.getVector(column);
      IntUnaryOperator hash = hash(vector);
      for (int row = 0; row < rows; row++) {
        int value = vector.isNull(row) ? 0 : hash.applyAsInt(row);
        hashes[row] = isFirst ? value : 31 * hashes[row] + value;
      }
      isFirst = false;
    }
    for (int row = 0; row < rows; row++) {
      hashes[row] = (hashes[row] & Integer.MAX_VALUE) % buckets;
    }
    return hashes;
  }

  private static IntUnaryOperator hash(FieldVector vector) {
    if (vector instanceof IntVector ints) {
      return row -> BucketUtil.hash(ints.get(row));
    } else if (vector instanceof BigIntVector longs) {
      return row -> BucketUtil.hash(longs.get(row));
    } else if (vector instanceof DateDayVector dates) {
      return row -> BucketUtil.hash(dates.get(row));
    } else if (vector instanceof TimeMicroVector times) {
      return row -> BucketUtil.hash(times.get(row));
    } else if (vector instanceof TimeStampVector timestamps) {
      boolean isNano =
          ((ArrowType.Timestamp) vector.getField().getType()).getUnit() == TimeUnit.NANOSECOND;
      return isNano
          ? row -> BucketUtil.hash(Math.floorDiv(timestamps.get(row), NANOS_PER_MICRO))
          : row -> BucketUtil.hash(timestamps.get(row));
    } else if (vector instanceof DecimalVector decimals) {
      return row -> BucketUtil.hash(decimals.getObjectNotNull(row));
    } else if (vector instanceof VarCharVector strings) {
      return row -> BucketUtil.hash(ByteBuffer.wrap(strings.get(row)));
    } else if (vector instanceof VarBinaryVector binaries) {
      return row -> BucketUtil.hash(ByteBuffer.wrap(binaries.get(row)));
    } else if (vector instanceof FixedSizeBinaryVector fixed) {
      return row -> BucketUtil.hash(ByteBuffer.wrap(fixed.get(row)));
    }
    throw new IllegalArgumentException("Column " + vector.getField() + " can't be a bucket key");
  }
}
