/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.RecordBatches;
import io.freshet.server.log.LogEntry;
import io.freshet.server.schema.LogSchemas;
import io.freshet.server.schema.RowSchema;
import io.freshet.table.ChangeColumns;
import io.freshet.table.ChangeType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.util.TransferPair;
import org.apache.iceberg.types.Types;

/**
 * Changes [startOffset, endOffset) out of some entries of a log, which are in order and without a
 * gap.
 *
 * @param entries borrowed; the first one has the first change, the last one the last
 */
record LoggedChanges(List<LogEntry> entries, long startOffset, long endOffset) {
  private static final byte[][] TYPE_TEXTS = typeTexts();

  /** The changes from {@code startOffset} up to {@code limit}, or as many as the entries have. */
  static LoggedChanges within(List<LogEntry> entries, long startOffset, long limit) {
    List<LogEntry> used =
        entries.stream()
            .filter(entry -> entry.startOffset() < limit)
            .takeWhile(entry -> entry.schemaId() == entries.get(0).schemaId())
            .toList();
    long endOffset = Math.min(limit, used.get(used.size() - 1).endOffset());
    return new LoggedChanges(used, startOffset, endOffset);
  }

  int rows() {
    return (int) (endOffset - startOffset);
  }

  /**
   * The changes; the caller closes them.
   *
   * @param wanted the columns of today's log
   */
  VectorSchemaRoot load(LogSchemas schemas, RowSchema wanted, BufferAllocator allocator) {
    LogEntry first = entries.get(0);
    RowSchema written = schemas.of(first.schemaId());
    int fromRow = (int) (startOffset - first.startOffset());
    int toRow = fromRow + rows();
    if (entries.size() == 1) {
      return written.load(first.batch(), fromRow, toRow, wanted, allocator);
    }
    List<ArrowRecordBatch> batches = entries.stream().map(LogEntry::batch).toList();
    try (ArrowRecordBatch all = RecordBatches.concatenate(written.arrow(), batches, allocator)) {
      return written.load(all, fromRow, toRow, wanted, allocator);
    }
  }

  /**
   * The changes in the columns that readers see.
   *
   * @param rows what {@link #load} gave; its buffers are shared
   * @param schema of {@link ChangeColumns#schema}
   */
  VectorSchemaRoot describe(
      VectorSchemaRoot rows,
      int bucket,
      org.apache.iceberg.Schema schema,
      BufferAllocator allocator) {
    List<FieldVector> columns = new ArrayList<>();
    try {
      for (Types.NestedField column : schema.columns()) {
        columns.add(
            switch (column.name()) {
              case ChangeType.COLUMN -> changeTypes(rows, allocator);
              case ChangeColumns.BUCKET_COLUMN -> buckets(bucket, allocator);
              case ChangeColumns.OFFSET_COLUMN -> offsets(allocator);
              case ChangeColumns.COMMIT_TIMESTAMP_COLUMN -> commitTimestamps(allocator);
              default -> share(rows, column, allocator);
            });
      }
      return new VectorSchemaRoot(ArrowSchemas.toArrow(schema), columns, rows.getRowCount());
    } catch (RuntimeException | Error e) {
      columns.forEach(FieldVector::close);
      throw e;
    }
  }

  private static FieldVector share(
      VectorSchemaRoot rows, Types.NestedField column, BufferAllocator allocator) {
    FieldVector source = rows.getVector(column.name());
    TransferPair pair = source.getTransferPair(ArrowSchemas.toArrow(column), allocator);
    pair.splitAndTransfer(0, rows.getRowCount());
    return (FieldVector) pair.getTo();
  }

  private FieldVector changeTypes(VectorSchemaRoot rows, BufferAllocator allocator) {
    // Only the log of a table with a primary key says what changes do.
    IntVector codes = rows.getVector(ChangeType.COLUMN) instanceof IntVector known ? known : null;
    VarCharVector types =
        (VarCharVector) ArrowSchemas.toArrow(ChangeColumns.CHANGE_TYPE).createVector(allocator);
    types.allocateNew(rows() * (long) ChangeType.UPDATE_AFTER.text().length(), rows());
    for (int row = 0; row < rows(); row++) {
      types.set(row, TYPE_TEXTS[codes == null ? ChangeType.INSERT.code() : codes.get(row)]);
    }
    types.setValueCount(rows());
    return types;
  }

  private FieldVector buckets(int bucket, BufferAllocator allocator) {
    IntVector buckets =
        (IntVector) ArrowSchemas.toArrow(ChangeColumns.BUCKET).createVector(allocator);
    buckets.allocateNew(rows());
    for (int row = 0; row < rows(); row++) {
      buckets.set(row, bucket);
    }
    buckets.setValueCount(rows());
    return buckets;
  }

  private FieldVector offsets(BufferAllocator allocator) {
    BigIntVector offsets =
        (BigIntVector) ArrowSchemas.toArrow(ChangeColumns.OFFSET).createVector(allocator);
    offsets.allocateNew(rows());
    for (int row = 0; row < rows(); row++) {
      offsets.set(row, startOffset + row);
    }
    offsets.setValueCount(rows());
    return offsets;
  }

  private FieldVector commitTimestamps(BufferAllocator allocator) {
    TimeStampMicroTZVector timestamps =
        (TimeStampMicroTZVector)
            ArrowSchemas.toArrow(ChangeColumns.COMMIT_TIMESTAMP).createVector(allocator);
    timestamps.allocateNew(rows());
    for (LogEntry entry : entries) {
      int fromRow = (int) Math.max(0, entry.startOffset() - startOffset);
      int toRow = (int) (Math.min(endOffset, entry.endOffset()) - startOffset);
      for (int row = fromRow; row < toRow; row++) {
        timestamps.set(row, entry.commitTimestampMicros());
      }
    }
    timestamps.setValueCount(rows());
    return timestamps;
  }

  private static byte[][] typeTexts() {
    ChangeType[] types = ChangeType.values();
    byte[][] texts = new byte[types.length][];
    for (ChangeType type : types) {
      texts[type.code()] = type.text().getBytes(UTF_8);
    }
    return texts;
  }
}
