/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.freshet.error.FreshetException;
import io.freshet.table.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of the protocol's records: kebab-case names, absent instead of null, unknown names
 * refused.
 */
public final class Json {
  private static final PropertyNamingStrategies.KebabCaseStrategy NAMES =
      new PropertyNamingStrategies.KebabCaseStrategy();
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(NAMES)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(types())
          .build();

  /** The fields that a record needs; reflection is slow to say so. */
  private static final ClassValue<List<RecordComponent>> NEEDED_FIELDS =
      new ClassValue<>() {
        @Override
        protected List<RecordComponent> computeValue(Class<?> type) {
          RecordComponent[] components = type.getRecordComponents();
          return components == null
              ? List.of()
              : Stream.of(components)
                  .filter(component ->
                      !component.getAnnotatedType().isAnnotationPresent(Nullable.class))
                  .toList();
        }
      };

  private Json() {}

  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a value whose large bytes do not go into the JSON.
   *
   * @param attached gets those bytes, in parts that have them together in the order in which the
   *     JSON speaks of them
   */
  public static byte[] write(Object value, List<byte[]> attached) {
    List<byte[]> bytes = new ArrayList<>();
    try {
      byte[] json =
          MAPPER.writer().withAttribute(AttachedBytes.key(), bytes).writeValueAsBytes(value);
      attached.addAll(AttachedBytes.join(bytes));
      return json;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String writeText(Object value) {
    return new String(write(value), UTF_8);
  }

  /** Whether some bytes are a JSON object that has a field. */
  static boolean hasField(byte[] json, String field) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      return tree != null && tree.has(field);
    } catch (IOException e) {
      return false; // Whoever reads it says what is wrong.
    }
  }

  /** Reads a value; bytes that are no such value are an INVALID_REQUEST that names {@code what}. */
  public static <T> T read(byte[] json, Class<T> type, String what) {
    return read(json, List.of(), type, what);
  }

  /**
   * As {@link #read(byte[], Class, String)}.
   *
   * @param attached bytes that go with the JSON
   */
  public static <T> T read(byte[] json, List<byte[]> attached, Class<T> type, String what) {
    try {
      T value =
          MAPPER
              .readerFor(type)
              .withAttribute(AttachedBytes.key(), AttachedBytes.of(attached))
              .readValue(json.length == 0 ? "{}".getBytes(UTF_8) : json);
      if (value == null) {
        throw FreshetException.of(INVALID_REQUEST, "%s is not valid: it is null", what);
      }
      checkFields(value, what);
      return value;
    } catch (UnrecognizedPropertyException e) {
      throw new FreshetException(
          INVALID_REQUEST,
          String.format(
              "%s has an unknown field '%s'; known fields are %s",
              what, e.getPropertyName(), e.getKnownPropertyIds()),
          e);
    } catch (IOException e) {
      throw new FreshetException(
          INVALID_REQUEST, String.format("%s is not valid: %s", what, reason(e)), e);
    }
  }

  public static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new FreshetException(INVALID_REQUEST, "Not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Refuses a record without the fields that it needs. */
  private static void checkFields(Object value, String what) throws IOException {
    List<String> missing = new ArrayList<>();
    for (RecordComponent component : NEEDED_FIELDS.get(value.getClass())) {
      if (field(component, value) == null) {
        missing.add(NAMES.translate(component.getName()));
      }
    }
    if (!missing.isEmpty()) {
      throw FreshetException.of(INVALID_REQUEST, "%s lacks the fields %s", what, missing);
    }
  }

  private static @Nullable Object field(RecordComponent component, Object value)
      throws IOException {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IOException("Field " + component.getName() + " can't be read", e);
    }
  }

  private static String reason(IOException e) {
    Throwable cause = e.getCause();
    if (cause instanceof FreshetException) {
      return String.valueOf(cause.getMessage());
    }
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return "field " + fieldName(mapping.getPath()) + ": " + mapping.getOriginalMessage();
    }
    return e instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : String.valueOf(e.getMessage());
  }

  private static String fieldName(List<JsonMappingException.Reference> path) {
    return path.stream()
        .map(part ->
            part.getFieldName() == null ? Integer.toString(part.getIndex()) : part.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static SimpleModule types() {
    return new SimpleModule()
        .addSerializer(
            Schema.class,
            new JsonSerializer<>() {
              @Override
              public void serialize(Schema value, JsonGenerator out, SerializerProvider provider)
                  throws IOException {
                // As text: next to Spark, Iceberg has a Jackson of its own.
                out.writeRawValue(SchemaParser.toJson(value));
              }
            })
        .addDeserializer(
            Schema.class,
            new JsonDeserializer<>() {
              @Override
              public Schema deserialize(JsonParser in, DeserializationContext context)
                  throws IOException {
                return SchemaParser.fromJson(context.readTree(in).toString());
              }
            })
        .addSerializer(
            TableName.class,
            new JsonSerializer<>() {
              @Override
              public void serialize(TableName value, JsonGenerator out, SerializerProvider provider)
                  throws IOException {
                out.writeString(value.toString());
              }
            })
        .addDeserializer(
            TableName.class,
            new JsonDeserializer<>() {
              @Override
              public TableName deserialize(JsonParser in, DeserializationContext context)
                  throws IOException {
                return TableName.parse(in.getText());
              }
            });
  }
}
