/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Rows as JSON, in the form that JSON input has: numbers as numbers (but NaN and infinities as
 * texts), times and bytes as texts, maps as objects.
 */
final class JsonRowText {
  private final JsonFactory json = new JsonFactory();

  String row(Types.StructType type, StructLike row) {
    return text(generator -> writeStruct(generator, type, row));
  }

  String value(Type type, Object value) {
    return text(generator -> write(generator, type, value));
  }

  private interface Writer {
    void write(JsonGenerator generator) throws IOException;
  }

  private String text(Writer writer) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = json.createGenerator(text)) {
      writer.write(generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, Type type, @Nullable Object value)
      throws IOException {
    if (value == null) {
      generator.writeNull();
      return;
    }
    switch (type.typeId()) {
      case BOOLEAN -> generator.writeBoolean((Boolean) value);
      case INTEGER -> generator.writeNumber((Integer) value);
      case LONG -> generator.writeNumber((Long) value);
      case FLOAT -> {
        if (Float.isFinite((Float) value)) {
          generator.writeNumber((Float) value);
        } else {
          generator.writeString(value.toString());
        }
      }
      case DOUBLE -> {
        if (Double.isFinite((Double) value)) {
          generator.writeNumber((Double) value);
        } else {
          generator.writeString(value.toString());
        }
      }
      case DECIMAL -> generator.writeNumber(((BigDecimal) value).toPlainString());
      case STRUCT -> writeStruct(generator, type.asStructType(), (StructLike) value);
      case LIST -> {
        generator.writeStartArray();
        for (Object element : (List<?>) value) {
          write(generator, type.asListType().elementType(), element);
        }
        generator.writeEndArray();
      }
      case MAP -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          generator.writeFieldName(key(type.asMapType().keyType(), entry.getKey()));
          write(generator, type.asMapType().valueType(), entry.getValue());
        }
        generator.writeEndObject();
      }
      default -> generator.writeString(ValueText.format(type, value));
    }
  }

  private static String key(Type type, Object key) {
    return type.isPrimitiveType() ? ValueText.format(type, key) : key.toString();
  }

  private static void writeStruct(JsonGenerator generator, Types.StructType type, StructLike struct)
      throws IOException {
    generator.writeStartObject();
    List<Types.NestedField> fields = type.fields();
    for (int i = 0; i < fields.size(); i++) {
      generator.writeFieldName(fields.get(i).name());
      write(generator, fields.get(i).type(), struct.get(i, Object.class));
    }
    generator.writeEndObject();
  }
}
