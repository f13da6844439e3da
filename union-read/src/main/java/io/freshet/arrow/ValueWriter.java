/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.apache.iceberg.util.UUIDUtil;
import org.jspecify.annotations.Nullable;

/** Writes values of one column, in Iceberg's generic Java representation, to its vector. */
interface ValueWriter {
  /** Writes the value at an index. Indexes only grow; the vector grows with them. */
  void write(int index, @Nullable Object value);

  static ValueWriter of(Types.NestedField field, FieldVector vector) {
    PresentWriter present = present(field.type(), vector);
    if (field.isOptional()) {
      return (index, value) -> {
        if (value == null) {
          vector.setNull(index);
        } else {
          present.write(index, value);
        }
      };
    }
    return (index, value) -> {
      if (value == null) {
        throw FreshetException.of(
            NULL_IN_REQUIRED_COLUMN,
            "Column %s is required, and value %d of it is null",
            field.name(),
            index);
      }
      present.write(index, value);
    };
  }

  private static PresentWriter present(Type type, FieldVector vector) {
    return switch (type.typeId()) {
      case BOOLEAN -> {
        BitVector bits = (BitVector) vector;
        yield (index, value) -> bits.setSafe(index, (Boolean) value ? 1 : 0);
      }
      case INTEGER -> {
        IntVector ints = (IntVector) vector;
        yield (index, value) -> ints.setSafe(index, (Integer) value);
      }
      case LONG -> {
        BigIntVector longs = (BigIntVector) vector;
        yield (index, value) -> longs.setSafe(index, (Long) value);
      }
      case FLOAT -> {
        Float4Vector floats = (Float4Vector) vector;
        yield (index, value) -> floats.setSafe(index, (Float) value);
      }
      case DOUBLE -> {
        Float8Vector doubles = (Float8Vector) vector;
        yield (index, value) -> doubles.setSafe(index, (Double) value);
      }
      case DECIMAL -> {
        DecimalVector decimals = (DecimalVector) vector;
        yield (index, value) -> decimals.setSafe(index, (BigDecimal) value);
      }
      case DATE -> {
        DateDayVector dates = (DateDayVector) vector;
        yield (index, value) -> dates.setSafe(index, DateTimeUtil.daysFromDate((LocalDate) value));
      }
      case TIME -> {
        TimeMicroVector times = (TimeMicroVector) vector;
        yield (index, value) ->
            times.setSafe(index, DateTimeUtil.microsFromTime((LocalTime) value));
      }
      case TIMESTAMP -> micros((Types.TimestampType) type, (TimeStampVector) vector);
      case TIMESTAMP_NANO -> nanos((Types.TimestampNanoType) type, (TimeStampVector) vector);
      case STRING -> {
        VarCharVector strings = (VarCharVector) vector;
        yield (index, value) ->
            strings.setSafe(index, ((CharSequence) value).toString().getBytes(UTF_8));
      }
      case BINARY -> {
        VarBinaryVector binaries = (VarBinaryVector) vector;
        yield (index, value) -> {
          ByteBuffer bytes = bytes(value).duplicate();
          binaries.setSafe(index, bytes, bytes.position(), bytes.remaining());
        };
      }
      case FIXED -> fixed((FixedSizeBinaryVector) vector);
      case UUID -> {
        FixedSizeBinaryVector uuids = (FixedSizeBinaryVector) vector;
        yield (index, value) -> uuids.setSafe(index, UUIDUtil.convert((UUID) value));
      }
      case STRUCT -> struct(type.asStructType(), (StructVector) vector);
      case LIST -> list(type.asListType(), (ListVector) vector);
      case MAP -> map(type.asMapType(), (MapVector) vector);
      default ->
          throw FreshetException.of(
              UNSUPPORTED, "Column %s has type %s, which has no vector", vector.getName(), type);
    };
  }

  private static PresentWriter micros(Types.TimestampType type, TimeStampVector vector) {
    return type.shouldAdjustToUTC()
        ? (index, value) ->
            vector.setSafe(index, DateTimeUtil.microsFromTimestamptz((OffsetDateTime) value))
        : (index, value) ->
            vector.setSafe(index, DateTimeUtil.microsFromTimestamp((LocalDateTime) value));
  }

  private static PresentWriter nanos(Types.TimestampNanoType type, TimeStampVector vector) {
    return type.shouldAdjustToUTC()
        ? (index, value) ->
            vector.setSafe(index, DateTimeUtil.nanosFromTimestamptz((OffsetDateTime) value))
        : (index, value) ->
            vector.setSafe(index, DateTimeUtil.nanosFromTimestamp((LocalDateTime) value));
  }

  private static PresentWriter fixed(FixedSizeBinaryVector vector) {
    return (index, value) -> {
      ByteBuffer bytes = bytes(value).duplicate();
      if (bytes.remaining() != vector.getByteWidth()) {
        throw new IllegalArgumentException(
            "it has " + bytes.remaining() + " bytes, not " + vector.getByteWidth());
      }
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      vector.setSafe(index, copy);
    };
  }

  private static ByteBuffer bytes(Object value) {
    return value instanceof byte[] array ? ByteBuffer.wrap(array) : (ByteBuffer) value;
  }

  private static PresentWriter struct(Types.StructType type, StructVector vector) {
    List<Types.NestedField> fields = type.fields();
    ValueWriter[] writers = new ValueWriter[fields.size()];
    for (int i = 0; i < writers.length; i++) {
      writers[i] = of(fields.get(i), (FieldVector) vector.getChildByOrdinal(i));
    }
    return (index, value) -> {
      StructLike struct = (StructLike) value;
      vector.setIndexDefined(index);
      for (int i = 0; i < writers.length; i++) {
        writers[i].write(index, struct.get(i, Object.class));
      }
    };
  }

  private static PresentWriter list(Types.ListType type, ListVector vector) {
    ValueWriter elements = of(type.fields().get(0), vector.getDataVector());
    return (index, value) -> {
      Collection<?> list = (Collection<?>) value;
      int position = vector.startNewValue(index);
      for (Object element : list) {
        elements.write(position++, element);
      }
      vector.endValue(index, list.size());
    };
  }

  private static PresentWriter map(Types.MapType type, MapVector vector) {
    StructVector entries = (StructVector) vector.getDataVector();
    ValueWriter keys = of(type.fields().get(0), (FieldVector) entries.getChildByOrdinal(0));
    ValueWriter values = of(type.fields().get(1), (FieldVector) entries.getChildByOrdinal(1));
    return (index, value) -> {
      Map<?, ?> map = (Map<?, ?>) value;
      int position = vector.startNewValue(index);
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        entries.setIndexDefined(position);
        keys.write(position, entry.getKey());
        values.write(position, entry.getValue());
        position++;
      }
      vector.endValue(index, map.size());
    };
  }

  /** Writes a value that is not null. */
  interface PresentWriter {
    void write(int index, Object value);
  }
}
