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
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * How wanted columns are had from one file.
 *
 * @param constants by field id, values that the lake's metadata has for all rows of the file
 */
record FileColumns(Schema columns, Map<Integer, ?> constants) {
  /** Whether all columns have a vector of their own values, without any below. */
  static boolean areFlat(Schema columns) {
    return columns.columns().stream().allMatch(column -> column.type().isPrimitiveType());
  }

  /** The wanted columns that a file has, by their names in it. */
  MessageType stored(MessageType file) {
    List<Type> stored = new ArrayList<>();
    for (Types.NestedField column : columns.columns()) {
      Type type = find(file, column.fieldId());
      if (type != null) {
        stored.add(type);
      }
    }
    return new MessageType(file.getName(), stored);
  }

  /**
   * One reader for each wanted column.
   *
   * @param stored the wanted columns that the file has
   * @param target a batch of the wanted columns; borrowed
   */
  List<FileColumn> readers(MessageType stored, VectorSchemaRoot target) {
    List<FileColumn> readers = new ArrayList<>();
    for (int i = 0; i < columns.columns().size(); i++) {
      Types.NestedField column = columns.columns().get(i);
      readers.add(reader(column, find(stored, column.fieldId()), stored, target.getVector(i)));
    }
    return readers;
  }

  private FileColumn reader(
      Types.NestedField column, @Nullable Type type, MessageType stored, FieldVector vector) {
    int id = column.fieldId();
    FileColumn inFile = type == null ? null : stored(column, type, stored, vector);
    if (MetadataColumns.isMetadataColumn(id)) {
      return lineage(column, inFile, vector);
    }
    if (constants.containsKey(id)) {
      return new ConstantColumn(column, vector, constants.get(id));
    }
    if (inFile != null) {
      return inFile;
    }
    if (column.initialDefault() != null || column.isRequired()) {
      throw new UnusualColumnException(column.name() + " is not in the file");
    }
    return new ConstantColumn(column, vector, null);
  }

  /** Files that were written before the table had row lineage have none. */
  private FileColumn lineage(
      Types.NestedField column, @Nullable FileColumn inFile, FieldVector vector) {
    if (constants.get(MetadataColumns.ROW_ID.fieldId()) instanceof Long first
        && constants.get(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.fieldId())
            instanceof Long sequence) {
      return column.fieldId() == MetadataColumns.ROW_ID.fieldId()
          ? new LineageColumn(inFile, (BigIntVector) vector, position -> first + position)
          : new LineageColumn(inFile, (BigIntVector) vector, position -> sequence);
    }
    return new ConstantColumn(column, vector, null);
  }

  private static FileColumn stored(
      Types.NestedField column, Type type, MessageType stored, FieldVector vector) {
    if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
      throw new UnusualColumnException(type + " as " + column.type());
    }
    ColumnDescriptor descriptor = stored.getColumnDescription(new String[] {type.getName()});
    return new StoredColumn(
        descriptor, vector, StoredValues.of(type.asPrimitiveType(), column.type(), vector));
  }

  private static @Nullable Type find(MessageType file, int id) {
    for (Type type : file.getFields()) {
      if (type.getId() != null && type.getId().intValue() == id) {
        return type;
      }
    }
    return null;
  }
}
