/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/** Records of any schema from a seed: with nulls, empty lists, extreme numbers, NaN and repeats. */
final class RandomRecords {
  private static final double NULLS = 0.2;

  private final Random random;

  /** How many different values a column has about. */
  private final int distinct;

  RandomRecords(long seed, int distinct) {
    random = new Random(seed);
    this.distinct = distinct;
  }

  List<Record> of(Schema schema, int count) {
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(record(schema.asStruct()));
    }
    return records;
  }

  private Record record(Types.StructType type) {
    Record record = GenericRecord.create(type);
    for (int i = 0; i < type.fields().size(); i++) {
      Types.NestedField field = type.fields().get(i);
      record.set(i, field(field.type(), field.isOptional()));
    }
    return record;
  }

  private @Nullable Object field(Type type, boolean isOptional) {
    return isOptional && random.nextDouble() < NULLS ? null : value(type);
  }

  private Object value(Type type) {
    return switch (type.typeId()) {
      case STRUCT -> record(type.asStructType());
      case LIST -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(field(type.asListType().elementType(), type.asListType().isElementOptional()));
        }
        yield list;
      }
      case MAP -> {
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(
              value(type.asMapType().keyType()),
              field(type.asMapType().valueType(), type.asMapType().isValueOptional()));
        }
        yield map;
      }
      default -> primitive(type, random.nextInt(distinct));
    };
  }

  /** The same value for the same number, which may stand for an extreme one. */
  private Object primitive(Type type, int number) {
    Random values = new Random(number * 31L + type.typeId().ordinal());
    return switch (type.typeId()) {
      case BOOLEAN -> values.nextBoolean();
      case INTEGER -> number == 0 ? Integer.MIN_VALUE : values.nextInt();
      case LONG -> number == 0 ? Long.MIN_VALUE : number == 1 ? Long.MAX_VALUE : values.nextLong();
      case FLOAT -> number == 0 ? Float.NaN : number == 1 ? -0.0f : values.nextFloat() - 0.5f;
      case DOUBLE ->
          number == 0
              ? Double.NaN
              : number == 1 ? Double.NEGATIVE_INFINITY : values.nextDouble() - 0.5;
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        BigInteger limit = BigInteger.TEN.pow(decimal.precision());
        BigInteger unscaled = new BigInteger(160, values).mod(limit);
        yield new BigDecimal(values.nextBoolean() ? unscaled : unscaled.negate(), decimal.scale());
      }
      case DATE -> LocalDate.ofEpochDay(values.nextInt(60_000) - 20_000);
      case TIME -> LocalTime.ofNanoOfDay(values.nextLong(86_400_000_000L) * 1000);
      case TIMESTAMP -> timestamp(values.nextLong(4_000_000_000_000_000L) - 1_000_000, type);
      case TIMESTAMP_NANO -> timestampNano(values.nextLong(4_000_000_000_000_000_000L), type);
      case STRING -> string(values);
      case BINARY -> ByteBuffer.wrap(bytes(values, values.nextInt(20)));
      case FIXED -> bytes(values, ((Types.FixedType) type).length());
      case UUID -> new UUID(values.nextLong(), values.nextLong());
      default -> throw new IllegalArgumentException(type.toString());
    };
  }

  private static Object timestamp(long micros, Type type) {
    return ((Types.TimestampType) type).shouldAdjustToUTC()
        ? DateTimeUtil.timestamptzFromMicros(micros)
        : DateTimeUtil.timestampFromMicros(micros).truncatedTo(ChronoUnit.MICROS);
  }

  private static Object timestampNano(long nanos, Type type) {
    return ((Types.TimestampNanoType) type).shouldAdjustToUTC()
        ? DateTimeUtil.timestamptzFromNanos(nanos)
        : DateTimeUtil.timestampFromNanos(nanos);
  }

  /** Empty, short, longer than bounds are kept, or outside of ASCII. */
  private static String string(Random values) {
    int length = values.nextInt(5) == 0 ? values.nextInt(40) : values.nextInt(9);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(values.nextInt(10) == 0 ? 0x1F600 + i : 'a' + values.nextInt(26));
    }
    return text.toString();
  }

  private static byte[] bytes(Random values, int length) {
    byte[] bytes = new byte[length];
    values.nextBytes(bytes);
    return bytes;
  }
}
