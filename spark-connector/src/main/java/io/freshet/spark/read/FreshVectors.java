/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;

/**
 * Spark's view of Arrow vectors. Spark's own covers all but fixed-size binaries, which may be
 * anywhere in a nested column; nested columns are narrowed to the fields that the query wants.
 */
public final class FreshVectors {
  private FreshVectors() {}

  /** A view that borrows the vector. */
  public static ColumnVector of(FieldVector vector, DataType type) {
    if (vector instanceof FixedSizeBinaryVector fixed) {
      return new FixedBinaryColumn(fixed, type);
    }
    if (vector instanceof StructVector struct && type instanceof StructType structType) {
      return new NestedColumn.Struct(struct, structType);
    }
    // A map is a list of entries in Arrow.
    if (vector instanceof MapVector map && type instanceof MapType mapType) {
      return new NestedColumn.Map(map, mapType);
    }
    if (vector instanceof ListVector list && type instanceof ArrayType arrayType) {
      return new NestedColumn.Array(list, arrayType);
    }
    return new ArrowColumnVector(vector);
  }
}
