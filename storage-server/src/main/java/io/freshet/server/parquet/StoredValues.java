/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.nio.ByteBuffer;
import org.apache.arrow.vector.BaseVariableWidthVector;
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
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Copies a column's values, stored as Iceberg's table specification says, to a vector. */
@FunctionalInterface
interface StoredValues {
  /** Writes the reader's current value, which is not null, at an index. */
  void copy(ColumnReader reader, int index);

  /**
   * The copier from a file's column to a vector of the table's type, to which that column's type
   * may have been promoted since.
   *
   * @throws UnusualColumnException if Iceberg's writers do not store the type so
   */
  static StoredValues of(PrimitiveType stored, Type type, FieldVector vector) {
    return switch (type.typeId()) {
      case BOOLEAN -> {
        check(is(stored, BOOLEAN), stored, type);
        BitVector bits = (BitVector) vector;
        yield (reader, i) -> bits.setSafe(i, reader.getBoolean() ? 1 : 0);
      }
      case INTEGER -> {
        check(is(stored, INT32), stored, type);
        IntVector ints = (IntVector) vector;
        yield (reader, i) -> ints.setSafe(i, reader.getInteger());
      }
      case LONG -> longs(stored, type, (BigIntVector) vector);
      case FLOAT -> {
        check(is(stored, FLOAT), stored, type);
        Float4Vector floats = (Float4Vector) vector;
        yield (reader, i) -> floats.setSafe(i, reader.getFloat());
      }
      case DOUBLE -> doubles(stored, type, (Float8Vector) vector);
      case DECIMAL -> decimals(stored, (Types.DecimalType) type, (DecimalVector) vector);
      case DATE -> {
        check(is(stored, INT32), stored, type);
        DateDayVector dates = (DateDayVector) vector;
        yield (reader, i) -> dates.setSafe(i, reader.getInteger());
      }
      case TIME -> {
        boolean isMicros =
            stored.getLogicalTypeAnnotation() instanceof TimeLogicalTypeAnnotation time
                && time.getUnit() == TimeUnit.MICROS;
        check(is(stored, INT64) && isMicros, stored, type);
        TimeMicroVector times = (TimeMicroVector) vector;
        yield (reader, i) -> times.setSafe(i, reader.getLong());
      }
      case TIMESTAMP -> timestamps(stored, type, TimeUnit.MICROS, (TimeStampVector) vector);
      case TIMESTAMP_NANO -> timestamps(stored, type, TimeUnit.NANOS, (TimeStampVector) vector);
      case STRING, BINARY -> {
        check(is(stored, BINARY), stored, type);
        BaseVariableWidthVector bytes = (BaseVariableWidthVector) vector;
        yield (reader, i) -> {
          ByteBuffer value = reader.getBinary().toByteBuffer();
          bytes.setSafe(i, value, value.position(), value.remaining());
        };
      }
      case FIXED, UUID -> {
        FixedSizeBinaryVector fixed = (FixedSizeBinaryVector) vector;
        boolean isSame =
            is(stored, FIXED_LEN_BYTE_ARRAY) && stored.getTypeLength() == fixed.getByteWidth();
        check(isSame, stored, type);
        yield (reader, i) -> fixed.setSafe(i, reader.getBinary().getBytesUnsafe());
      }
      default -> throw new UnusualColumnException(stored + " as " + type);
    };
  }

  private static StoredValues longs(PrimitiveType stored, Type type, BigIntVector vector) {
    if (is(stored, INT32)) {
      return (reader, i) -> vector.setSafe(i, reader.getInteger());
    }
    check(is(stored, INT64), stored, type);
    return (reader, i) -> vector.setSafe(i, reader.getLong());
  }

  private static StoredValues doubles(PrimitiveType stored, Type type, Float8Vector vector) {
    if (is(stored, FLOAT)) {
      return (reader, i) -> vector.setSafe(i, reader.getFloat());
    }
    check(is(stored, DOUBLE), stored, type);
    return (reader, i) -> vector.setSafe(i, reader.getDouble());
  }

  private static StoredValues decimals(
      PrimitiveType stored, Types.DecimalType type, DecimalVector vector) {
    boolean isSameScale =
        stored.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal
            && decimal.getScale() == type.scale();
    check(isSameScale, stored, type);
    return switch (stored.getPrimitiveTypeName()) {
      case INT32 -> (reader, i) -> vector.setSafe(i, reader.getInteger());
      case INT64 -> (reader, i) -> vector.setSafe(i, reader.getLong());
      case FIXED_LEN_BYTE_ARRAY, BINARY ->
          (reader, i) -> vector.setBigEndianSafe(i, reader.getBinary().getBytesUnsafe());
      default -> throw new UnusualColumnException(stored + " as " + type);
    };
  }

  private static StoredValues timestamps(
      PrimitiveType stored, Type type, TimeUnit unit, TimeStampVector vector) {
    boolean isSameUnit =
        stored.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp
            && timestamp.getUnit() == unit;
    check(is(stored, INT64) && isSameUnit, stored, type);
    return (reader, i) -> vector.setSafe(i, reader.getLong());
  }

  private static boolean is(PrimitiveType stored, PrimitiveTypeName name) {
    return stored.getPrimitiveTypeName() == name;
  }

  private static void check(boolean isKnown, PrimitiveType stored, Type type) {
    if (!isKnown) {
      throw new UnusualColumnException(stored + " as " + type);
    }
  }
}
