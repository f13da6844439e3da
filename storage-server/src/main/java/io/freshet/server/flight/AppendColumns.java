/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.flight;

import static io.freshet.error.FreshetErrorCode.NULL_IN_REQUIRED_COLUMN;
import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.arrow.ArrowSchemas;
import io.freshet.arrow.ConstantVectors;
import io.freshet.error.FreshetException;
import io.freshet.table.ChangeType;
import io.freshet.table.TableDefinition;
import io.freshet.table.TableName;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.data.GenericDataUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Brings batches of one append stream into a table's columns. Columns are found by name, in any
 * order; those that are missing have their write default, or null. What does not fit is refused
 * before anything is stored.
 */
final class AppendColumns {
  private final String action;
  private final TableName table;
  private final List<Types.NestedField> fields;
  private final Schema logSchema;
  private final int[] sources;

  /** Columns that each row but a delete needs, though the log does not require them. */
  private final List<Integer> requiredUnlessDeleted = new ArrayList<>();

  /** Where the change types are: in the log's columns, or null for a log table. */
  private final @Nullable Integer changeTypes;

  /**
   * Of a stream of rows.
   *
   * @param given the stream's schema
   */
  AppendColumns(TableDefinition definition, Schema given) {
    this("append to", definition, given);
  }

  /**
   * @param action what is done to the table, for messages
   * @param given the stream's schema
   */
  AppendColumns(String action, TableDefinition definition, Schema given) {
    this.action = action;
    this.table = definition.name();
    this.fields = definition.logSchema().columns();
    this.logSchema = ArrowSchemas.toArrow(definition.logSchema());
    this.sources = new int[logSchema.getFields().size()];
    this.changeTypes = definition.hasPrimaryKey() ? sources.length - 1 : null;
    List<Types.NestedField> columns = definition.schema().columns();
    for (int column = 0; column < columns.size(); column++) {
      if (columns.get(column).isRequired() && logSchema.getFields().get(column).isNullable()) {
        requiredUnlessDeleted.add(column);
      }
    }
    for (Field field : given.getFields()) {
      if (logSchema.getFields().stream().noneMatch(known -> isNamed(known, field.getName()))) {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "Can't %s table %s: it has no column %s; its columns are %s",
            action,
            table,
            field.getName(),
            tableColumns());
      }
    }
    for (int column = 0; column < sources.length; column++) {
      sources[column] =
          isChangeTypes(column)
              ? changeTypesIn(given)
              : source(fields.get(column), logSchema.getFields().get(column), given);
    }
  }

  /** The rows in the table's columns; shares the buffers of {@code batch}. */
  VectorSchemaRoot conform(VectorSchemaRoot batch, BufferAllocator allocator) {
    int rows = batch.getRowCount();
    List<FieldVector> columns = new ArrayList<>();
    try {
      for (int column = 0; column < sources.length; column++) {
        Field field = logSchema.getFields().get(column);
        if (isChangeTypes(column)) {
          columns.add(changeTypes(batch, sources[column], field, allocator));
        } else if (sources[column] < 0) {
          columns.add(defaults(fields.get(column), field, rows, allocator));
        } else {
          FieldVector given = batch.getVector(sources[column]);
          check(field, given, rows);
          var transfer = given.getTransferPair(field, allocator);
          transfer.transfer();
          columns.add((FieldVector) transfer.getTo());
        }
      }
      if (changeTypes != null) {
        checkRequired(columns, (IntVector) columns.get(changeTypes));
      }
      return new VectorSchemaRoot(logSchema, columns, rows);
    } catch (RuntimeException | Error e) {
      columns.forEach(FieldVector::close);
      throw e;
    }
  }

  private boolean isChangeTypes(int column) {
    return changeTypes != null && changeTypes == column;
  }

  private List<String> tableColumns() {
    return logSchema.getFields().stream().map(Field::getName).toList();
  }

  private int changeTypesIn(Schema given) {
    List<Field> fields = given.getFields();
    for (int i = 0; i < fields.size(); i++) {
      if (isNamed(fields.get(i), ChangeType.COLUMN)) {
        if (!(fields.get(i).getType() instanceof ArrowType.Utf8)
            || fields.get(i).getDictionary() != null) {
          throw FreshetException.of(
              SCHEMA_MISMATCH,
              "Can't write to table %s: column %s says what each change does and has Arrow type %s. Make it"
                  + " Utf8, without a dictionary.",
              table,
              ChangeType.COLUMN,
              fields.get(i).getType());
        }
        return i;
      }
    }
    return -1;
  }

  /** The codes of the batch's change types; upserts if it does not say. */
  private IntVector changeTypes(
      VectorSchemaRoot batch, int source, Field field, BufferAllocator allocator) {
    int rows = batch.getRowCount();
    VarCharVector given = source < 0 ? null : (VarCharVector) batch.getVector(source);
    if (given != null) {
      checkBuffers(ChangeType.COLUMN, given, rows);
    }
    IntVector types = (IntVector) field.createVector(allocator);
    try {
      types.allocateNew(rows);
      for (int row = 0; row < rows; row++) {
        ChangeType type =
            given == null || given.isNull(row)
                ? ChangeType.UPDATE_AFTER
                : ChangeType.of(new String(given.get(row), UTF_8));
        types.set(row, type.code());
      }
      types.setValueCount(rows);
      return types;
    } catch (RuntimeException | Error e) {
      types.close();
      throw e;
    }
  }

  private void checkRequired(List<FieldVector> columns, IntVector types) {
    for (int column : requiredUnlessDeleted) {
      FieldVector vector = columns.get(column);
      for (int row = 0; vector.getNullCount() > 0 && row < vector.getValueCount(); row++) {
        if (vector.isNull(row) && types.get(row) != ChangeType.DELETE.code()) {
          throw FreshetException.of(
              NULL_IN_REQUIRED_COLUMN,
              "Can't write to table %s: column %s is required and null or missing in row %d of the batch,"
                  + " which is no delete",
              table,
              logSchema.getFields().get(column).getName(),
              row);
        }
      }
    }
  }

  private int source(Types.NestedField column, Field field, Schema given) {
    List<Field> fields = given.getFields();
    for (int i = 0; i < fields.size(); i++) {
      if (isNamed(fields.get(i), field.getName())) {
        checkType(field.getName(), field, fields.get(i));
        return i;
      }
    }
    if (!field.isNullable() && column.writeDefault() == null) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "Can't %s table %s: column %s is required, and the batch has only %s",
          action,
          table,
          field.getName(),
          fields.stream().map(Field::getName).toList());
    }
    return -1;
  }

  private void checkType(String path, Field expected, Field given) {
    boolean isSame =
        given.getDictionary() == null
            && expected.getType().equals(given.getType())
            && expected.getChildren().size() == given.getChildren().size();
    if (!isSame) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "Can't %s table %s: column %s has Arrow type %s, and the batch has %s%s. Cast it before"
              + " you send it.",
          action,
          table,
          path,
          expected.getType(),
          given.getDictionary() == null ? "" : "dictionary-encoded ",
          given.getType());
    }
    boolean isByPosition = !(expected.getType() instanceof ArrowType.Struct);
    for (int i = 0; i < expected.getChildren().size(); i++) {
      Field child = expected.getChildren().get(i);
      Field givenChild = given.getChildren().get(i);
      if (!isByPosition && !isNamed(child, givenChild.getName())) {
        throw FreshetException.of(
            SCHEMA_MISMATCH,
            "Can't %s table %s: field %d of column %s is named %s, and the batch has %s there",
            action,
            table,
            i,
            path,
            child.getName(),
            givenChild.getName());
      }
      checkType(path + "." + child.getName(), child, givenChild);
    }
  }

  private void check(Field field, FieldVector given, int rows) {
    checkNulls(field.getName(), field, given, rows);
    checkBuffers(field.getName(), given, rows);
  }

  private void checkNulls(String path, Field field, FieldVector given, int rows) {
    if (!field.isNullable() && given.getNullCount() > 0) {
      for (int row = 0; row < rows; row++) {
        if (given.isNull(row)) {
          throw FreshetException.of(
              NULL_IN_REQUIRED_COLUMN,
              "Can't %s table %s: column %s is required and null in row %d of the batch",
              action,
              table,
              path,
              row);
        }
      }
    }
    for (int i = 0; i < field.getChildren().size(); i++) {
      checkNestedNulls(path, field, given, i, rows);
    }
  }

  private void checkNestedNulls(String path, Field field, FieldVector given, int i, int rows) {
    Field child = field.getChildren().get(i);
    FieldVector vector = given.getChildrenFromFields().get(i);
    String childPath = path + "." + child.getName();
    if (!child.isNullable() && vector.getNullCount() > 0) {
      for (int row = 0; row < rows; row++) {
        if (!given.isNull(row) && hasNullChild(given, vector, row)) {
          throw FreshetException.of(
              NULL_IN_REQUIRED_COLUMN,
              "Can't %s table %s: field %s is required and null in row %d of the batch",
              action,
              table,
              childPath,
              row);
        }
      }
    }
    for (int j = 0; j < child.getChildren().size(); j++) {
      checkNestedNulls(childPath, child, vector, j, vector.getValueCount());
    }
  }

  private static boolean hasNullChild(FieldVector parent, FieldVector child, int row) {
    if (parent instanceof BaseRepeatedValueVector lists) {
      for (int i = lists.getElementStartIndex(row); i < lists.getElementEndIndex(row); i++) {
        if (child.isNull(i)) {
          return true;
        }
      }
      return false;
    }
    return child.isNull(row);
  }

  /** Offsets that go back or beyond their data would crash every later reader. */
  private void checkBuffers(String path, FieldVector given, int rows) {
    if (given instanceof BaseVariableWidthVector bytes && rows > 0) {
      checkOffsets(path, bytes.getOffsetBuffer(), rows, bytes.getDataBuffer().capacity());
    } else if (given instanceof BaseRepeatedValueVector lists && rows > 0) {
      FieldVector child = lists.getDataVector();
      checkOffsets(path, lists.getOffsetBuffer(), rows, child.getValueCount());
      checkBuffers(path + ".element", child, child.getValueCount());
    } else if (given instanceof StructVector struct) {
      for (FieldVector child : struct.getChildrenFromFields()) {
        checkBuffers(path + "." + child.getName(), child, rows);
      }
    }
  }

  private void checkOffsets(String path, ArrowBuf offsets, int rows, long limit) {
    long width = MapVector.OFFSET_WIDTH;
    int previous = offsets.getInt(0);
    boolean isValid = previous >= 0 && offsets.capacity() >= width * (rows + 1L);
    for (int row = 1; row <= rows && isValid; row++) {
      int next = offsets.getInt(row * width);
      isValid = next >= previous;
      previous = next;
    }
    if (!isValid || previous > limit) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "Can't %s table %s: the offsets of column %s are not a valid Arrow buffer",
          action,
          table,
          path);
    }
  }

  /** What rows have where the batch gives nothing. */
  private static FieldVector defaults(
      Types.NestedField column, Field field, int rows, BufferAllocator allocator) {
    FieldVector vector = field.createVector(allocator);
    try {
      Object value = GenericDataUtil.internalToGeneric(column.type(), column.writeDefault());
      ConstantVectors.fill(column, value, vector, rows);
      return vector;
    } catch (RuntimeException | Error e) {
      vector.close();
      throw e;
    }
  }

  private static boolean isNamed(Field field, String name) {
    return field.getName().equals(name);
  }
}
