/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.UUIDUtil;

/** Values of a vector in Iceberg's internal representation, one by one. */
final class InternalValues {
  private InternalValues() {}

  /** A reader of the values that are not null. */
  static IntFunction<Object> of(Type type, FieldVector vector) {
    return switch (type.typeId()) {
      case BOOLEAN -> {
        BitVector bits = (BitVector) vector;
        yield row -> bits.get(row) != 0;
      }
      case INTEGER -> ((IntVector) vector)::get;
      case DATE -> ((DateDayVector) vector)::get;
      case LONG -> ((BigIntVector) vector)::get;
      case TIME -> ((TimeMicroVector) vector)::get;
      case TIMESTAMP, TIMESTAMP_NANO -> ((TimeStampVector) vector)::get;
      case FLOAT -> ((Float4Vector) vector)::get;
      case DOUBLE -> ((Float8Vector) vector)::get;
      case DECIMAL -> row -> (BigDecimal) ((DecimalVector) vector).getObject(row);
      case STRING -> row -> new String(((VarCharVector) vector).get(row), UTF_8);
      case BINARY -> row -> ByteBuffer.wrap(((VarBinaryVector) vector).get(row));
      case FIXED -> row -> ByteBuffer.wrap(((FixedSizeBinaryVector) vector).get(row));
      case UUID -> row -> UUIDUtil.convert(((FixedSizeBinaryVector) vector).get(row));
      default -> throw new IllegalArgumentException("No single values of type " + type);
    };
  }
}
