/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.error.FreshetException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.apache.iceberg.util.UUIDUtil;
import org.jspecify.annotations.Nullable;

/** Reads values of one vector into Iceberg's generic Java representation. */
interface ValueReader {
  @Nullable Object read(int index);

  static ValueReader of(Type type, FieldVector vector) {
    ValueReader present = present(type, vector);
    return index -> vector.isNull(index) ? null : present.read(index);
  }

  private static ValueReader present(Type type, FieldVector vector) {
    return switch (type.typeId()) {
      case BOOLEAN -> {
        BitVector bits = (BitVector) vector;
        yield index -> bits.get(index) != 0;
      }
      case INTEGER -> ((IntVector) vector)::get;
      case LONG -> ((BigIntVector) vector)::get;
      case FLOAT -> ((Float4Vector) vector)::get;
      case DOUBLE -> ((Float8Vector) vector)::get;
      case DECIMAL -> ((DecimalVector) vector)::getObject;
      case DATE -> {
        DateDayVector dates = (DateDayVector) vector;
        yield index -> DateTimeUtil.dateFromDays(dates.get(index));
      }
      case TIME -> {
        TimeMicroVector times = (TimeMicroVector) vector;
        yield index -> DateTimeUtil.timeFromMicros(times.get(index));
      }
      case TIMESTAMP -> {
        TimeStampVector stamps = (TimeStampVector) vector;
        yield ((Types.TimestampType) type).shouldAdjustToUTC()
            ? index -> DateTimeUtil.timestamptzFromMicros(stamps.get(index))
            : index -> DateTimeUtil.timestampFromMicros(stamps.get(index));
      }
      case TIMESTAMP_NANO -> {
        TimeStampVector stamps = (TimeStampVector) vector;
        yield ((Types.TimestampNanoType) type).shouldAdjustToUTC()
            ? index -> DateTimeUtil.timestamptzFromNanos(stamps.get(index))
            : index -> DateTimeUtil.timestampFromNanos(stamps.get(index));
      }
      case STRING -> {
        VarCharVector strings = (VarCharVector) vector;
        yield index -> new String(strings.get(index), UTF_8);
      }
      case BINARY -> {
        VarBinaryVector binaries = (VarBinaryVector) vector;
        yield index -> ByteBuffer.wrap(binaries.get(index));
      }
      case FIXED -> ((FixedSizeBinaryVector) vector)::get;
      case UUID -> {
        FixedSizeBinaryVector uuids = (FixedSizeBinaryVector) vector;
        yield index -> UUIDUtil.convert(uuids.get(index));
      }
      case STRUCT -> struct(type.asStructType(), (StructVector) vector);
      case LIST -> list(type.asListType(), (ListVector) vector);
      case MAP -> map(type.asMapType(), (MapVector) vector);
      default ->
          throw FreshetException.of(
              UNSUPPORTED, "Column %s has type %s, which has no vector", vector.getName(), type);
    };
  }

  private static ValueReader struct(Types.StructType type, StructVector vector) {
    ValueReader[] readers = new ValueReader[type.fields().size()];
    for (int i = 0; i < readers.length; i++) {
      readers[i] = of(type.fields().get(i).type(), (FieldVector) vector.getChildByOrdinal(i));
    }
    return index -> {
      GenericRecord record = GenericRecord.create(type);
      for (int i = 0; i < readers.length; i++) {
        record.set(i, readers[i].read(index));
      }
      return record;
    };
  }

  private static ValueReader list(Types.ListType type, ListVector vector) {
    ValueReader elements = of(type.elementType(), vector.getDataVector());
    return index -> {
      int end = vector.getElementEndIndex(index);
      List<@Nullable Object> list = new ArrayList<>();
      for (int i = vector.getElementStartIndex(index); i < end; i++) {
        list.add(elements.read(i));
      }
      return list;
    };
  }

  private static ValueReader map(Types.MapType type, MapVector vector) {
    StructVector entries = (StructVector) vector.getDataVector();
    ValueReader keys = of(type.keyType(), (FieldVector) entries.getChildByOrdinal(0));
    ValueReader values = of(type.valueType(), (FieldVector) entries.getChildByOrdinal(1));
    return index -> {
      int end = vector.getElementEndIndex(index);
      Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
      for (int i = vector.getElementStartIndex(index); i < end; i++) {
        map.put(keys.read(i), values.read(i));
      }
      return map;
    };
  }
}
