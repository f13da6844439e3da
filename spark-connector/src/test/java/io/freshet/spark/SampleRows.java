/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
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
import org.jspecify.annotations.Nullable;

/** Random rows of every type that Spark has, with nulls, in ranges in which values repeat. */
public final class SampleRows {
  static final String FLAT =
      "id long not null, k int, flag boolean, f float, d double, dec9 decimal(9,2),"
          + " dec18 decimal(18,4), dec38 decimal(38,10), day date, ts timestamp, tz timestamptz,"
          + " s string, b binary, fx fixed(5), u uuid";
  public static final String NESTED =
      FLAT
          + ", st struct<a int, u uuid, s string, fx fixed(3)>, li list<struct<x long, d date>>,"
          + " ma map<string, decimal(10,2)>";

  private static final int NULL_OF = 8;

  private final Random random;

  public SampleRows(long seed) {
    this.random = new Random(seed);
  }

  /** Rows whose {@code id} are the numbers from 0. */
  public List<Record> rows(Schema schema, int count) {
    List<Record> rows = new ArrayList<>();
    for (long id = 0; id < count; id++) {
      Record row = struct(schema.asStruct());
      row.setField("id", id);
      rows.add(row);
    }
    return rows;
  }

  private Record struct(Types.StructType type) {
    Record record = GenericRecord.create(type);
    for (Types.NestedField field : type.fields()) {
      record.setField(field.name(), value(field.type(), field.isOptional()));
    }
    return record;
  }

  private @Nullable Object value(Type type, boolean isOptional) {
    if (isOptional && random.nextInt(NULL_OF) == 0) {
      return null;
    }
    int small = random.nextInt(50);
    return switch (type.typeId()) {
      case BOOLEAN -> random.nextBoolean();
      case INTEGER -> small;
      case LONG -> small * 1_000_000_007L;
      case FLOAT -> small == 0 ? Float.NaN : small / 4f;
      case DOUBLE -> small == 0 ? Double.NEGATIVE_INFINITY : small / 8.0 - 2;
      case DECIMAL -> decimal((Types.DecimalType) type);
      case DATE -> LocalDate.of(2026, 1, 1).plusDays(small);
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC).plusMinutes(small * 77L)
              : LocalDateTime.of(1969, 12, 31, 23, 0).plusNanos(small * 123_456_789_000L);
      case STRING -> small == 0 ? "" : "text " + small + (small % 3 == 0 ? " ∆ü" : "");
      case BINARY -> ByteBuffer.wrap(("b" + small).getBytes(UTF_8));
      case FIXED -> {
        byte[] bytes = new byte[((Types.FixedType) type).length()];
        bytes[0] = (byte) small;
        yield bytes;
      }
      case UUID -> new UUID(small, -small);
      case STRUCT -> struct(type.asStructType());
      case LIST -> list(type.asListType());
      case MAP -> map(type.asMapType());
      default -> throw new IllegalArgumentException("No values of type " + type);
    };
  }

  private BigDecimal decimal(Types.DecimalType type) {
    int bits = (int) (type.precision() * 3.32) - 2;
    BigInteger unscaled =
        random.nextBoolean()
            ? BigInteger.valueOf(random.nextInt(100_000))
            : new BigInteger(bits, random).negate();
    return new BigDecimal(unscaled, type.scale());
  }

  private List<@Nullable Object> list(Types.ListType type) {
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(value(type.elementType(), type.isElementOptional()));
    }
    return list;
  }

  private Map<Object, @Nullable Object> map(Types.MapType type) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Object key = value(type.keyType(), false);
      if (key != null) {
        map.put(key, value(type.valueType(), type.isValueOptional()));
      }
    }
    return map;
  }
}
