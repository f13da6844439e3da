/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.Schema;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Makes the writers of all leaf columns of a schema over given vectors. */
final class LeafColumns {
  private static final int DECIMAL_BYTES = 16;

  private LeafColumns() {}

  /**
   * @param columns for each top-level column, its vector in each batch
   */
  static List<LeafColumn> over(
      Schema schema, MessageType type, List<FieldVector[]> columns, WriteSettings settings) {
    List<LeafColumn> leaves = new ArrayList<>();
    for (ColumnDescriptor column : type.getColumns()) {
      int fieldId = column.getPrimitiveType().getId().intValue();
      PathStep[] steps = PathStep.to(fieldId, schema, columns);
      leaves.add(leaf(steps, new ColumnEncoding(column, settings.parquet())));
    }
    return leaves;
  }

  private static LeafColumn leaf(PathStep[] steps, ColumnEncoding encoding) {
    ColumnDescriptor column = encoding.column();
    PrimitiveType type = column.getPrimitiveType();
    FieldVector[] vectors = steps[steps.length - 1].vectors();
    boolean isDecimal = vectors.length > 0 && vectors[0] instanceof DecimalVector;
    FloatingPointMetrics metrics = null;
    if (type.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT
        || type.getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE) {
      metrics =
          new FloatingPointMetrics(
              type.getId().intValue(), type.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT);
    }
    PageValues values = values(new LeafVectors(vectors), type, isDecimal, encoding, metrics);
    boolean isRepeated = Arrays.stream(steps).anyMatch(PathStep::isRepeated);
    return new LeafColumn(
        encoding,
        new LeafShredder(steps, column.getMaxDefinitionLevel()),
        values,
        // Iceberg keeps no metrics of values in lists and maps.
        isRepeated ? null : metrics);
  }

  private static PageValues values(
      LeafVectors vectors,
      PrimitiveType type,
      boolean isDecimal,
      ColumnEncoding encoding,
      @Nullable FloatingPointMetrics metrics) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> new BooleanValues(vectors, encoding);
      case INT32 -> numbers(vectors, NumberKind.INT, isDecimal, encoding, metrics);
      case INT64 -> numbers(vectors, NumberKind.LONG, isDecimal, encoding, metrics);
      case FLOAT -> numbers(vectors, NumberKind.FLOAT, isDecimal, encoding, metrics);
      case DOUBLE -> numbers(vectors, NumberKind.DOUBLE, isDecimal, encoding, metrics);
      case BINARY ->
          new BytesValues(
              new BytesLoader(vectors, BytesLoader.Form.VARIABLE, 0), isDecimal, encoding);
      case FIXED_LEN_BYTE_ARRAY ->
          new BytesValues(
              new BytesLoader(
                  vectors,
                  isDecimal ? BytesLoader.Form.DECIMAL : BytesLoader.Form.FIXED,
                  type.getTypeLength()),
              isDecimal,
              encoding);
      case INT96 -> throw new IllegalArgumentException("Iceberg has no type for " + type);
    };
  }

  private static NumberValues numbers(
      LeafVectors vectors,
      NumberKind kind,
      boolean isDecimal,
      ColumnEncoding encoding,
      @Nullable FloatingPointMetrics metrics) {
    int stride = isDecimal ? DECIMAL_BYTES : kind.widthBytes();
    return new NumberValues(vectors, kind, stride, encoding, metrics);
  }
}
