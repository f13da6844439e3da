/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
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
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * How a Parquet type's values become a table type's: as they are, widened, or narrowed where the
 * value allows it. A copier throws ArithmeticException for a value that does not fit.
 */
final class ParquetValues {
  private static final int UUID_BYTES = 16;
  private static final int BITS_OF_INT = 32;
  private static final int BITS_OF_LONG = 64;
  private static final long MICROS_OF_MILLI = 1000;
  private static final long NANOS_OF_MICRO = 1000;
  private static final long NANOS_OF_MILLI = 1_000_000;
  private static final long NANOS_OF_DAY = 86_400_000_000_000L;
  private static final long JULIAN_EPOCH_DAY = 2_440_588;

  private ParquetValues() {}

  /** Writes the reader's current value at an index of a vector. */
  interface Copier {
    void copy(ColumnReader reader, int index);
  }

  private interface LongReader {
    long read(ColumnReader reader);
  }

  /** The copier, or nothing when the table's type does not take the file's type. */
  static Optional<Copier> copier(PrimitiveType file, Type table, FieldVector vector) {
    return Optional.ofNullable(
        switch (table.typeId()) {
          case BOOLEAN ->
              file.getPrimitiveTypeName() == PrimitiveTypeName.BOOLEAN
                  ? (reader, i) -> ((BitVector) vector).setSafe(i, reader.getBoolean() ? 1 : 0)
                  : null;
          case INTEGER -> {
            LongReader integer = integer(file);
            IntVector ints = (IntVector) vector;
            yield integer == null
                ? null
                : (reader, i) -> ints.setSafe(i, Math.toIntExact(integer.read(reader)));
          }
          case LONG -> {
            LongReader integer = integer(file);
            BigIntVector longs = (BigIntVector) vector;
            yield integer == null ? null : (reader, i) -> longs.setSafe(i, integer.read(reader));
          }
          case FLOAT ->
              file.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT
                  ? (reader, i) -> ((Float4Vector) vector).setSafe(i, reader.getFloat())
                  : null;
          case DOUBLE -> doubles(file, (Float8Vector) vector);
          case DECIMAL -> decimals(file, (Types.DecimalType) table, (DecimalVector) vector);
          case DATE ->
              annotation(file) instanceof DateLogicalTypeAnnotation
                  ? (reader, i) -> ((DateDayVector) vector).setSafe(i, reader.getInteger())
                  : null;
          case TIME -> times(file, (TimeMicroVector) vector);
          case TIMESTAMP -> {
            boolean hasZone = ((Types.TimestampType) table).shouldAdjustToUTC();
            yield timestamps(timestampMicros(file, hasZone), (TimeStampVector) vector);
          }
          case TIMESTAMP_NANO -> {
            boolean hasZone = ((Types.TimestampNanoType) table).shouldAdjustToUTC();
            yield timestamps(timestampNanos(file, hasZone), (TimeStampVector) vector);
          }
          case STRING -> strings(file, (VarCharVector) vector);
          case BINARY -> binaries(file, (VarBinaryVector) vector);
          case FIXED -> fixed(file, ((Types.FixedType) table).length(), vector);
          case UUID -> fixed(file, UUID_BYTES, vector);
          default -> null;
        });
  }

  private static @Nullable LogicalTypeAnnotation annotation(PrimitiveType file) {
    return file.getLogicalTypeAnnotation();
  }

  private static boolean isBytes(PrimitiveType file) {
    return file.getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
  }

  private static @Nullable LongReader integer(PrimitiveType file) {
    LogicalTypeAnnotation annotation = annotation(file);
    boolean isUnsigned = false;
    int bits = file.getPrimitiveTypeName() == PrimitiveTypeName.INT32 ? BITS_OF_INT : BITS_OF_LONG;
    if (annotation instanceof IntLogicalTypeAnnotation integer) {
      isUnsigned = !integer.isSigned();
      bits = integer.getBitWidth();
    } else if (annotation != null) {
      return null;
    }
    return switch (file.getPrimitiveTypeName()) {
      case INT32 ->
          isUnsigned && bits == BITS_OF_INT
              ? reader -> Integer.toUnsignedLong(reader.getInteger())
              : ColumnReader::getInteger;
      case INT64 -> isUnsigned ? ParquetValues::unsignedLong : ColumnReader::getLong;
      default -> null;
    };
  }

  private static long unsignedLong(ColumnReader reader) {
    long value = reader.getLong();
    if (value < 0) {
      throw new ArithmeticException(Long.toUnsignedString(value));
    }
    return value;
  }

  private static @Nullable Copier doubles(PrimitiveType file, Float8Vector vector) {
    return switch (file.getPrimitiveTypeName()) {
      case DOUBLE -> (reader, i) -> vector.setSafe(i, reader.getDouble());
      case FLOAT -> (reader, i) -> vector.setSafe(i, reader.getFloat());
      case INT32 -> {
        LongReader integer = integer(file);
        yield integer == null ? null : (reader, i) -> vector.setSafe(i, integer.read(reader));
      }
      default -> null;
    };
  }

  private static @Nullable Copier decimals(
      PrimitiveType file, Types.DecimalType table, DecimalVector vector) {
    if (!(annotation(file) instanceof DecimalLogicalTypeAnnotation decimal)
        || decimal.getScale() > table.scale()) {
      return null;
    }
    int scale = decimal.getScale();
    return switch (file.getPrimitiveTypeName()) {
      case INT32 ->
          (reader, i) ->
              setDecimal(vector, i, table, BigDecimal.valueOf(reader.getInteger(), scale));
      case INT64 ->
          (reader, i) -> setDecimal(vector, i, table, BigDecimal.valueOf(reader.getLong(), scale));
      case BINARY, FIXED_LEN_BYTE_ARRAY ->
          (reader, i) -> {
            BigInteger unscaled = new BigInteger(reader.getBinary().getBytesUnsafe());
            setDecimal(vector, i, table, new BigDecimal(unscaled, scale));
          };
      default -> null;
    };
  }

  private static void setDecimal(
      DecimalVector vector, int index, Types.DecimalType type, BigDecimal value) {
    BigDecimal scaled = value.setScale(type.scale());
    if (scaled.precision() > type.precision()) {
      throw new ArithmeticException(value.toPlainString());
    }
    vector.setSafe(index, scaled);
  }

  private static @Nullable Copier times(PrimitiveType file, TimeMicroVector vector) {
    if (!(annotation(file) instanceof TimeLogicalTypeAnnotation time)) {
      return null;
    }
    return switch (time.getUnit()) {
      case MILLIS -> (reader, i) -> vector.setSafe(i, reader.getInteger() * MICROS_OF_MILLI);
      case MICROS -> (reader, i) -> vector.setSafe(i, reader.getLong());
      case NANOS -> (reader, i) -> vector.setSafe(i, microsOfNanos(reader.getLong()));
    };
  }

  private static @Nullable Copier timestamps(
      @Nullable LongReader timestamp, TimeStampVector vector) {
    return timestamp == null ? null : (reader, i) -> vector.setSafe(i, timestamp.read(reader));
  }

  private static @Nullable LongReader timestampMicros(PrimitiveType file, boolean hasZone) {
    if (file.getPrimitiveTypeName() == PrimitiveTypeName.INT96) {
      return reader -> microsOfNanos(int96Nanos(reader.getBinary()));
    }
    TimeUnit unit = timestampUnit(file, hasZone);
    return unit == null
        ? null
        : switch (unit) {
          case MILLIS -> reader -> Math.multiplyExact(reader.getLong(), MICROS_OF_MILLI);
          case MICROS -> ColumnReader::getLong;
          case NANOS -> reader -> microsOfNanos(reader.getLong());
        };
  }

  private static @Nullable LongReader timestampNanos(PrimitiveType file, boolean hasZone) {
    if (file.getPrimitiveTypeName() == PrimitiveTypeName.INT96) {
      return reader -> int96Nanos(reader.getBinary());
    }
    TimeUnit unit = timestampUnit(file, hasZone);
    return unit == null
        ? null
        : switch (unit) {
          case MILLIS -> reader -> Math.multiplyExact(reader.getLong(), NANOS_OF_MILLI);
          case MICROS -> reader -> Math.multiplyExact(reader.getLong(), NANOS_OF_MICRO);
          case NANOS -> ColumnReader::getLong;
        };
  }

  private static @Nullable TimeUnit timestampUnit(PrimitiveType file, boolean hasZone) {
    return annotation(file) instanceof TimestampLogicalTypeAnnotation timestamp
            && timestamp.isAdjustedToUTC() == hasZone
        ? timestamp.getUnit()
        : null;
  }

  private static long microsOfNanos(long nanos) {
    if (nanos % NANOS_OF_MICRO != 0) {
      throw new ArithmeticException(nanos + " ns, finer than microseconds");
    }
    return nanos / NANOS_OF_MICRO;
  }

  /**
   * Nanoseconds since 1970. Layout, little-endian: nanoseconds of the day, 8 bytes; Julian day, 4.
   */
  private static long int96Nanos(Binary binary) {
    ByteBuffer bytes = binary.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long nanosOfDay = bytes.getLong();
    long day = Integer.toUnsignedLong(bytes.getInt()) - JULIAN_EPOCH_DAY;
    return Math.addExact(Math.multiplyExact(day, NANOS_OF_DAY), nanosOfDay);
  }

  private static @Nullable Copier strings(PrimitiveType file, VarCharVector vector) {
    LogicalTypeAnnotation annotation = annotation(file);
    boolean isText =
        annotation instanceof StringLogicalTypeAnnotation
            || annotation instanceof EnumLogicalTypeAnnotation
            || annotation instanceof JsonLogicalTypeAnnotation;
    return isBytes(file) && isText
        ? (reader, i) -> {
          ByteBuffer bytes = reader.getBinary().toByteBuffer();
          vector.setSafe(i, bytes, bytes.position(), bytes.remaining());
        }
        : null;
  }

  private static @Nullable Copier binaries(PrimitiveType file, VarBinaryVector vector) {
    boolean isPlain =
        annotation(file) == null
            && (isBytes(file)
                || file.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY);
    return isPlain
        ? (reader, i) -> {
          ByteBuffer bytes = reader.getBinary().toByteBuffer();
          vector.setSafe(i, bytes, bytes.position(), bytes.remaining());
        }
        : null;
  }

  private static @Nullable Copier fixed(PrimitiveType file, int length, FieldVector vector) {
    boolean isSame =
        file.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
            && file.getTypeLength() == length
            && !(annotation(file) instanceof DecimalLogicalTypeAnnotation);
    return isSame
        ? (reader, i) ->
            ((FixedSizeBinaryVector) vector).setSafe(i, reader.getBinary().getBytesUnsafe())
        : null;
  }
}
