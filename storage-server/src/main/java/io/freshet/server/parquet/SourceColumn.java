/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/** A column, at the top level or within structs, that partitions or sorts a table. */
final class SourceColumn {
  private final PathStep[] steps;
  private final PathStep leaf;
  private final Type type;
  private final LeafVectors vectors;

  /** Bytes of a value that fits into a long; 0 for all other types. */
  private final int numberBytes;

  SourceColumn(int fieldId, Schema schema, List<FieldVector[]> columns) {
    steps = PathStep.to(fieldId, schema, columns);
    leaf = steps[steps.length - 1];
    type = schema.findType(fieldId);
    vectors = new LeafVectors(leaf.vectors());
    numberBytes =
        switch (type.typeId()) {
          case INTEGER, DATE, FLOAT -> Integer.BYTES;
          case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO, DOUBLE -> Long.BYTES;
          default -> 0;
        };
  }

  Type type() {
    return type;
  }

  boolean mayHaveNulls() {
    return Arrays.stream(steps).anyMatch(PathStep::isOptional);
  }

  boolean isNull(long row) {
    int batch = RowOrigins.batchOf(row);
    int index = RowOrigins.rowOf(row);
    for (PathStep step : steps) {
      if (step.isNull(batch, index)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@link #number} can be used. */
  boolean isNumber() {
    return numberBytes > 0;
  }

  /** The raw bits of a value; a float's in the lower half. The row must not be null. */
  long number(long row) {
    long address =
        vectors.data[RowOrigins.batchOf(row)] + (long) RowOrigins.rowOf(row) * numberBytes;
    return numberBytes == Integer.BYTES ? MemoryUtil.getInt(address) : MemoryUtil.getLong(address);
  }

  /** Loads the bytes of values that are neither numbers nor booleans, as the vectors hold them. */
  BytesLoader newBytesLoader() {
    FieldVector[] all = leaf.vectors();
    return all[0] instanceof BaseFixedWidthVector fixed
        ? new BytesLoader(vectors, BytesLoader.Form.FIXED, fixed.getTypeWidth())
        : new BytesLoader(vectors, BytesLoader.Form.VARIABLE, 0);
  }

  /** A value in the class that Iceberg has for its type, or null. */
  @Nullable Object value(long row) {
    return isNull(row) ? null : nonNullValue(row);
  }

  private Object nonNullValue(long row) {
    FieldVector vector = leaf.vectors()[RowOrigins.batchOf(row)];
    int index = RowOrigins.rowOf(row);
    return switch (type.typeId()) {
      case BOOLEAN -> ((BitVector) vector).get(index) != 0;
      case INTEGER, DATE -> (int) number(row);
      case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> number(row);
      case FLOAT -> Float.intBitsToFloat((int) number(row));
      case DOUBLE -> Double.longBitsToDouble(number(row));
      case STRING -> ((VarCharVector) vector).getObject(index).toString();
      case BINARY -> ByteBuffer.wrap(((BaseVariableWidthVector) vector).get(index));
      case DECIMAL -> decimal((DecimalVector) vector, index);
      case FIXED -> ByteBuffer.wrap(fixed(vector, index));
      case UUID -> {
        ByteBuffer bytes = ByteBuffer.wrap(fixed(vector, index));
        yield new UUID(bytes.getLong(), bytes.getLong());
      }
      default -> throw new IllegalArgumentException("A table can't be ordered by a " + type);
    };
  }

  private static BigDecimal decimal(DecimalVector vector, int index) {
    return vector.getObjectNotNull(index);
  }

  private static byte[] fixed(FieldVector vector, int index) {
    BaseFixedWidthVector fixed = (BaseFixedWidthVector) vector;
    byte[] bytes = new byte[fixed.getTypeWidth()];
    fixed.getDataBuffer().getBytes((long) index * bytes.length, bytes);
    return bytes;
  }
}
