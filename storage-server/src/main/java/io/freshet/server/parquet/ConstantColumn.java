/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import io.freshet.arrow.ConstantVectors;
import org.apache.arrow.vector.FieldVector;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnReadStore;
import org.jspecify.annotations.Nullable;

/**
 * A column that is not in the file, so that all its rows have one value.
 *
 * @param vector borrowed
 * @param value in Iceberg's generic representation
 */
record ConstantColumn(Types.NestedField field, FieldVector vector, @Nullable Object value)
    implements FileColumn {
  @Override
  public void startRowGroup(ColumnReadStore readers) {}

  @Override
  public void read(WantedRows rows) {
    ConstantVectors.fill(field, value, vector, rows.count());
  }
}
