/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Types as text: Iceberg's names, and the names that Spark and Trino users know.
 *
 * <pre>
 * boolean, bool                     date                                string, varchar, text
 * int, integer, smallint, tinyint   time, time(p)                       binary, varbinary
 * long, bigint                      timestamp, timestamp_ntz            fixed(n), fixed[n]
 * float, real                       timestamptz, timestamp_ltz,         uuid
 * double, double precision            timestamp with time zone          list&lt;t&gt;, array&lt;t&gt;, array(t)
 * decimal(p,s), numeric(p,s)        timestamp_ns, timestamptz_ns,       map&lt;k,v&gt;, map(k,v)
 *                                     timestamp(9), …                   struct&lt;a:t,…&gt;, row(a t,…)
 * </pre>
 *
 * <p>{@code timestamp} is Iceberg's and Trino's, without a zone; Spark's TIMESTAMP is {@code
 * timestamptz}. Elements, values and fields may be {@code not null}.
 */
final class TypeText {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_DECIMAL_PRECISION = 38;
  private static final int MAX_FIXED_BYTES = 1 << 20;
  private static final int MICROS_PRECISION = 6;
  private static final int NANOS_PRECISION = 9;
  private static final String ALLOWED_TYPES =
      "use boolean, int, long, float, double, decimal(p,s), date, time, timestamp, timestamptz,"
          + " timestamp_ns, timestamptz_ns, string, binary, fixed(n), uuid, list<…>, map<…,…> or"
          + " struct<name:…>";

  private final TextCursor cursor;
  private int lastId;

  TypeText(TextCursor cursor) {
    this.cursor = cursor;
  }

  Types.NestedField field(String name, Type type, boolean isRequired, @Nullable String comment) {
    int id = ++lastId;
    return isRequired
        ? Types.NestedField.required(id, name, type, comment)
        : Types.NestedField.optional(id, name, type, comment);
  }

  /**
   * @param depth how many types this one is inside of
   */
  Type type(int depth) {
    int start = cursor.offset();
    if (depth > MAX_DEPTH) {
      throw cursor.error(start, "types nest at most " + MAX_DEPTH + " deep");
    }
    String word = cursor.word("a type");
    return switch (word) {
      case "boolean", "bool" -> Types.BooleanType.get();
      case "int", "integer", "smallint", "tinyint" -> Types.IntegerType.get();
      case "long", "bigint" -> Types.LongType.get();
      case "float", "real" -> Types.FloatType.get();
      case "double" -> {
        cursor.acceptWord("precision");
        yield Types.DoubleType.get();
      }
      case "decimal", "numeric", "dec" -> decimal();
      case "date" -> Types.DateType.get();
      case "time" -> time();
      case "timestamp" -> timestamp();
      case "timestamp_ntz" -> Types.TimestampType.withoutZone();
      case "timestamptz", "timestamp_ltz" -> Types.TimestampType.withZone();
      case "timestamp_ns" -> Types.TimestampNanoType.withoutZone();
      case "timestamptz_ns" -> Types.TimestampNanoType.withZone();
      case "string", "varchar", "text" -> string(word);
      case "binary", "varbinary" -> Types.BinaryType.get();
      case "fixed" -> fixed();
      case "uuid" -> Types.UUIDType.get();
      case "list", "array" -> list(depth);
      case "map" -> map(depth);
      case "struct", "row" -> struct(depth);
      default -> throw cursor.error(start, "there is no type " + word + ": " + ALLOWED_TYPES);
    };
  }

  static String formatField(Types.NestedField field) {
    return TextCursor.quotedPart(field.name())
        + " "
        + format(field.type())
        + notNull(field.isOptional())
        + (field.doc() == null ? "" : " comment " + TextCursor.quotedString(field.doc()));
  }

  static String format(Type type) {
    return switch (type.typeId()) {
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield "decimal(" + decimal.precision() + "," + decimal.scale() + ")";
      }
      case FIXED -> "fixed(" + ((Types.FixedType) type).length() + ")";
      case LIST -> {
        Types.ListType list = type.asListType();
        yield "list<" + format(list.elementType()) + notNull(list.isElementOptional()) + ">";
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        yield "map<"
            + format(map.keyType())
            + ","
            + format(map.valueType())
            + notNull(map.isValueOptional())
            + ">";
      }
      case STRUCT ->
          type.asStructType().fields().stream()
              .map(TypeText::formatField)
              .collect(Collectors.joining(", ", "struct<", ">"));
      default -> type.toString();
    };
  }

  private static String notNull(boolean isOptional) {
    return isOptional ? "" : " not null";
  }

  private Type decimal() {
    cursor.expect('(');
    int precision = cursor.number("a decimal's precision", 1, MAX_DECIMAL_PRECISION);
    int scale = cursor.accept(',') ? cursor.number("a decimal's scale", 0, precision) : 0;
    cursor.expect(')');
    return Types.DecimalType.of(precision, scale);
  }

  private Type fixed() {
    boolean isSquare = cursor.accept('[');
    if (!isSquare) {
      cursor.expect('(');
    }
    int length = cursor.number("a fixed type's length in bytes", 1, MAX_FIXED_BYTES);
    cursor.expect(isSquare ? ']' : ')');
    return Types.FixedType.ofLength(length);
  }

  private Type string(String word) {
    int start = cursor.offset();
    if (cursor.accept('(')) {
      throw cursor.error(start, word + " takes no length: a string has no limit");
    }
    return Types.StringType.get();
  }

  private Type time() {
    precision(MICROS_PRECISION);
    return Types.TimeType.get();
  }

  private Type timestamp() {
    boolean isNanos = precision(NANOS_PRECISION) > MICROS_PRECISION;
    boolean hasZone = false;
    if (cursor.acceptWord("with")) {
      cursor.acceptWord("local");
      cursor.expectWord("time");
      cursor.expectWord("zone");
      hasZone = true;
    } else if (cursor.acceptWord("without")) {
      cursor.expectWord("time");
      cursor.expectWord("zone");
    }
    if (isNanos) {
      return hasZone ? Types.TimestampNanoType.withZone() : Types.TimestampNanoType.withoutZone();
    }
    return hasZone ? Types.TimestampType.withZone() : Types.TimestampType.withoutZone();
  }

  private int precision(int max) {
    if (!cursor.accept('(')) {
      return MICROS_PRECISION;
    }
    int precision = cursor.number("a precision in digits of a second", 0, max);
    cursor.expect(')');
    return precision;
  }

  private Type list(int depth) {
    char close = open();
    int id = ++lastId;
    Type element = type(depth + 1);
    boolean isRequired = acceptNotNull();
    cursor.expect(close);
    return isRequired
        ? Types.ListType.ofRequired(id, element)
        : Types.ListType.ofOptional(id, element);
  }

  private Type map(int depth) {
    char close = open();
    int keyId = ++lastId;
    int valueId = ++lastId;
    Type key = type(depth + 1);
    acceptNotNull();
    cursor.expect(',');
    Type value = type(depth + 1);
    boolean isRequired = acceptNotNull();
    cursor.expect(close);
    return isRequired
        ? Types.MapType.ofRequired(keyId, valueId, key, value)
        : Types.MapType.ofOptional(keyId, valueId, key, value);
  }

  private Type struct(int depth) {
    char close = open();
    List<Types.NestedField> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    do {
      int start = cursor.offset();
      String name = cursor.name("a field name");
      if (!names.add(name)) {
        throw cursor.error(start, "field " + name + " is there twice");
      }
      cursor.accept(':');
      Type type = type(depth + 1);
      boolean isRequired = acceptNotNull();
      String comment =
          cursor.acceptWord("comment") ? cursor.string("the comment in single quotes") : null;
      fields.add(field(name, type, isRequired, comment));
    } while (cursor.accept(','));
    cursor.expect(close);
    return Types.StructType.of(fields);
  }

  private boolean acceptNotNull() {
    if (!cursor.acceptWord("not")) {
      return false;
    }
    cursor.expectWord("null");
    return true;
  }

  private char open() {
    if (cursor.accept('(')) {
      return ')';
    }
    cursor.expect('<');
    return '>';
  }
}
