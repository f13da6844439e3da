/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
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
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Appends the values of one column of Spark's rows to its Arrow vector. */
interface ValueAppender {
  /** Writes a value that is not null at an index; indexes only grow. */
  void write(SpecializedGetters row, int ordinal, int index);

  /** Writes a value or null. */
  static void append(
      ValueAppender appender, FieldVector vector, SpecializedGetters row, int ordinal, int index) {
    if (row.isNullAt(ordinal)) {
      setNull(vector, index);
    } else {
      appender.write(row, ordinal, index);
    }
  }

  /**
   * An appender to a vector that the caller owns.
   *
   * @param type of the column in Spark
   */
  static ValueAppender of(FieldVector vector, DataType type) {
    if (vector instanceof BitVector bits) {
      return (row, ordinal, index) -> bits.setSafe(index, row.getBoolean(ordinal) ? 1 : 0);
    } else if (vector instanceof IntVector ints) {
      return (row, ordinal, index) -> ints.setSafe(index, row.getInt(ordinal));
    } else if (vector instanceof BigIntVector longs) {
      return (row, ordinal, index) -> longs.setSafe(index, row.getLong(ordinal));
    } else if (vector instanceof Float4Vector floats) {
      return (row, ordinal, index) -> floats.setSafe(index, row.getFloat(ordinal));
    } else if (vector instanceof Float8Vector doubles) {
      return (row, ordinal, index) -> doubles.setSafe(index, row.getDouble(ordinal));
    } else if (vector instanceof DecimalVector decimals) {
      return decimal(decimals);
    } else if (vector instanceof DateDayVector dates) {
      return (row, ordinal, index) -> dates.setSafe(index, row.getInt(ordinal));
    } else if (vector instanceof TimeStampMicroVector timestamps) {
      return (row, ordinal, index) -> timestamps.setSafe(index, row.getLong(ordinal));
    } else if (vector instanceof TimeStampMicroTZVector timestamps) {
      return (row, ordinal, index) -> timestamps.setSafe(index, row.getLong(ordinal));
    } else if (vector instanceof VarCharVector strings) {
      return (row, ordinal, index) -> strings.setSafe(index, row.getUTF8String(ordinal).getBytes());
    } else if (vector instanceof VarBinaryVector binaries) {
      return (row, ordinal, index) -> binaries.setSafe(index, row.getBinary(ordinal));
    } else if (vector instanceof FixedSizeBinaryVector fixed) {
      return type instanceof StringType ? uuid(fixed) : fixed(fixed);
    } else if (vector instanceof StructVector struct && type instanceof StructType structType) {
      return struct(struct, structType);
    } else if (vector instanceof MapVector map && type instanceof MapType mapType) {
      return map(map, mapType);
    } else if (vector instanceof ListVector list && type instanceof ArrayType arrayType) {
      return list(list, arrayType);
    }
    throw FreshetException.of(
        UNSUPPORTED,
        "Column %s has Arrow type %s, which Spark's type %s can't be written to",
        vector.getName(),
        vector.getField().getType(),
        type);
  }

  private static void setNull(FieldVector vector, int index) {
    while (index >= vector.getValueCapacity()) {
      vector.reAlloc();
    }
    vector.setNull(index);
  }

  private static ValueAppender decimal(DecimalVector vector) {
    return (row, ordinal, index) -> {
      BigDecimal value =
          row.getDecimal(ordinal, vector.getPrecision(), vector.getScale()).toJavaBigDecimal();
      vector.setSafe(index, value.setScale(vector.getScale()));
    };
  }

  private static ValueAppender uuid(FixedSizeBinaryVector vector) {
    return (row, ordinal, index) -> {
      String text = row.getUTF8String(ordinal).toString();
      UUID uuid;
      try {
        uuid = UUID.fromString(text);
      } catch (IllegalArgumentException e) {
        throw new FreshetException(
            SCHEMA_MISMATCH,
            String.format(
                "Column %s holds uuids, and '%s' is none: write one as"
                    + " 123e4567-e89b-12d3-a456-426614174000",
                vector.getName(), text),
            e);
      }
      ByteBuffer bytes = ByteBuffer.allocate(vector.getByteWidth());
      bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
      vector.setSafe(index, bytes.array());
    };
  }

  private static ValueAppender fixed(FixedSizeBinaryVector vector) {
    return (row, ordinal, index) -> {
      byte[] bytes = row.getBinary(ordinal);
      if (bytes.length != vector.getByteWidth()) {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "Column %s holds values of exactly %d bytes, and one has %d",
            vector.getName(),
            vector.getByteWidth(),
            bytes.length);
      }
      vector.setSafe(index, bytes);
    };
  }

  private static ValueAppender struct(StructVector vector, StructType type) {
    StructField[] fields = type.fields();
    FieldVector[] children = new FieldVector[fields.length];
    ValueAppender[] appenders = new ValueAppender[fields.length];
    for (int i = 0; i < fields.length; i++) {
      children[i] = (FieldVector) vector.getChildByOrdinal(i);
      appenders[i] = of(children[i], fields[i].dataType());
    }
    return (row, ordinal, index) -> {
      InternalRow struct = row.getStruct(ordinal, fields.length);
      vector.setIndexDefined(index);
      for (int i = 0; i < fields.length; i++) {
        append(appenders[i], children[i], struct, i, index);
      }
    };
  }

  private static ValueAppender list(ListVector vector, ArrayType type) {
    FieldVector elements = vector.getDataVector();
    ValueAppender appender = of(elements, type.elementType());
    return (row, ordinal, index) -> {
      ArrayData array = row.getArray(ordinal);
      int start = vector.startNewValue(index);
      for (int i = 0; i < array.numElements(); i++) {
        append(appender, elements, array, i, start + i);
      }
      vector.endValue(index, array.numElements());
    };
  }

  private static ValueAppender map(MapVector vector, MapType type) {
    StructVector entries = (StructVector) vector.getDataVector();
    FieldVector keys = (FieldVector) entries.getChildByOrdinal(0);
    FieldVector values = (FieldVector) entries.getChildByOrdinal(1);
    ValueAppender keyAppender = of(keys, type.keyType());
    ValueAppender valueAppender = of(values, type.valueType());
    return (row, ordinal, index) -> {
      MapData map = row.getMap(ordinal);
      int start = vector.startNewValue(index);
      for (int i = 0; i < map.numElements(); i++) {
        entries.setIndexDefined(start + i);
        append(keyAppender, keys, map.keyArray(), i, start + i);
        append(valueAppender, values, map.valueArray(), i, start + i);
      }
      vector.endValue(index, map.numElements());
    };
  }
}
