/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.simulation;

import io.freshet.arrow.ArrowBatches;
import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RecordBatches;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Rows of simulated writers. A row is known by a number that says who sent it, as which row of
 * which batch, and to which bucket; its text follows from the number, so that rows torn apart are
 * found. Within a bucket the numbers of one writer grow.
 */
final class SimulatedRows {
  static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "text", Types.StringType.get()));

  private SimulatedRows() {}

  /** The rows of one batch that go to one bucket. */
  static long[] of(int writer, long sequence, int bucket, int count) {
    long first = ((long) writer << 44) | (sequence << 16) | ((long) bucket << 12);
    return LongStream.range(first, first + count).toArray();
  }

  static int writer(long row) {
    return (int) (row >>> 44);
  }

  static int bucket(long row) {
    return (int) (row >>> 12) & 15;
  }

  static String describe(long row) {
    return String.format(
        "(writer %d, sequence %d, bucket %d, row %d)",
        writer(row), (row >>> 16) & 0xFFF_FFFF, bucket(row), row & 0xFFF);
  }

  /** A batch with buffers of its own, or with slices of larger ones. */
  static ArrowRecordBatch batch(long[] rows, Random random, BufferAllocator allocator) {
    int before = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
    int after = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
    try (VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(SCHEMA), allocator)) {
      BigIntVector ids = (BigIntVector) root.getVector(0);
      VarCharVector texts = (VarCharVector) root.getVector(1);
      int count = before + rows.length + after;
      ids.allocateNew(count);
      texts.allocateNew(8L * count, count);
      for (int i = 0; i < count; i++) {
        long id = i < before || i >= before + rows.length ? -i : rows[i - before];
        ids.set(i, id);
        byte @Nullable [] text = text(id);
        if (text == null) {
          texts.setNull(i);
        } else {
          texts.setSafe(i, text);
        }
      }
      root.setRowCount(count);
      if (count == rows.length) {
        return RecordBatches.of(root);
      }
      try (VectorSchemaRoot slice = ArrowBatches.slice(root, before, rows.length, allocator)) {
        return RecordBatches.of(slice);
      }
    }
  }

  /** The rows of a batch that was read; fails if a row is not as it was sent. */
  static long[] read(VectorSchemaRoot root) {
    BigIntVector ids = (BigIntVector) root.getVector(0);
    VarCharVector texts = (VarCharVector) root.getVector(1);
    long[] rows = new long[root.getRowCount()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = ids.get(i);
      byte @Nullable [] text = texts.isNull(i) ? null : texts.get(i);
      if (!Arrays.equals(text, text(rows[i]))) {
        throw new InvariantViolation(
            "RowsAreWhole", "row %s has another text than it was sent with", describe(rows[i]));
      }
    }
    return rows;
  }

  private static byte @Nullable [] text(long id) {
    if (id % 5 == 0) {
      return null;
    }
    return Long.toHexString(id * 0x9E3779B97F4A7C15L)
        .substring((int) (Math.floorMod(id, 8L)))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
