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
import io.freshet.server.keys.BatchKeys;
import io.freshet.server.table.ServerTable;
import io.freshet.table.ChangeType;
import io.freshet.table.TableDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a table with a primary key. A change is known by a number: whether it is a delete, its
 * key, and who sent it as which row of which batch. A row is the change that made it. There are few
 * keys, so that most changes supersede another, and any change may move its key to another
 * partition. Of one writer's changes in a bucket, the numbers without key grow.
 */
final class ChangeRows implements SimulatedRows {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Types.NestedField.required(1, "id", Types.LongType.get()),
              Types.NestedField.required(2, "change", Types.LongType.get()),
              Types.NestedField.optional(3, "text", Types.StringType.get())),
          Set.of(1));
  private static final int KEY_SHIFT = 44;
  private static final long DELETE = 1L << 56;
  private static final int PARTITIONS = 3;
  private static final long FOREIGN_WRITER = 15;

  private final SimulationSettings settings;
  private final Random random;
  private final TableDefinition definition;
  private final int keys;
  private final SerializableFunction<Long, Integer> buckets;

  ChangeRows(SimulationSettings settings, Random random) {
    this.settings = settings;
    this.random = random;
    this.definition = definition(Map.of());
    this.keys = 2 << random.nextInt(8);
    this.buckets = Transforms.<Long>bucket(settings.buckets()).bind(Types.LongType.get());
  }

  @Override
  public TableDefinition definition(Map<String, String> properties) {
    return new TableDefinition(
        TABLE,
        SCHEMA,
        PartitionSpec.unpartitioned(),
        SortOrder.unsorted(),
        settings.buckets(),
        List.of("id"),
        properties);
  }

  @Override
  public List<Part> newBatch(int writer, long sequence) {
    int count = 1 + random.nextInt(settings.maxBatchRows());
    Map<Integer, List<Long>> parts = new TreeMap<>();
    boolean isOneKey = random.nextInt(10) == 0;
    long someKey = random.nextInt(keys);
    for (int row = 0; row < count; row++) {
      long key = isOneKey ? someKey : random.nextInt(keys);
      long change = key << KEY_SHIFT | (long) writer << 40 | sequence << 16 | row;
      if (random.nextInt(4) == 0) {
        change |= DELETE;
      }
      parts.computeIfAbsent(bucketOf(change), unused -> new ArrayList<>()).add(change);
    }
    return parts.entrySet().stream()
        .map(part ->
            new Part(part.getKey(), part.getValue().stream().mapToLong(Long::longValue).toArray()))
        .toList();
  }

  @Override
  public Part newPart(int writer, long sequence) {
    return newBatch(writer, sequence).get(0);
  }

  int keys() {
    return keys;
  }

  /** A row that another writer of the lake has made; no change is like it. */
  static long foreignRow(long key, long sequence, int row) {
    return key << KEY_SHIFT | FOREIGN_WRITER << 40 | sequence << 16 | row;
  }

  static boolean isDelete(long change) {
    return (change & DELETE) != 0;
  }

  static long key(long change) {
    return (change & ~DELETE) >>> KEY_SHIFT;
  }

  static int writer(long change) {
    return (int) (change >>> 40) & 15;
  }

  static long sequence(long change) {
    return change >>> 16 & 0xFF_FFFF;
  }

  /** Grows with each change that a writer sends. */
  static long number(long change) {
    return change & ((1L << KEY_SHIFT) - 1);
  }

  static String describe(long change) {
    return String.format(
        "(%s key %d, writer %d, sequence %d, row %d)",
        isDelete(change) ? "delete" : "upsert",
        key(change),
        writer(change),
        sequence(change),
        change & 0xFFFF);
  }

  @Override
  public ArrowRecordBatch batch(long[] changes, BufferAllocator allocator) {
    int before = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
    int after = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
    int count = before + changes.length + after;
    try (VectorSchemaRoot root =
        VectorSchemaRoot.create(ArrowSchemas.toArrow(definition.logSchema()), allocator)) {
      root.getFieldVectors().forEach(vector -> vector.setInitialCapacity(count));
      root.allocateNew();
      for (int row = 0; row < count; row++) {
        boolean isPadding = row < before || row >= before + changes.length;
        set(root, row, isPadding ? -row : changes[row - before]);
      }
      root.setRowCount(count);
      if (count == changes.length) {
        return RecordBatches.of(root);
      }
      try (VectorSchemaRoot slice = ArrowBatches.slice(root, before, changes.length, allocator)) {
        return RecordBatches.of(slice);
      }
    }
  }

  private static void set(VectorSchemaRoot root, int row, long change) {
    ((BigIntVector) root.getVector(0)).set(row, key(change));
    IntVector types = (IntVector) root.getVector(ChangeType.COLUMN);
    if (isDelete(change)) {
      types.set(row, ChangeType.DELETE.code());
      // Not needed, but so that the log tells which delete this is.
      ((BigIntVector) root.getVector(1)).set(row, number(change));
      return;
    }
    types.set(row, ChangeType.UPDATE_AFTER.code());
    ((BigIntVector) root.getVector(1)).set(row, number(change));
    byte @Nullable [] text = LogRows.text(change);
    if (text != null) {
      ((VarCharVector) root.getVector(2)).setSafe(row, text);
    }
  }

  @Override
  public KeyHashes keys(ArrowRecordBatch batch, ServerTable table, BufferAllocator allocator) {
    if (table.keys() == null) {
      throw new InvariantViolation("TableHasKeys", "the table was opened as a log table");
    }
    return new BatchKeys(definition, table.keys()).encode(batch, allocator);
  }

  @Override
  public long[] read(VectorSchemaRoot root) {
    BigIntVector ids = (BigIntVector) root.getVector(0);
    BigIntVector numbers = (BigIntVector) root.getVector(1);
    VarCharVector texts = (VarCharVector) root.getVector(2);
    long[] rows = new long[root.getRowCount()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = ids.get(i) << KEY_SHIFT | numbers.get(i);
      byte @Nullable [] text = texts.isNull(i) ? null : texts.get(i);
      if (!Arrays.equals(text, LogRows.text(rows[i]))) {
        throw new InvariantViolation(
            "RowsAreWhole", "row %s has another text than it was sent with", describe(rows[i]));
      }
    }
    return rows;
  }

  /** The changes of a batch of the log. */
  long[] readChanges(VectorSchemaRoot root) {
    BigIntVector ids = (BigIntVector) root.getVector(0);
    BigIntVector numbers = (BigIntVector) root.getVector(1);
    IntVector types = (IntVector) root.getVector(ChangeType.COLUMN);
    return IntStream.range(0, root.getRowCount())
        .mapToLong(row -> {
          long change = ids.get(row) << KEY_SHIFT | numbers.get(row);
          return types.get(row) == ChangeType.DELETE.code() ? change | DELETE : change;
        })
        .toArray();
  }

  TableDefinition definition() {
    return definition;
  }

  @Override
  public boolean hasKeys() {
    return true;
  }

  @Override
  public int bucketOf(long row) {
    return buckets.apply(key(row));
  }

  @Override
  public long idOf(long row) {
    return key(row);
  }

  /** By partition, in an order that has nothing to do with that of the changes. */
  @Override
  public List<int[]> layout(long[] rows) {
    List<int[]> files = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int wanted = partition;
      int[] indexes =
          IntStream.range(0, rows.length)
              .filter(index -> Math.floorMod(rows[index], PARTITIONS) == wanted)
              .boxed()
              .sorted(
                  (one, other) -> Long.compare(Long.reverse(rows[one]), Long.reverse(rows[other])))
              .mapToInt(Integer::intValue)
              .toArray();
      if (indexes.length > 0) {
        files.add(indexes);
      }
    }
    return files;
  }
}
