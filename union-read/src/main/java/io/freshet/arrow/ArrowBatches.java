/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;

/**
 * New batches out of parts of a batch. The given batch is borrowed and stays as it is; the returned
 * one belongs to the caller. Where it shares memory with the given batch, the memory is freed when
 * both are closed, and neither may be written to. The allocators of both need the same root.
 */
public final class ArrowBatches {
  private ArrowBatches() {}

  /**
   * Copies some rows.
   *
   * @param rows row indexes in the order of the result; they may repeat
   */
  public static VectorSchemaRoot gather(
      VectorSchemaRoot batch, int[] rows, BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>(batch.getFieldVectors().size());
    try {
      for (FieldVector source : batch.getFieldVectors()) {
        FieldVector target = source.getField().createVector(allocator);
        vectors.add(target);
        VectorGather.gather(source, target, rows, allocator);
      }
      return new VectorSchemaRoot(batch.getSchema(), vectors, rows.length);
    } catch (RuntimeException | Error e) {
      vectors.forEach(FieldVector::close);
      throw e;
    }
  }

  /** A range of rows, which shares memory with the batch. */
  public static VectorSchemaRoot slice(
      VectorSchemaRoot batch, int startRow, int rows, BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>(batch.getFieldVectors().size());
    try {
      for (FieldVector source : batch.getFieldVectors()) {
        TransferPair pair = source.getTransferPair(source.getField(), allocator);
        vectors.add((FieldVector) pair.getTo());
        pair.splitAndTransfer(startRow, rows);
      }
      return new VectorSchemaRoot(batch.getSchema(), vectors, rows);
    } catch (RuntimeException | Error e) {
      vectors.forEach(FieldVector::close);
      throw e;
    }
  }

  /** All rows and columns, sharing memory with the batch. */
  public static VectorSchemaRoot share(VectorSchemaRoot batch, BufferAllocator allocator) {
    return project(batch, batch.getSchema(), allocator);
  }

  /** Some columns by name, in the order of the names, sharing memory with the batch. */
  public static VectorSchemaRoot project(
      VectorSchemaRoot batch, List<String> columns, BufferAllocator allocator) {
    List<Field> fields = columns.stream().map(name -> column(batch, name).getField()).toList();
    return project(batch, new Schema(fields), allocator);
  }

  /**
   * The columns of a projected Iceberg schema, in its order, sharing memory with the batch. Columns
   * and fields of structs are found by name; types must be those of the batch, but structs may have
   * fewer fields.
   */
  public static VectorSchemaRoot project(
      VectorSchemaRoot batch, org.apache.iceberg.Schema projection, BufferAllocator allocator) {
    return project(batch, ArrowSchemas.toArrow(projection), allocator);
  }

  /** The columns of some fields, found by name, sharing memory with the batch. */
  public static VectorSchemaRoot shareAs(
      VectorSchemaRoot batch, List<Field> fields, BufferAllocator allocator) {
    return project(batch, new Schema(fields), allocator);
  }

  private static VectorSchemaRoot project(
      VectorSchemaRoot batch, Schema schema, BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>(schema.getFields().size());
    try {
      for (Field field : schema.getFields()) {
        FieldVector source = column(batch, field.getName());
        FieldVector target = field.createVector(allocator);
        vectors.add(target);
        share(source, target);
      }
      return new VectorSchemaRoot(schema, vectors, batch.getRowCount());
    } catch (RuntimeException | Error e) {
      vectors.forEach(FieldVector::close);
      throw e;
    }
  }

  private static FieldVector column(VectorSchemaRoot batch, String name) {
    FieldVector vector = batch.getVector(name);
    if (vector == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Column %s does not exist. The columns are %s",
          name,
          batch.getSchema().getFields().stream().map(Field::getName).toList());
    }
    return vector;
  }

  private static void share(FieldVector source, FieldVector target) {
    if (!source.getField().getType().equals(target.getField().getType())) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Column %s has type %s, not %s",
          source.getName(),
          source.getField().getType(),
          target.getField().getType());
    }
    target.loadFieldBuffers(
        new ArrowFieldNode(source.getValueCount(), source.getNullCount()),
        source.getFieldBuffers());
    List<FieldVector> children = target.getChildrenFromFields();
    for (int i = 0; i < children.size(); i++) {
      share(child(source, i, children.get(i).getName()), children.get(i));
    }
  }

  /** A struct's field is found by name, the one child of a list or map by position. */
  private static FieldVector child(FieldVector source, int ordinal, String name) {
    if (!(source instanceof StructVector struct)) {
      return source.getChildrenFromFields().get(ordinal);
    }
    FieldVector child = struct.getChild(name, FieldVector.class);
    if (child == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Column %s has no field %s. Its fields are %s",
          source.getName(),
          name,
          struct.getChildFieldNames());
    }
    return child;
  }
}
