/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/**
 * Random schemas and rows. Values are drawn from small domains, with their extremes, so that equal
 * values and boundaries are common.
 */
public final class RandomRows {
  private static final String[] STRINGS = {
    "",
    "a",
    "ab",
    "abc",
    "abcdefghijklmnop",
    "abcdefghijklmnopq",
    "b",
    "é",
    "日本",
    "🦆",
    "🦆🦆",
    "\uffee",
    "zz"
  };

  private final Random random;
  private int lastId;

  public RandomRows(Random random) {
    this.random = random;
  }

  /** A schema of 1 to 8 columns; structs, lists and maps nest down to the depth. */
  public Schema schema(int depth) {
    lastId = 0;
    return new Schema(fields(1 + random.nextInt(8), depth));
  }

  public Record row(Schema schema) {
    return struct(schema.asStruct());
  }

  public List<Record> rows(Schema schema, int count) {
    List<Record> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      rows.add(row(schema));
    }
    return rows;
  }

  /** A batch that the caller closes. */
  public static VectorSchemaRoot batch(
      Schema schema, List<? extends Record> rows, BufferAllocator allocator) {
    VectorSchemaRoot root = VectorSchemaRoot.create(ArrowSchemas.toArrow(schema), allocator);
    ArrowRowAppender appender = new ArrowRowAppender(schema, root);
    rows.forEach(appender::append);
    appender.finish();
    return root;
  }

  /** A value of a type that is not null, in the generic representation. */
  public Object value(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> random.nextBoolean();
      case INTEGER -> (int) number(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> number(Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> (float) real();
      case DOUBLE -> real();
      case DECIMAL -> decimal((Types.DecimalType) type);
      case DATE -> DateTimeUtil.dateFromDays((int) number(-700_000, 700_000));
      case TIME -> DateTimeUtil.timeFromMicros(Math.abs(number(0, 86_399_999_999L)));
      case TIMESTAMP -> {
        long micros = number(-62_000_000_000_000_000L, 62_000_000_000_000_000L);
        yield ((Types.TimestampType) type).shouldAdjustToUTC()
            ? DateTimeUtil.timestamptzFromMicros(micros)
            : DateTimeUtil.timestampFromMicros(micros);
      }
      case TIMESTAMP_NANO -> {
        long nanos = number(-9_000_000_000_000_000_000L, 9_000_000_000_000_000_000L);
        yield ((Types.TimestampNanoType) type).shouldAdjustToUTC()
            ? DateTimeUtil.timestamptzFromNanos(nanos)
            : DateTimeUtil.timestampFromNanos(nanos);
      }
      case STRING -> string();
      case UUID -> new UUID(number(Long.MIN_VALUE, Long.MAX_VALUE), random.nextInt(3) - 1);
      case FIXED -> bytes(((Types.FixedType) type).length());
      case BINARY -> ByteBuffer.wrap(bytes(random.nextInt(20)));
      case STRUCT -> struct(type.asStructType());
      case LIST -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(type.asListType().fields().get(0)));
        }
        yield list;
      }
      case MAP -> {
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(value(type.asMapType().keyType()), value(type.asMapType().fields().get(1)));
        }
        yield map;
      }
      default -> throw new IllegalArgumentException(type.toString());
    };
  }

  private @Nullable Object value(Types.NestedField field) {
    return field.isOptional() && random.nextInt(4) == 0 ? null : value(field.type());
  }

  private GenericRecord struct(Types.StructType type) {
    GenericRecord record = GenericRecord.create(type);
    for (int i = 0; i < type.fields().size(); i++) {
      record.set(i, value(type.fields().get(i)));
    }
    return record;
  }

  private List<Types.NestedField> fields(int count, int depth) {
    List<Types.NestedField> fields = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = ++lastId;
      Type type = depth > 0 && random.nextInt(3) == 0 ? nested(depth - 1) : primitive();
      fields.add(Types.NestedField.from(required(id, "c" + id, type)).build());
    }
    return fields;
  }

  private Types.NestedField required(int id, String name, Type type) {
    return random.nextInt(3) == 0
        ? Types.NestedField.required(id, name, type)
        : Types.NestedField.optional(id, name, type);
  }

  private Type nested(int depth) {
    return switch (random.nextInt(3)) {
      case 0 -> Types.StructType.of(fields(1 + random.nextInt(3), depth));
      case 1 -> {
        int id = ++lastId;
        Type element = depth > 0 && random.nextBoolean() ? nested(depth - 1) : primitive();
        yield random.nextBoolean()
            ? Types.ListType.ofOptional(id, element)
            : Types.ListType.ofRequired(id, element);
      }
      default -> {
        int keyId = ++lastId;
        int valueId = ++lastId;
        Type value = depth > 0 && random.nextBoolean() ? nested(depth - 1) : primitive();
        yield random.nextBoolean()
            ? Types.MapType.ofOptional(keyId, valueId, Types.StringType.get(), value)
            : Types.MapType.ofRequired(keyId, valueId, Types.LongType.get(), value);
      }
    };
  }

  /** Every primitive type, with one of three precisions for decimals. */
  public Type primitive() {
    return switch (random.nextInt(17)) {
      case 0 -> Types.BooleanType.get();
      case 1 -> Types.IntegerType.get();
      case 2 -> Types.LongType.get();
      case 3 -> Types.FloatType.get();
      case 4 -> Types.DoubleType.get();
      case 5 -> Types.DecimalType.of(9, 2);
      case 6 -> Types.DecimalType.of(18, 4);
      case 7 -> Types.DecimalType.of(38, 10);
      case 8 -> Types.DateType.get();
      case 9 -> Types.TimeType.get();
      case 10 ->
          random.nextBoolean() ? Types.TimestampType.withZone() : Types.TimestampType.withoutZone();
      case 11 -> Types.TimestampNanoType.withZone();
      case 12 -> Types.TimestampNanoType.withoutZone();
      case 13 -> Types.StringType.get();
      case 14 -> Types.BinaryType.get();
      case 15 -> Types.FixedType.ofLength(1 + random.nextInt(20));
      default -> Types.UUIDType.get();
    };
  }

  private String string() {
    String text = STRINGS[random.nextInt(STRINGS.length)];
    return random.nextInt(3) == 0 ? text + STRINGS[random.nextInt(STRINGS.length)] : text;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      int choice = random.nextInt(6);
      bytes[i] = (byte) (choice == 0 ? random.nextInt() : choice == 1 ? 0xff : 1);
    }
    return bytes;
  }

  private long number(long min, long max) {
    return switch (random.nextInt(8)) {
      case 0 -> min;
      case 1 -> max;
      case 2 -> Math.max(min, Math.min(max, random.nextLong()));
      default -> random.nextInt(9) - 4;
    };
  }

  private double real() {
    return switch (random.nextInt(12)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> Double.NEGATIVE_INFINITY;
      case 3 -> -0.0;
      case 4 -> 0.0;
      case 5 -> Double.MIN_VALUE;
      case 6 -> -Double.MAX_VALUE;
      case 7 -> random.nextGaussian();
      default -> random.nextInt(9) - 4;
    };
  }

  private BigDecimal decimal(Types.DecimalType type) {
    BigInteger limit = BigInteger.TEN.pow(type.precision());
    BigInteger unscaled =
        switch (random.nextInt(5)) {
          case 0 -> limit.subtract(BigInteger.ONE);
          case 1 -> limit.subtract(BigInteger.ONE).negate();
          case 2 ->
              new BigInteger(140, random).subtract(BigInteger.ONE.shiftLeft(139)).remainder(limit);
          default -> BigInteger.valueOf(random.nextInt(9) - 4L);
        };
    return new BigDecimal(unscaled, type.scale());
  }
}
