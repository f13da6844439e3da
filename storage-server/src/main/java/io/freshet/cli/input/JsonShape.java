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

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** What has been seen of the values at one place of JSON objects, and the type that holds them. */
final class JsonShape {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_DECIMAL_PRECISION = 38;

  private final String path;
  private final int depth;
  private final TypeGuess texts = TypeGuess.ofTimes();
  private boolean hasText;
  private boolean hasBoolean;
  private boolean hasLong;
  private boolean hasBigInteger;
  private boolean hasDouble;
  private @Nullable Map<String, JsonShape> fields;
  private @Nullable JsonShape element;

  private JsonShape(String path, int depth) {
    this.path = path;
    this.depth = depth;
    if (depth > MAX_DEPTH) {
      throw FreshetException.of(SCHEMA_MISMATCH, "%s nests more than %d deep", path, MAX_DEPTH);
    }
  }

  static JsonShape ofRows() {
    return new JsonShape("", 0);
  }

  /** Adds the value whose first token is the parser's current one, and moves to its last. */
  void add(JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> addObject(parser);
      case START_ARRAY -> addArray(parser);
      case VALUE_STRING -> {
        hasText = true;
        texts.addText(parser.getText());
      }
      case VALUE_NUMBER_INT -> {
        boolean isBig = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER;
        hasBigInteger |= isBig;
        hasLong |= !isBig;
      }
      case VALUE_NUMBER_FLOAT -> hasDouble = true;
      case VALUE_TRUE, VALUE_FALSE -> hasBoolean = true;
      default -> {}
    }
  }

  /** The fields of an object, all optional. */
  List<Types.NestedField> columns() {
    List<Types.NestedField> columns = new ArrayList<>();
    if (fields != null) {
      for (Map.Entry<String, JsonShape> field : fields.entrySet()) {
        columns.add(Types.NestedField.optional(0, field.getKey(), field.getValue().type()));
      }
    }
    return columns;
  }

  private Type type() {
    boolean hasNumber = hasLong || hasBigInteger || hasDouble;
    int kinds =
        (fields != null ? 1 : 0)
            + (element != null ? 1 : 0)
            + (hasText || hasBoolean || hasNumber ? 1 : 0);
    if (kinds > 1) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "The values of %s are of several kinds (objects, lists, plain values), which no column"
              + " holds",
          path);
    }
    if (fields != null) {
      if (fields.isEmpty()) {
        throw FreshetException.of(
            SCHEMA_MISMATCH, "The objects of %s have no fields, so its type is unknown", path);
      }
      return Types.StructType.of(columns());
    }
    if (element != null) {
      return Types.ListType.ofOptional(0, element.type());
    }
    if (hasBoolean && !hasText && !hasNumber) {
      return Types.BooleanType.get();
    }
    if (hasNumber && !hasText && !hasBoolean) {
      return number();
    }
    return hasText && !hasBoolean && !hasNumber ? texts.type() : Types.StringType.get();
  }

  private Type number() {
    if (hasDouble) {
      return Types.DoubleType.get();
    }
    return hasBigInteger ? Types.DecimalType.of(MAX_DECIMAL_PRECISION, 0) : Types.LongType.get();
  }

  private void addObject(JsonParser parser) throws IOException {
    if (fields == null) {
      fields = new LinkedHashMap<>();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonShape field = fields.get(name);
      if (field == null) {
        field = new JsonShape(path.isEmpty() ? name : path + "." + name, depth + 1);
        fields.put(name, field);
      }
      parser.nextToken();
      field.add(parser);
    }
  }

  private void addArray(JsonParser parser) throws IOException {
    if (element == null) {
      element = new JsonShape(path + ".element", depth + 1);
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      element.add(parser);
    }
  }
}
