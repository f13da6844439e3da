/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.iceberg.MetadataColumns;
import org.apache.spark.sql.execution.vectorized.ConstantColumnVector;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;

/** Iceberg's metadata columns of fresh rows, which are in no file yet: null, and not deleted. */
final class FreshMetadata {
  private FreshMetadata() {}

  static boolean isMetadata(String column) {
    return MetadataColumns.isMetadataColumn(column);
  }

  /** The columns as a union scan gives them: those that fresh rows lack are nullable. */
  static StructType schema(StructType lake) {
    StructType schema = new StructType();
    for (StructField field : lake.fields()) {
      boolean isNullable =
          field.nullable() || (isMetadata(field.name()) && !isDeletedMark(field.name()));
      schema =
          schema.add(new StructField(field.name(), field.dataType(), isNullable, field.metadata()));
    }
    return schema;
  }

  static ColumnVector constant(StructField field, int rows) {
    ConstantColumnVector vector = new ConstantColumnVector(rows, field.dataType());
    if (isDeletedMark(field.name())) {
      vector.setNotNull();
      vector.setBoolean(false);
    } else {
      vector.setNull();
    }
    return vector;
  }

  private static boolean isDeletedMark(String column) {
    return column.equals(MetadataColumns.IS_DELETED.name());
  }
}
