/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.arrow.ArrowSchemas;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/** Iceberg's generic records as Arrow batches. */
final class RecordBatches {
  private RecordBatches() {}

  /** The caller closes the batch. */
  static VectorSchemaRoot of(Schema schema, List<Record> records, BufferAllocator allocator) {
    VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator);
    for (int column = 0; column < schema.columns().size(); column++) {
      Type type = schema.columns().get(column).type();
      FieldVector vector = root.getVector(column);
      vector.allocateNew();
      for (int row = 0; row < records.size(); row++) {
        set(vector, row, type, records.get(row).get(column));
      }
    }
    root.setRowCount(records.size());
    return root;
  }

  private static void set(FieldVector vector, int index, Type type, @Nullable Object value) {
    if (value == null) {
      vector.setNull(index);
      return;
    }
    switch (type.typeId()) {
      case STRUCT -> setStruct((StructVector) vector, index, type, (Record) value);
      case LIST -> setList((ListVector) vector, index, type, (List<?>) value);
      case MAP -> setMap((ListVector) vector, index, type, (Map<?, ?>) value);
      default -> setPrimitive(vector, index, type, value);
    }
  }

  private static void setStruct(StructVector vector, int index, Type type, Record value) {
    vector.setIndexDefined(index);
    List<Types.NestedField> fields = type.asStructType().fields();
    for (int i = 0; i < fields.size(); i++) {
      set((FieldVector) vector.getChildByOrdinal(i), index, fields.get(i).type(), value.get(i));
    }
  }

  private static void setList(ListVector vector, int index, Type type, List<?> value) {
    int start = vector.startNewValue(index);
    for (int i = 0; i < value.size(); i++) {
      set(vector.getDataVector(), start + i, type.asListType().elementType(), value.get(i));
    }
    vector.endValue(index, value.size());
  }

  private static void setMap(ListVector vector, int index, Type type, Map<?, ?> value) {
    int entry = vector.startNewValue(index);
    StructVector entries = (StructVector) vector.getDataVector();
    for (Map.Entry<?, ?> each : value.entrySet()) {
      entries.setIndexDefined(entry);
      set(
          (FieldVector) entries.getChildByOrdinal(0),
          entry,
          type.asMapType().keyType(),
          each.getKey());
      set(
          (FieldVector) entries.getChildByOrdinal(1),
          entry,
          type.asMapType().valueType(),
          each.getValue());
      entry++;
    }
    vector.endValue(index, value.size());
  }

  private static void setPrimitive(FieldVector vector, int index, Type type, Object value) {
    switch (type.typeId()) {
      case BOOLEAN -> ((BitVector) vector).setSafe(index, (boolean) value ? 1 : 0);
      case INTEGER -> ((IntVector) vector).setSafe(index, (int) value);
      case LONG -> ((BigIntVector) vector).setSafe(index, (long) value);
      case FLOAT -> ((Float4Vector) vector).setSafe(index, (float) value);
      case DOUBLE -> ((Float8Vector) vector).setSafe(index, (double) value);
      case DECIMAL -> ((DecimalVector) vector).setSafe(index, (BigDecimal) value);
      case DATE ->
          ((DateDayVector) vector).setSafe(index, DateTimeUtil.daysFromDate((LocalDate) value));
      case TIME ->
          ((TimeMicroVector) vector).setSafe(index, DateTimeUtil.microsFromTime((LocalTime) value));
      case TIMESTAMP ->
          ((TimeStampVector) vector)
              .setSafe(
                  index,
                  value instanceof OffsetDateTime zoned
                      ? DateTimeUtil.microsFromTimestamptz(zoned)
                      : DateTimeUtil.microsFromTimestamp((LocalDateTime) value));
      case TIMESTAMP_NANO ->
          ((TimeStampVector) vector)
              .setSafe(
                  index,
                  value instanceof OffsetDateTime zoned
                      ? DateTimeUtil.nanosFromTimestamptz(zoned)
                      : DateTimeUtil.nanosFromTimestamp((LocalDateTime) value));
      case STRING ->
          ((VarCharVector) vector)
              .setSafe(index, value.toString().getBytes(StandardCharsets.UTF_8));
      case BINARY ->
          ((VarBinaryVector) vector).setSafe(index, ((ByteBuffer) value).duplicate().array());
      case FIXED -> ((FixedSizeBinaryVector) vector).setSafe(index, (byte[]) value);
      case UUID -> {
        UUID uuid = (UUID) value;
        byte[] bytes =
            ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
        ((FixedSizeBinaryVector) vector).setSafe(index, bytes);
      }
      default -> throw new IllegalArgumentException(type.toString());
    }
  }
}
