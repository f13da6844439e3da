/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Values in the text of a filter, as literals for a column. */
final class FilterValue {
  private static final Pattern ZONE = Pattern.compile("(Z|[+-]\\d\\d:\\d\\d)$");

  private FilterValue() {}

  /**
   * The value of a token for a column of a type, in a class that Iceberg's literals take.
   *
   * @param keyword DATE, TIME, TIMESTAMP or X before a string, in any case, or empty
   * @throws IllegalArgumentException if it can't be a value of the type; says why
   */
  static Object of(String keyword, FilterToken token, Type type) {
    if (!type.isPrimitiveType()) {
      throw new IllegalArgumentException("only IS NULL and IS NOT NULL can be asked");
    }
    Object value;
    try {
      value =
          switch (token.kind()) {
            case NUMBER -> number(token.text(), type);
            case STRING -> string(keyword.toUpperCase(Locale.ROOT), token.text(), type);
            case WORD -> word(token);
            default -> throw new IllegalArgumentException("expected a value, found " + token);
          };
      if (Expressions.lit(value).to(type) == null) {
        throw new IllegalArgumentException("it can't be compared with " + token);
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(token + " is no such value: " + e.getMessage(), e);
    }
    return value;
  }

  private static Object word(FilterToken token) {
    if (token.isWord("TRUE") || token.isWord("FALSE")) {
      return token.isWord("TRUE");
    }
    if (token.isWord("NULL")) {
      throw new IllegalArgumentException("to find null, write IS NULL");
    }
    throw new IllegalArgumentException(
        "expected a value, found " + token + ". Text is written in single quotes");
  }

  private static Object number(String text, Type type) {
    BigDecimal number = new BigDecimal(text);
    return switch (type.typeId()) {
      case INTEGER, LONG -> number.longValueExact();
      case FLOAT, DOUBLE -> number.doubleValue();
      case DECIMAL -> number.setScale(((Types.DecimalType) type).scale());
      default -> throw new IllegalArgumentException("it can't be compared with a number");
    };
  }

  private static Object string(String keyword, String text, Type type) {
    switch (keyword) {
      case "", "DATE", "TIME", "TIMESTAMP" -> {}
      case "X" -> {
        return ByteBuffer.wrap(HexFormat.of().parseHex(text));
      }
      default -> throw new IllegalArgumentException("unknown keyword " + keyword);
    }
    boolean isTimed = keyword.equals("TIMESTAMP");
    return switch (type.typeId()) {
      case TIMESTAMP -> timestamp(text, ((Types.TimestampType) type).shouldAdjustToUTC());
      case TIMESTAMP_NANO -> timestamp(text, ((Types.TimestampNanoType) type).shouldAdjustToUTC());
      case STRING, DATE, TIME, UUID -> {
        if (isTimed || (type.typeId() == Type.TypeID.STRING && !keyword.isEmpty())) {
          throw new IllegalArgumentException("it can't be compared with a " + keyword);
        }
        yield text;
      }
      default -> throw new IllegalArgumentException("it can't be compared with '" + text + "'");
    };
  }

  /** ISO text of a timestamp that may lack its time, its T, or its zone. */
  private static String timestamp(String text, boolean hasZone) {
    String iso = text.strip().replace(' ', 'T');
    if (iso.indexOf('T') < 0) {
      iso += "T00:00:00";
    }
    return hasZone && !ZONE.matcher(iso).find() ? iso + "+00:00" : iso;
  }
}
