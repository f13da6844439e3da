/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.error.FreshetException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Values written as text, in Iceberg's generic representation. The forms are those of SQL and ISO
 * 8601; a timestamp has a {@code T} or a space between date and time, which may be left out, as may
 * its seconds; bytes are hexadecimal.
 */
final class TextValues {
  private static final int UUID_CHARS = 36;
  private static final int MAX_DECIMAL_EXPONENT = 100;
  private static final int NANOS_OF_MICRO = 1000;
  private static final int MAX_SHOWN_CHARS = 60;
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm[:ss]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .parseDefaulting(ChronoField.SECOND_OF_MINUTE, 0)
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("[['T'][' ']HH:mm[:ss]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendPattern("]")
          .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
          .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
          .parseDefaulting(ChronoField.SECOND_OF_MINUTE, 0)
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter TIMESTAMPTZ =
      new DateTimeFormatterBuilder()
          .append(TIMESTAMP)
          .appendPattern("[' ']")
          .appendPattern("[XXX][XX][X]")
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private TextValues() {}

  /**
   * The value that a text stands for.
   *
   * @throws FreshetException (SCHEMA_MISMATCH) "'abc' is not an int"
   */
  static Object parse(String text, Type type) {
    if (type.typeId() == Type.TypeID.STRING) {
      return text;
    }
    try {
      return parsePresent(text.strip(), type);
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new FreshetException(
          SCHEMA_MISMATCH, "'" + shown(text) + "' is not " + expected(type), e);
    }
  }

  /** A value as a message shows it: in one line, and not too long. */
  static String shown(String text) {
    String line = text.replaceAll("\\R", " ");
    return line.length() <= MAX_SHOWN_CHARS ? line : line.substring(0, MAX_SHOWN_CHARS) + "…";
  }

  /** What a column of this type takes, as the end of "… is not". */
  static String expected(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> "a boolean (true or false)";
      case INTEGER -> "an int";
      case LONG -> "a long";
      case FLOAT, DOUBLE -> "a " + type + " (such as 1.5 or 2e10, or NaN or Infinity)";
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield "a "
            + type
            + " (at most "
            + (decimal.precision() - decimal.scale())
            + " digits before the point and "
            + decimal.scale()
            + " after it)";
      }
      case DATE -> "a date (such as 2001-01-31)";
      case TIME -> "a time (such as 23:59:59.123456)";
      case TIMESTAMP -> timestampForm(type, ((Types.TimestampType) type).shouldAdjustToUTC(), 6);
      case TIMESTAMP_NANO ->
          timestampForm(type, ((Types.TimestampNanoType) type).shouldAdjustToUTC(), 9);
      case BINARY -> "a binary (hexadecimal digits, two for each byte)";
      case FIXED ->
          "a "
              + type
              + " ("
              + ((Types.FixedType) type).length()
              + " bytes, two hexadecimal digits for each)";
      case UUID -> "a uuid (such as 123e4567-e89b-12d3-a456-426614174000)";
      case LIST -> "a list (such as [1, 2])";
      case MAP -> "a map (such as {\"key\": 1})";
      case STRUCT -> "a struct (such as {\"field\": 1})";
      default -> "a " + type;
    };
  }

  private static String timestampForm(Type type, boolean hasZone, int digits) {
    return "a %s (such as 2001-01-31T23:59:59%s, at most %d digits of a second)"
        .formatted(type, hasZone ? "Z or …+02:00" : ", without a zone", digits);
  }

  private static Object parsePresent(String text, Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> bool(text);
      case INTEGER -> Integer.parseInt(text);
      case LONG -> Long.parseLong(text);
      case FLOAT -> {
        float value = Float.parseFloat(number(text));
        checkFinite(Float.isInfinite(value), text);
        yield value;
      }
      case DOUBLE -> {
        double value = Double.parseDouble(number(text));
        checkFinite(Double.isInfinite(value), text);
        yield value;
      }
      case DECIMAL -> decimal(new BigDecimal(text), (Types.DecimalType) type);
      case DATE -> LocalDate.parse(text);
      case TIME -> {
        LocalTime time = LocalTime.parse(text, TIME);
        checkMicros(time.getNano());
        yield time;
      }
      case TIMESTAMP -> {
        Object value = timestamp(text, ((Types.TimestampType) type).shouldAdjustToUTC());
        checkMicros(
            value instanceof LocalDateTime local
                ? local.getNano()
                : ((OffsetDateTime) value).getNano());
        yield value;
      }
      case TIMESTAMP_NANO -> timestamp(text, ((Types.TimestampNanoType) type).shouldAdjustToUTC());
      case BINARY -> ByteBuffer.wrap(HexFormat.of().parseHex(text));
      case FIXED -> fixed(HexFormat.of().parseHex(text), ((Types.FixedType) type).length());
      case UUID -> uuid(text);
      default -> throw new IllegalArgumentException("no text form");
    };
  }

  /** The decimal in the type's scale; digits are never lost. */
  static BigDecimal decimal(BigDecimal value, Types.DecimalType type) {
    if (Math.abs((long) value.scale()) > MAX_DECIMAL_EXPONENT) {
      throw new ArithmeticException("exponent out of range");
    }
    BigDecimal scaled = value.setScale(type.scale());
    if (scaled.precision() > type.precision()) {
      throw new ArithmeticException("too many digits");
    }
    return scaled;
  }

  private static boolean bool(String text) {
    if (text.equalsIgnoreCase("true")) {
      return true;
    }
    if (text.equalsIgnoreCase("false")) {
      return false;
    }
    throw new IllegalArgumentException("no boolean");
  }

  /** Refuses what Java's parser allows beyond numbers: hexadecimal floats, and suffixes. */
  private static String number(String text) {
    String plain = text.toLowerCase(Locale.ROOT);
    String unsigned = plain.startsWith("-") || plain.startsWith("+") ? plain.substring(1) : plain;
    boolean isNegative = plain.startsWith("-");
    if (unsigned.equals("nan")) {
      return "NaN";
    }
    if (unsigned.equals("infinity") || unsigned.equals("inf")) {
      return isNegative ? "-Infinity" : "Infinity";
    }
    if (!unsigned.matches("[0-9.]+(e[+-]?[0-9]+)?")) {
      throw new IllegalArgumentException("no number");
    }
    return plain;
  }

  private static void checkFinite(boolean isInfinite, String text) {
    if (isInfinite && Character.isDigit(text.charAt(text.length() - 1))) {
      throw new ArithmeticException("out of range");
    }
  }

  private static Object timestamp(String text, boolean hasZone) {
    if (!hasZone) {
      return LocalDateTime.parse(text, TIMESTAMP);
    }
    return OffsetDateTime.parse(text, TIMESTAMPTZ);
  }

  private static void checkMicros(int nanos) {
    if (nanos % NANOS_OF_MICRO != 0) {
      throw new ArithmeticException("more than 6 digits of a second");
    }
  }

  private static byte[] fixed(byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException("wrong length");
    }
    return bytes;
  }

  private static UUID uuid(String text) {
    if (text.length() != UUID_CHARS) {
      throw new IllegalArgumentException("no uuid");
    }
    return UUID.fromString(text);
  }
}
