/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import org.apache.iceberg.SingleValueParser;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** Values of partition fields: from the server's JSON to Iceberg's form, and to Spark's. */
final class PartitionValues {
  private PartitionValues() {}

  static @Nullable Object parse(Type type, JsonNode json) {
    return json.isNull() ? null : SingleValueParser.fromJson(type, json.toString());
  }

  /** A value of Iceberg in Spark's internal form. */
  static @Nullable Object internal(Type type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.typeId()) {
      case STRING, UUID -> UTF8String.fromString(value.toString());
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield Decimal.apply((BigDecimal) value, decimal.precision(), decimal.scale());
      }
      case BINARY, FIXED -> {
        byte[] bytes = new byte[((ByteBuffer) value).remaining()];
        ((ByteBuffer) value).duplicate().get(bytes);
        yield bytes;
      }
      default -> value;
    };
  }
}
