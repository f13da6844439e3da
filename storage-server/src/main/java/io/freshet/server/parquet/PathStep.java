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
import java.util.List;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * One step on the way from a row to a leaf value: a field, or the elements of a list or a map.
 * Holds the vectors of that field in each batch.
 */
final class PathStep {
  private final String name;
  private final boolean isOptional;
  private final boolean isRepeated;
  private final FieldVector[] vectors;

  /** boolean[batches] */
  private final boolean[] hasNulls;

  /** long[batches]: where the validity bits start. */
  private final long[] validity;

  /** long[batches]: for lists and maps, where the int offsets start. */
  private final long[] offsets;

  PathStep(String name, boolean isOptional, FieldVector[] vectors) {
    this.name = name;
    this.isOptional = isOptional;
    this.isRepeated = vectors.length > 0 && vectors[0] instanceof ListVector;
    this.vectors = vectors;
    hasNulls = new boolean[vectors.length];
    validity = new long[vectors.length];
    offsets = new long[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      FieldVector vector = vectors[i];
      hasNulls[i] = vector.getNullCount() > 0;
      validity[i] = vector.getValidityBuffer().memoryAddress();
      if (vector instanceof ListVector list) {
        offsets[i] = list.getOffsetBuffer().memoryAddress();
      }
    }
  }

  /** The steps to the leaf column with a field id, from the top-level column to the leaf. */
  static PathStep[] to(int leafId, Schema schema, List<FieldVector[]> columns) {
    List<Types.NestedField> fields = schema.columns();
    for (int i = 0; i < fields.size(); i++) {
      List<PathStep> steps = new ArrayList<>();
      if (find(leafId, fields.get(i), columns.get(i), steps)) {
        return steps.toArray(PathStep[]::new);
      }
    }
    throw new IllegalArgumentException("No column has field id " + leafId + ": " + schema);
  }

  private static boolean find(
      int leafId, Types.NestedField field, FieldVector[] vectors, List<PathStep> steps) {
    steps.add(new PathStep(field.name(), field.isOptional(), vectors));
    Type type = field.type();
    if (type.isPrimitiveType()) {
      if (field.fieldId() == leafId) {
        return true;
      }
    } else {
      // The entries of a map are a required struct of key and value: the step itself needs no
      // level.
      FieldVector[] parents = type.isMapType() ? children(vectors, 0) : vectors;
      List<Types.NestedField> fields = type.asNestedType().fields();
      for (int i = 0; i < fields.size(); i++) {
        if (find(leafId, fields.get(i), children(parents, i), steps)) {
          return true;
        }
      }
    }
    steps.remove(steps.size() - 1);
    return false;
  }

  private static FieldVector[] children(FieldVector[] parents, int ordinal) {
    FieldVector[] children = new FieldVector[parents.length];
    for (int i = 0; i < parents.length; i++) {
      children[i] =
          parents[i] instanceof StructVector struct
              ? (FieldVector) struct.getChildByOrdinal(ordinal)
              : ((ListVector) parents[i]).getDataVector();
    }
    return children;
  }

  String name() {
    return name;
  }

  boolean isOptional() {
    return isOptional;
  }

  boolean isRepeated() {
    return isRepeated;
  }

  FieldVector[] vectors() {
    return vectors;
  }

  boolean hasNulls(int batch) {
    return hasNulls[batch];
  }

  long validity(int batch) {
    return validity[batch];
  }

  boolean isNull(int batch, int index) {
    return hasNulls[batch]
        && (MemoryUtil.getByte(validity[batch] + (index >> 3)) >> (index & 7) & 1) == 0;
  }

  /** The index of the first element of a list. */
  int elementsStart(int batch, int index) {
    return MemoryUtil.getInt(offsets[batch] + 4L * index);
  }

  /** The index after the last element of a list. */
  int elementsEnd(int batch, int index) {
    return MemoryUtil.getInt(offsets[batch] + 4L * (index + 1));
  }
}
