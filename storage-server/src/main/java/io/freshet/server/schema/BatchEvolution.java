/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.schema;

import static io.freshet.error.FreshetErrorCode.LAKE_DIVERGED;

import io.freshet.arrow.ConstantVectors;
import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.iceberg.data.GenericDataUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Brings rows of an earlier schema of a table into a later one, as Iceberg says: columns are the
 * same if their field ids are, new ones have their initial default or null, and a type may have
 * become wider. Values that stay as they are share their memory.
 *
 * @param from the columns of the rows
 * @param to the columns wanted
 * @param allocator borrowed; for the rows that are made
 */
record BatchEvolution(RowSchema from, RowSchema to, BufferAllocator allocator) {
  /** The rows, which the caller closes beside those given. */
  VectorSchemaRoot evolve(VectorSchemaRoot rows) {
    List<FieldVector> columns = new ArrayList<>();
    try {
      for (int i = 0; i < to.iceberg().columns().size(); i++) {
        Types.NestedField column = to.iceberg().columns().get(i);
        FieldVector target = to.arrow().getFields().get(i).createVector(allocator);
        columns.add(target);
        Types.NestedField known = from.iceberg().asStruct().field(column.fieldId());
        FieldVector source = known == null ? null : rows.getVector(known.name());
        fill(known, source, column, target, rows.getRowCount());
      }
      return new VectorSchemaRoot(to.arrow(), columns, rows.getRowCount());
    } catch (RuntimeException | Error e) {
      columns.forEach(FieldVector::close);
      throw e;
    }
  }

  private static void fill(
      Types.@Nullable NestedField known,
      @Nullable FieldVector source,
      Types.NestedField wanted,
      FieldVector target,
      int rows) {
    if (known == null || source == null) {
      Object value = GenericDataUtil.internalToGeneric(wanted.type(), wanted.initialDefault());
      ConstantVectors.fill(wanted, value, target, rows);
    } else if (wanted.type().isPrimitiveType()) {
      fillPrimitive(known.type(), source, wanted, target);
    } else {
      share(source, target, wanted.type().isStructType());
      List<Types.NestedField> children = wanted.type().asNestedType().fields();
      if (wanted.type().isMapType()) { // Its key and value are the fields of one struct.
        FieldVector entries = source.getChildrenFromFields().get(0);
        FieldVector targets = target.getChildrenFromFields().get(0);
        share(entries, targets, true);
        fillChildren(known.type(), entries, children, targets);
      } else {
        fillChildren(known.type(), source, children, target);
      }
    }
  }

  private static void fillChildren(
      Type known, FieldVector source, List<Types.NestedField> children, FieldVector target) {
    List<Types.NestedField> sources = known.asNestedType().fields();
    for (int i = 0; i < children.size(); i++) {
      int id = children.get(i).fieldId();
      int at = sources.stream().map(Types.NestedField::fieldId).toList().indexOf(id);
      FieldVector child = at < 0 ? null : source.getChildrenFromFields().get(at);
      fill(
          at < 0 ? null : sources.get(at),
          child,
          children.get(i),
          target.getChildrenFromFields().get(i),
          child == null ? source.getValueCount() : child.getValueCount());
    }
  }

  private static void fillPrimitive(
      Type known, FieldVector source, Types.NestedField wanted, FieldVector target) {
    Type type = wanted.type();
    boolean isSameWidth =
        known.equals(type)
            || (known instanceof Types.DecimalType before
                && type instanceof Types.DecimalType after
                && before.scale() == after.scale()
                && before.precision() <= after.precision());
    if (isSameWidth) {
      target.loadFieldBuffers(
          new ArrowFieldNode(source.getValueCount(), source.getNullCount()),
          source.getFieldBuffers());
    } else if (source instanceof IntVector ints && target instanceof BigIntVector longs) {
      longs.allocateNew(ints.getValueCount());
      for (int row = 0; row < ints.getValueCount(); row++) {
        if (!ints.isNull(row)) {
          longs.set(row, ints.get(row));
        }
      }
      longs.setValueCount(ints.getValueCount());
    } else if (source instanceof Float4Vector floats && target instanceof Float8Vector doubles) {
      doubles.allocateNew(floats.getValueCount());
      for (int row = 0; row < floats.getValueCount(); row++) {
        if (!floats.isNull(row)) {
          doubles.set(row, floats.get(row));
        }
      }
      doubles.setValueCount(floats.getValueCount());
    } else {
      throw FreshetException.of(
          LAKE_DIVERGED,
          "Column %s has type %s in the lake table, and the log has rows in which it has type %s: another"
              + " writer changed it in a way that Freshet can't follow. Set it back.",
          wanted.name(),
          type,
          known);
    }
  }

  /** The buffers of a nested vector alone, without its children's. */
  private static void share(FieldVector source, FieldVector target, boolean isStruct) {
    target.loadFieldBuffers(
        new ArrowFieldNode(source.getValueCount(), source.getNullCount()),
        isStruct ? source.getFieldBuffers().subList(0, 1) : source.getFieldBuffers());
  }
}
