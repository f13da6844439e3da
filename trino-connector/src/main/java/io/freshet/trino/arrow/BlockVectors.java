/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.arrow;

import io.airlift.slice.Slice;
import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.trino.spi.block.Block;
import io.trino.spi.block.SqlMap;
import io.trino.spi.block.SqlRow;
import io.trino.spi.type.ArrayType;
import io.trino.spi.type.BooleanType;
import io.trino.spi.type.DecimalType;
import io.trino.spi.type.Int128;
import io.trino.spi.type.LongTimestamp;
import io.trino.spi.type.LongTimestampWithTimeZone;
import io.trino.spi.type.MapType;
import io.trino.spi.type.RowType;
import io.trino.spi.type.Type;
import java.util.List;
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
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;

/** Copies Trino's blocks into Arrow vectors of the types that Freshet's protocol has. */
public final class BlockVectors {
  private BlockVectors() {}

  /**
   * Writes a block's values into a vector, from row {@code start} on; rows before that which were
   * not written are null.
   *
   * @param type of the block
   * @param vector what the column has in the table
   */
  public static void append(Block block, Type type, FieldVector vector, int start) {
    for (int position = 0; position < block.getPositionCount(); position++) {
      write(block, position, type, vector, start + position);
    }
    vector.setValueCount(start + block.getPositionCount());
  }

  private static void write(Block block, int position, Type type, FieldVector vector, int row) {
    if (block.isNull(position)) {
      vector.setNull(row);
      return;
    }
    switch (vector) {
      case BitVector v -> v.setSafe(row, BooleanType.BOOLEAN.getBoolean(block, position) ? 1 : 0);
      case IntVector v -> v.setSafe(row, Math.toIntExact(type.getLong(block, position)));
      case BigIntVector v -> v.setSafe(row, type.getLong(block, position));
      case Float4Vector v ->
          v.setSafe(row, Float.intBitsToFloat((int) type.getLong(block, position)));
      case Float8Vector v -> v.setSafe(row, type.getDouble(block, position));
      case DateDayVector v -> v.setSafe(row, (int) type.getLong(block, position));
      case TimeMicroVector v ->
          v.setSafe(row, type.getLong(block, position) / Times.PICOS_PER_MICRO);
      case TimeStampMicroVector v -> v.setSafe(row, type.getLong(block, position));
      case TimeStampMicroTZVector v -> v.setSafe(row, micros(zoned(block, position, type)));
      case TimeStampNanoVector v ->
          v.setSafe(row, nanos((LongTimestamp) type.getObject(block, position)));
      case TimeStampNanoTZVector v -> v.setSafe(row, nanos(zoned(block, position, type)));
      case DecimalVector v -> writeDecimal(block, position, (DecimalType) type, v, row);
      case FixedSizeBinaryVector v -> writeFixed(type.getSlice(block, position), v, row);
      case BaseVariableWidthVector v -> {
        byte[] bytes = type.getSlice(block, position).getBytes();
        v.setSafe(row, bytes, 0, bytes.length);
      }
      case MapVector v -> writeMap(block, position, (MapType) type, v, row);
      case ListVector v -> {
        Block elements = ((ArrayType) type).getObject(block, position);
        int first = v.startNewValue(row);
        for (int i = 0; i < elements.getPositionCount(); i++) {
          write(elements, i, ((ArrayType) type).getElementType(), v.getDataVector(), first + i);
        }
        v.endValue(row, elements.getPositionCount());
      }
      case StructVector v -> writeRow(((RowType) type).getObject(block, position), type, v, row);
      default ->
          throw FreshetException.of(
              FreshetErrorCode.UNSUPPORTED,
              "Column %s has Arrow type %s, which the Trino connector can't write",
              vector.getName(),
              vector.getField().getType());
    }
  }

  private static void writeDecimal(
      Block block, int position, DecimalType type, DecimalVector vector, int row) {
    if (type.isShort()) {
      vector.setSafe(row, type.getLong(block, position));
    } else {
      Int128 value = (Int128) type.getObject(block, position);
      vector.setBigEndianSafe(row, value.toBigEndianBytes());
    }
  }

  private static void writeFixed(Slice value, FixedSizeBinaryVector vector, int row) {
    if (value.length() != vector.getByteWidth()) {
      throw FreshetException.of(
          FreshetErrorCode.INVALID_REQUEST,
          "Column %s takes values of %d bytes, not of %d",
          vector.getName(),
          vector.getByteWidth(),
          value.length());
    }
    vector.setSafe(row, value.getBytes());
  }

  private static void writeMap(Block block, int position, MapType type, MapVector vector, int row) {
    SqlMap map = type.getObject(block, position);
    StructVector entries = (StructVector) vector.getDataVector();
    List<FieldVector> keyAndValue = entries.getChildrenFromFields();
    int first = vector.startNewValue(row);
    Block keys = map.getRawKeyBlock();
    Block values = map.getRawValueBlock();
    for (int i = 0; i < map.getSize(); i++) {
      int raw = map.getRawOffset() + i;
      entries.setIndexDefined(first + i);
      write(keys, raw, type.getKeyType(), keyAndValue.get(0), first + i);
      write(values, raw, type.getValueType(), keyAndValue.get(1), first + i);
    }
    vector.endValue(row, map.getSize());
  }

  private static void writeRow(SqlRow value, Type type, StructVector vector, int row) {
    List<FieldVector> children = vector.getChildrenFromFields();
    List<RowType.Field> fields = ((RowType) type).getFields();
    vector.setIndexDefined(row);
    for (int i = 0; i < fields.size(); i++) {
      write(
          value.getRawFieldBlock(i),
          value.getRawIndex(),
          fields.get(i).getType(),
          children.get(i),
          row);
    }
  }

  private static LongTimestampWithTimeZone zoned(Block block, int position, Type type) {
    return (LongTimestampWithTimeZone) type.getObject(block, position);
  }

  private static long micros(LongTimestampWithTimeZone time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochMillis(), Times.MICROS_PER_MILLI),
        time.getPicosOfMilli() / Times.PICOS_PER_MICRO);
  }

  private static long nanos(LongTimestampWithTimeZone time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochMillis(), Times.NANOS_PER_MILLI),
        time.getPicosOfMilli() / Times.PICOS_PER_NANO);
  }

  private static long nanos(LongTimestamp time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochMicros(), Times.NANOS_PER_MICRO),
        time.getPicosOfMicro() / Times.PICOS_PER_NANO);
  }
}
