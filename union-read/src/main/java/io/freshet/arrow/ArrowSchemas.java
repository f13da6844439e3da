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

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * The Arrow form of an Iceberg schema. Every Iceberg type has exactly one Arrow type:
 *
 * <pre>
 * boolean Bool              date         Date(DAY)                    fixed(n) FixedSizeBinary(n)
 * int     Int(32)           time         Time(MICROSECOND, 64)        uuid     FixedSizeBinary(16)
 * long    Int(64)           timestamp    Timestamp(MICROSECOND)       struct   Struct
 * float   Float(SINGLE)     timestamptz  Timestamp(MICROSECOND, UTC)  list     List, child "element"
 * double  Float(DOUBLE)     timestamp_ns Timestamp(NANOSECOND)        map      Map, children "key", "value"
 * string  Utf8              timestamptz_ns Timestamp(NANOSECOND, UTC)
 * binary  Binary            decimal(p,s) Decimal(p, s, 128)
 * </pre>
 *
 * <p>A field carries its Iceberg field id in its metadata under {@value #FIELD_ID}, the key that
 * Arrow's own Parquet readers use; a uuid is marked by {@value #UUID_MARK}.
 */
public final class ArrowSchemas {
  public static final String FIELD_ID = "PARQUET:field_id";

  private static final String UUID_MARK = "freshet.uuid";
  private static final int UUID_BYTES = 16;

  private ArrowSchemas() {}

  public static Schema toArrow(org.apache.iceberg.Schema schema) {
    return new Schema(schema.columns().stream().map(ArrowSchemas::toArrow).toList());
  }

  public static Field toArrow(Types.NestedField field) {
    return field(field.name(), field.type(), field.isOptional(), field.fieldId());
  }

  /** The Arrow type of a primitive Iceberg type. */
  public static ArrowType toArrow(Type.PrimitiveType type) {
    return switch (type.typeId()) {
      case BOOLEAN -> ArrowType.Bool.INSTANCE;
      case INTEGER -> new ArrowType.Int(32, true);
      case LONG -> new ArrowType.Int(64, true);
      case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield new ArrowType.Decimal(decimal.precision(), decimal.scale(), 128);
      }
      case DATE -> new ArrowType.Date(DateUnit.DAY);
      case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
      case TIMESTAMP ->
          timestamp(TimeUnit.MICROSECOND, ((Types.TimestampType) type).shouldAdjustToUTC());
      case TIMESTAMP_NANO ->
          timestamp(TimeUnit.NANOSECOND, ((Types.TimestampNanoType) type).shouldAdjustToUTC());
      case STRING -> ArrowType.Utf8.INSTANCE;
      case BINARY -> ArrowType.Binary.INSTANCE;
      case FIXED -> new ArrowType.FixedSizeBinary(((Types.FixedType) type).length());
      case UUID -> new ArrowType.FixedSizeBinary(UUID_BYTES);
      default ->
          throw FreshetException.of(
              UNSUPPORTED, "Type %s can't be stored in a Freshet table", type);
    };
  }

  /**
   * The Iceberg schema of an Arrow schema, with fresh field ids from 1. Widths that Iceberg lacks
   * are widened (int8 to int, seconds to microseconds, large strings to strings); what can't be
   * stored is refused by column.
   */
  public static org.apache.iceberg.Schema toIceberg(Schema schema) {
    IcebergTypes types = new IcebergTypes();
    return new org.apache.iceberg.Schema(types.columns(schema.getFields()));
  }

  private static Field field(String name, Type type, boolean isOptional, int id) {
    if (type.isPrimitiveType()) {
      ArrowType arrowType = toArrow(type.asPrimitiveType());
      boolean isUuid = type.typeId() == Type.TypeID.UUID;
      Map<String, String> metadata =
          isUuid
              ? Map.of(FIELD_ID, Integer.toString(id), UUID_MARK, "true")
              : Map.of(FIELD_ID, Integer.toString(id));
      return new Field(name, new FieldType(isOptional, arrowType, null, metadata), List.of());
    }
    Map<String, String> metadata = Map.of(FIELD_ID, Integer.toString(id));
    return switch (type.typeId()) {
      case STRUCT ->
          new Field(
              name,
              new FieldType(isOptional, ArrowType.Struct.INSTANCE, null, metadata),
              type.asStructType().fields().stream().map(ArrowSchemas::toArrow).toList());
      case LIST -> {
        Types.ListType list = type.asListType();
        Field element =
            field("element", list.elementType(), list.isElementOptional(), list.elementId());
        yield new Field(
            name,
            new FieldType(isOptional, ArrowType.List.INSTANCE, null, metadata),
            List.of(element));
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        Field key = field(MapVector.KEY_NAME, map.keyType(), false, map.keyId());
        Field value =
            field(MapVector.VALUE_NAME, map.valueType(), map.isValueOptional(), map.valueId());
        Field entries =
            new Field(
                MapVector.DATA_VECTOR_NAME,
                new FieldType(false, ArrowType.Struct.INSTANCE, null),
                List.of(key, value));
        yield new Field(
            name,
            new FieldType(isOptional, new ArrowType.Map(false), null, metadata),
            List.of(entries));
      }
      default ->
          throw FreshetException.of(
              UNSUPPORTED, "Column %s has type %s, which Freshet can't store", name, type);
    };
  }

  private static ArrowType timestamp(TimeUnit unit, boolean adjustToUtc) {
    return new ArrowType.Timestamp(unit, adjustToUtc ? "UTC" : null);
  }

  /** Gives Iceberg types with ids in the order in which Iceberg itself assigns them. */
  private static final class IcebergTypes {
    private int lastId;

    List<Types.NestedField> columns(List<Field> fields) {
      int firstId = lastId + 1;
      lastId += fields.size();
      List<Types.NestedField> columns = new ArrayList<>();
      for (int i = 0; i < fields.size(); i++) {
        Field field = fields.get(i);
        Type type = type(field);
        columns.add(
            field.isNullable()
                ? Types.NestedField.optional(firstId + i, field.getName(), type)
                : Types.NestedField.required(firstId + i, field.getName(), type));
      }
      return columns;
    }

    private Type type(Field field) {
      ArrowType type = field.getType();
      return switch (type.getTypeID()) {
        case Struct -> Types.StructType.of(columns(field.getChildren()));
        case List, LargeList, FixedSizeList -> {
          Field element = field.getChildren().get(0);
          int id = ++lastId;
          yield element.isNullable()
              ? Types.ListType.ofOptional(id, type(element))
              : Types.ListType.ofRequired(id, type(element));
        }
        case Map -> {
          List<Field> entry = field.getChildren().get(0).getChildren();
          int keyId = ++lastId;
          int valueId = ++lastId;
          Type key = type(entry.get(0));
          Type value = type(entry.get(1));
          yield entry.get(1).isNullable()
              ? Types.MapType.ofOptional(keyId, valueId, key, value)
              : Types.MapType.ofRequired(keyId, valueId, key, value);
        }
        default -> primitive(field);
      };
    }

    private static Type primitive(Field field) {
      ArrowType type = field.getType();
      return switch (type.getTypeID()) {
        case Bool -> Types.BooleanType.get();
        case Int -> integer(field, (ArrowType.Int) type);
        case FloatingPoint ->
            ((ArrowType.FloatingPoint) type).getPrecision() == FloatingPointPrecision.DOUBLE
                ? Types.DoubleType.get()
                : Types.FloatType.get();
        case Decimal -> {
          ArrowType.Decimal decimal = (ArrowType.Decimal) type;
          yield Types.DecimalType.of(decimal.getPrecision(), decimal.getScale());
        }
        case Date -> Types.DateType.get();
        case Time -> Types.TimeType.get();
        case Timestamp -> timestamp((ArrowType.Timestamp) type);
        case Utf8, LargeUtf8, Utf8View -> Types.StringType.get();
        case Binary, LargeBinary, BinaryView -> Types.BinaryType.get();
        case FixedSizeBinary ->
            field.getMetadata().containsKey(UUID_MARK)
                ? Types.UUIDType.get()
                : Types.FixedType.ofLength(((ArrowType.FixedSizeBinary) type).getByteWidth());
        default ->
            throw FreshetException.of(
                UNSUPPORTED,
                "Column %s has Arrow type %s, which Freshet can't store",
                field.getName(),
                type);
      };
    }

    private static Type integer(Field field, ArrowType.Int type) {
      int bits = type.getBitWidth() + (type.getIsSigned() ? 0 : 1);
      if (bits > 64) {
        throw FreshetException.of(
            UNSUPPORTED,
            "Column %s has Arrow type uint64, which Iceberg lacks: cast it to int64 or decimal(20,0)",
            field.getName());
      }
      return bits <= 32 ? Types.IntegerType.get() : Types.LongType.get();
    }

    private static Type timestamp(ArrowType.Timestamp type) {
      boolean hasZone = type.getTimezone() != null && !type.getTimezone().isEmpty();
      if (type.getUnit() == TimeUnit.NANOSECOND) {
        return hasZone ? Types.TimestampNanoType.withZone() : Types.TimestampNanoType.withoutZone();
      }
      return hasZone ? Types.TimestampType.withZone() : Types.TimestampType.withoutZone();
    }
  }
}
