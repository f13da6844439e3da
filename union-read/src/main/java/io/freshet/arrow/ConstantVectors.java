/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.arrow;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Columns that have one value in all rows. */
public final class ConstantVectors {
  private ConstantVectors() {}

  /**
   * Fills a vector.
   *
   * @param value in Iceberg's generic representation
   * @param vector borrowed; new, and of the type that {@link ArrowSchemas} gives the field
   */
  public static void fill(
      Types.NestedField field, @Nullable Object value, FieldVector vector, int rows) {
    if (value == null) {
      vector.setInitialCapacity(rows);
      vector.allocateNew();
      vector.setValueCount(rows);
      return;
    }
    Schema schema = new Schema(field);
    // Never closed: the vector is another root's.
    ArrowRowAppender appender = new ArrowRowAppender(schema, VectorSchemaRoot.of(vector));
    Record row = GenericRecord.create(schema);
    row.set(0, value);
    for (int i = 0; i < rows; i++) {
      appender.append(row);
    }
    appender.finish();
  }
}
