/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.table;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * One transform of one column, the part that {@link Partitioning} and {@link Sorting} share.
 *
 * @param column the column's full name in the schema, with dots where it is nested
 * @param parameter buckets or width; 0 for a transform that takes none
 */
record TransformText(Kind transform, String column, int parameter) {
  enum Kind {
    IDENTITY("identity", ""),
    YEAR("year", "_year"),
    MONTH("month", "_month"),
    DAY("day", "_day"),
    HOUR("hour", "_hour"),
    BUCKET("bucket", "_bucket"),
    TRUNCATE("truncate", "_trunc"),
    VOID("void", "_null");

    private final String word;
    private final String partitionSuffix;

    Kind(String word, String partitionSuffix) {
      this.word = word;
      this.partitionSuffix = partitionSuffix;
    }

    private boolean takesParameter() {
      return this == BUCKET || this == TRUNCATE;
    }

    private static Optional<Kind> named(String word) {
      for (Kind kind : values()) {
        if (word.equals(kind.word) || (word.equals(kind.word + "s") && kind.isTime())) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }

    private boolean isTime() {
      return this == YEAR || this == MONTH || this == DAY || this == HOUR;
    }
  }

  private static final Pattern ICEBERG_FORM = Pattern.compile("([a-z]+)(?:\\[(\\d+)])?");

  /** Reads a column, or a transform of one, and checks it against the schema. */
  static TransformText parse(Schema schema, TextCursor cursor) {
    int start = cursor.offset();
    Optional<String> call = cursor.acceptCall();
    if (call.isEmpty()) {
      return checked(
          schema, cursor, start, start, new TransformText(Kind.IDENTITY, path(cursor), 0));
    }
    Kind kind =
        Kind.named(call.get())
            .orElseThrow(() -> cursor.error(start, "there is no transform " + call.get()));
    int parameter = 0;
    boolean isNumberFirst = kind.takesParameter() && cursor.isAtNumber();
    if (isNumberFirst) {
      parameter = parameter(kind, cursor);
      cursor.expect(',');
    }
    int columnStart = cursor.offset();
    String column = path(cursor);
    if (kind.takesParameter() && !isNumberFirst) {
      cursor.expect(',');
      parameter = parameter(kind, cursor);
    }
    cursor.expect(')');
    return checked(schema, cursor, start, columnStart, new TransformText(kind, column, parameter));
  }

  /** The text form of Iceberg's own transform object. */
  static TransformText of(Schema schema, int sourceId, Transform<?, ?> transform) {
    String column = schema.findColumnName(sourceId);
    Matcher form = ICEBERG_FORM.matcher(transform.toString().toLowerCase(Locale.ROOT));
    if (column != null && form.matches()) {
      Optional<Kind> kind = Kind.named(form.group(1));
      if (kind.isPresent()) {
        String parameter = form.group(2);
        return new TransformText(
            kind.get(), column, parameter == null ? 0 : Integer.parseInt(parameter));
      }
    }
    throw FreshetException.of(
        UNSUPPORTED, "Freshet doesn't know the transform %s of column %s", transform, column);
  }

  String format() {
    String name = TextCursor.quoted(column);
    return switch (transform) {
      case IDENTITY -> name;
      case BUCKET, TRUNCATE -> transform.word + "(" + parameter + ", " + name + ")";
      case YEAR, MONTH, DAY, HOUR, VOID -> transform.word + "(" + name + ")";
    };
  }

  /** The name that Iceberg gives to a partition field with this transform. */
  String partitionName() {
    return column + transform.partitionSuffix;
  }

  Term toIceberg() {
    return transform == Kind.IDENTITY
        ? Expressions.ref(column)
        : Expressions.transform(column, icebergTransform());
  }

  private Transform<?, ?> icebergTransform() {
    String parameterText = transform.takesParameter() ? "[" + parameter + "]" : "";
    return Transforms.fromString(transform.word + parameterText);
  }

  private static String path(TextCursor cursor) {
    return cursor.path("a column");
  }

  private static int parameter(Kind kind, TextCursor cursor) {
    String role = kind == Kind.BUCKET ? "the number of buckets" : "the width";
    return cursor.number(role, 1, Integer.MAX_VALUE);
  }

  private static TransformText checked(
      Schema schema, TextCursor cursor, int start, int columnStart, TransformText term) {
    Types.NestedField field = schema.findField(term.column);
    if (field == null) {
      throw ColumnText.unknownColumn(cursor, columnStart, term.column, schema);
    }
    Type type = field.type();
    if (!type.isPrimitiveType() || !term.icebergTransform().canTransform(type)) {
      throw cursor.error(
          start,
          "column "
              + term.column
              + " has type "
              + TypeText.format(type)
              + ", which has no transform "
              + term.transform.word);
    }
    return term;
  }
}
