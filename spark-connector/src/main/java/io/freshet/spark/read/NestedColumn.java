/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import static java.util.Objects.requireNonNull;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;

/** Structs, arrays and maps. */
final class NestedColumn {
  private NestedColumn() {}

  /** The wanted fields of a struct, by name. */
  static final class Struct extends BorrowedColumn {
    private final ColumnVector[] children;

    Struct(StructVector vector, StructType type) {
      super(vector, type);
      StructField[] fields = type.fields();
      this.children = new ColumnVector[fields.length];
      for (int i = 0; i < fields.length; i++) {
        FieldVector child = requireNonNull(vector.getChild(fields[i].name()), fields[i].name());
        children[i] = FreshVectors.of(child, fields[i].dataType());
      }
    }

    @Override
    public ColumnVector getChild(int ordinal) {
      return children[ordinal];
    }
  }

  /** Arrays of one element type. */
  static final class Array extends BorrowedColumn {
    private final ListVector vector;
    private final ColumnVector elements;

    Array(ListVector vector, ArrayType type) {
      super(vector, type);
      this.vector = vector;
      this.elements = FreshVectors.of(vector.getDataVector(), type.elementType());
    }

    @Override
    public ColumnarArray getArray(int row) {
      int start = vector.getElementStartIndex(row);
      return new ColumnarArray(elements, start, vector.getElementEndIndex(row) - start);
    }
  }

  /** Maps, as lists of entries. */
  static final class Map extends BorrowedColumn {
    private final MapVector vector;
    private final ColumnVector keys;
    private final ColumnVector values;

    Map(MapVector vector, MapType type) {
      super(vector, type);
      this.vector = vector;
      StructVector entries = (StructVector) vector.getDataVector();
      this.keys = FreshVectors.of((FieldVector) entries.getChildByOrdinal(0), type.keyType());
      this.values = FreshVectors.of((FieldVector) entries.getChildByOrdinal(1), type.valueType());
    }

    @Override
    public ColumnarMap getMap(int row) {
      int start = vector.getElementStartIndex(row);
      return new ColumnarMap(keys, values, start, vector.getElementEndIndex(row) - start);
    }
  }
}
