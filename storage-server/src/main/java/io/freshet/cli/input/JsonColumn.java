/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.input;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import io.freshet.error.FreshetException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON values of one column, or of one field, element, key or value in it. Numbers may
 * stand for every numeric type that holds them exactly, and texts for every type in the form of
 * {@link TextValues}; a map is an object.
 */
final class JsonColumn {
  private static final int NAME_AMBIGUOUS = -1;

  private final String path;
  private final Type type;
  private final boolean isRequired;
  private final InputOptions.ExtraColumns extraColumns;
  private final List<JsonColumn> children = new ArrayList<>();
  private final Map<String, Integer> childByName = new HashMap<>();
  private final Map<String, Integer> childByLowerName = new HashMap<>();

  private JsonColumn(
      String path, Type type, boolean isRequired, InputOptions.ExtraColumns extraColumns) {
    this.path = path;
    this.type = type;
    this.isRequired = isRequired;
    this.extraColumns = extraColumns;
    switch (type.typeId()) {
      case STRUCT -> type.asStructType().fields().forEach(this::addField);
      case LIST -> {
        Types.ListType list = type.asListType();
        addChild("element", list.elementType(), list.isElementRequired());
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        addChild("key", map.keyType(), true);
        addChild("value", map.valueType(), map.isValueRequired());
      }
      default -> {}
    }
  }

  /** The rows of a table, as one struct. */
  static JsonColumn ofRows(Types.StructType row, InputOptions.ExtraColumns extraColumns) {
    return new JsonColumn("", row, true, extraColumns);
  }

  private void addField(Types.NestedField field) {
    childByName.put(field.name(), children.size());
    childByLowerName.merge(
        field.name().toLowerCase(Locale.ROOT), children.size(), (a, b) -> NAME_AMBIGUOUS);
    addChild(field.name(), field.type(), field.isRequired());
  }

  private void addChild(String name, Type childType, boolean isChildRequired) {
    String childPath = path.isEmpty() ? name : path + "." + name;
    children.add(new JsonColumn(childPath, childType, isChildRequired, extraColumns));
  }

  /**
   * Reads the fields of the object at whose start the parser is.
   *
   * @param values receives one value per field of this struct
   */
  void readFields(JsonParser parser, @Nullable Object[] values) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Integer child = childByName.get(name);
      if (child == null) {
        child = childByLowerName.getOrDefault(name.toLowerCase(Locale.ROOT), NAME_AMBIGUOUS);
      }
      parser.nextToken();
      if (child != NAME_AMBIGUOUS) {
        values[child] = children.get(child).read(parser);
      } else if (extraColumns == InputOptions.ExtraColumns.IGNORE) {
        parser.skipChildren();
      } else {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "the field %s is no column of the table: add it to the table, or leave it out with"
                + " --ignore-extra-columns",
            path.isEmpty() ? name : path + "." + name);
      }
    }
  }

  /** Refuses a row in which a required field is missing. */
  void checkRequired(@Nullable Object[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null && children.get(i).isRequired) {
        throw FreshetException.of(
            NULL_IN_REQUIRED_COLUMN,
            "column %s: the value is missing, and the column is required",
            children.get(i).path);
      }
    }
  }

  private @Nullable Object read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      if (isRequired) {
        throw FreshetException.of(
            NULL_IN_REQUIRED_COLUMN,
            "column %s: the value is null, and the column is required",
            path);
      }
      return null;
    }
    return switch (type.typeId()) {
      case STRUCT -> token == JsonToken.START_OBJECT ? struct(parser) : refuse(parser);
      case LIST -> token == JsonToken.START_ARRAY ? list(parser) : refuse(parser);
      case MAP -> token == JsonToken.START_OBJECT ? map(parser) : refuse(parser);
      default -> scalar(parser, token);
    };
  }

  private Object struct(JsonParser parser) throws IOException {
    @Nullable Object[] values = new @Nullable Object[children.size()];
    readFields(parser, values);
    checkRequired(values);
    GenericRecord struct = GenericRecord.create(type.asStructType());
    for (int i = 0; i < values.length; i++) {
      struct.set(i, values[i]);
    }
    return struct;
  }

  private Object list(JsonParser parser) throws IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(children.get(0).read(parser));
    }
    return elements;
  }

  private Object map(JsonParser parser) throws IOException {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      Object key = children.get(0).text(parser.currentName());
      parser.nextToken();
      map.put(key, children.get(1).read(parser));
    }
    return map;
  }

  private Object scalar(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      return refuse(parser);
    }
    if (token == JsonToken.VALUE_STRING || type.typeId() == Type.TypeID.STRING) {
      return text(parser.getText());
    }
    if (!token.isNumeric()) {
      return type.typeId() == Type.TypeID.BOOLEAN ? parser.getBooleanValue() : refuse(parser);
    }
    try {
      return switch (type.typeId()) {
        case INTEGER -> integral(parser).intValueExact();
        case LONG ->
            token == JsonToken.VALUE_NUMBER_INT
                ? parser.getLongValue()
                : integral(parser).longValueExact();
        case FLOAT, DOUBLE, DECIMAL -> text(parser.getText());
        default -> refuse(parser);
      };
    } catch (ArithmeticException | InputCoercionException e) {
      throw notOfType(parser.getText(), e);
    }
  }

  private static BigDecimal integral(JsonParser parser) throws IOException {
    BigDecimal value = new BigDecimal(parser.getText());
    if (value.scale() < -20) {
      throw new ArithmeticException("out of range");
    }
    return value;
  }

  private Object text(String text) {
    try {
      return TextValues.parse(text, type);
    } catch (FreshetException e) {
      throw new FreshetException(e.code(), "column " + path + ": " + e.getMessage(), e);
    }
  }

  private Object refuse(JsonParser parser) throws IOException {
    throw switch (parser.currentToken()) {
      case START_OBJECT -> notOfType("{…}", null);
      case START_ARRAY -> notOfType("[…]", null);
      default -> notOfType(parser.getText(), null);
    };
  }

  private FreshetException notOfType(String text, @Nullable Exception cause) {
    return new FreshetException(
        SCHEMA_MISMATCH,
        "column " + path + ": '" + TextValues.shown(text) + "' is not " + TextValues.expected(type),
        cause);
  }
}
