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
import io.freshet.server.index.KeyHashes;
import io.freshet.server.table.ServerTable;
import io.freshet.table.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Rows of simulated writers. A row is known by a number that says who sent it, as which row of
 * which batch, and to which bucket; its text follows from the number, so that rows torn apart are
 * found. Within a bucket the numbers of one writer grow.
 */
final class LogRows implements SimulatedRows {
  private static final Schema SCHEMA =
      new Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "text", Types.StringType.get()));

  private final SimulationSettings settings;
  private final Random random;

  LogRows(SimulationSettings settings, Random random) {
    this.settings = settings;
    this.random = random;
  }

  @Override
  public TableDefinition definition(Map<String, String> properties) {
    return new TableDefinition(
        SimulatedRows.TABLE,
        SCHEMA,
        PartitionSpec.unpartitioned(),
        SortOrder.unsorted(),
        settings.buckets(),
        List.of(),
        properties);
  }

  @Override
  public List<Part> newBatch(int writer, long sequence) {
    List<Part> parts = new ArrayList<>();
    int buckets = settings.buckets();
    int first = random.nextInt(buckets);
    int count = random.nextInt(5) == 0 ? 1 + random.nextInt(buckets) : 1;
    for (int i = 0; i < count; i++) {
      int bucket = (first + i) % buckets;
      int rows = 1 + random.nextInt(settings.maxBatchRows());
      parts.add(new Part(bucket, of(writer, sequence, bucket, rows)));
    }
    return parts;
  }

  @Override
  public Part newPart(int writer, long sequence) {
    int bucket = random.nextInt(settings.buckets());
    int count = 1 + random.nextInt(settings.maxBatchRows());
    return new Part(bucket, of(writer, sequence, bucket, count));
  }

  @Override
  public @Nullable KeyHashes keys(
      ArrowRecordBatch batch, ServerTable table, BufferAllocator allocator) {
    return null;
  }

  @Override
  public boolean hasKeys() {
    return false;
  }

  @Override
  public int bucketOf(long row) {
    return bucket(row);
  }

  @Override
  public long idOf(long row) {
    return row;
  }

  /** All in one file, in the order in which they were written. */
  @Override
  public List<int[]> layout(long[] rows) {
    return List.of(IntStream.range(0, rows.length).toArray());
  }

  /** The rows of one batch that go to one bucket. */
  private static long[] of(int writer, long sequence, int bucket, int count) {
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
  @Override
  public ArrowRecordBatch batch(long[] rows, BufferAllocator allocator) {
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
  @Override
  public long[] read(VectorSchemaRoot root) {
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

  static byte @Nullable [] text(long id) {
    if (id % 5 == 0) {
      return null;
    }
    return Long.toHexString(id * 0x9E3779B97F4A7C15L)
        .substring((int) (Math.floorMod(id, 8L)))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
