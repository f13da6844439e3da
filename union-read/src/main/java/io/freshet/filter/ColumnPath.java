/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.filter;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The way from a batch to a column: the name of a top-level column and those of the fields of
 * structs below it.
 */
record ColumnPath(List<String> names, Type type) {
  ColumnPath {
    names = List.copyOf(names);
  }

  /** The path of a field that is not below a list or a map. */
  static ColumnPath of(Types.StructType schema, Types.NestedField field) {
    List<String> names = new ArrayList<>();
    if (!find(schema, field.fieldId(), names)) {
      throw new IllegalArgumentException("No path to " + field);
    }
    return new ColumnPath(names, field.type());
  }

  private static boolean find(Types.StructType struct, int fieldId, List<String> names) {
    for (Types.NestedField field : struct.fields()) {
      names.add(field.name());
      if (field.fieldId() == fieldId
          || (field.type().isStructType() && find(field.type().asStructType(), fieldId, names))) {
        return true;
      }
      names.remove(names.size() - 1);
    }
    return false;
  }

  /** Finds the column's vector, and makes sure that its values are what the filter was bound to. */
  Resolved resolve(VectorSchemaRoot batch) {
    List<FieldVector> vectors = new ArrayList<>(names.size());
    FieldVector vector = batch.getVector(names.get(0));
    for (int i = 1; vector != null && i < names.size(); i++) {
      vectors.add(vector);
      vector = child(vector, names.get(i));
    }
    if (vector == null || !holdsType(vector)) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "The filter needs column %s of type %s, and the batch has columns %s",
          this,
          type,
          batch.getSchema().getFields());
    }
    vectors.add(vector);
    return new Resolved(vector, vectors);
  }

  private static @Nullable FieldVector child(FieldVector parent, String name) {
    return parent instanceof StructVector struct
        ? (FieldVector) struct.getChild(name, FieldVector.class)
        : null;
  }

  private boolean holdsType(FieldVector vector) {
    return !type.isPrimitiveType()
        || Objects.equals(
            vector.getField().getType(), ArrowSchemas.toArrow(type.asPrimitiveType()));
  }

  @Override
  public String toString() {
    return String.join(".", names);
  }

  /**
   * A path in a batch.
   *
   * @param vectors from the top-level column to the column itself
   */
  record Resolved(FieldVector vector, List<FieldVector> vectors) {
    /** Rows where neither the column nor a struct around it is null. */
    Bitmap validity(int rows) {
      Bitmap validity = Bitmap.validity(vectors.get(0), rows);
      for (int i = 1; i < vectors.size(); i++) {
        validity.and(Bitmap.validity(vectors.get(i), rows));
      }
      return validity;
    }
  }
}
