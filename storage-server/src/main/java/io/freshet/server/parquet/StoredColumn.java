/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import static java.util.Objects.requireNonNull;

import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.jspecify.annotations.Nullable;

/** A column that is in the file. */
final class StoredColumn implements FileColumn {
  private final ColumnDescriptor descriptor;
  private final FieldVector vector;
  private final StoredValues values;
  private @Nullable ColumnReader reader;

  StoredColumn(ColumnDescriptor descriptor, FieldVector vector, StoredValues values) {
    this.descriptor = descriptor;
    this.vector = vector;
    this.values = values;
  }

  @Override
  public void startRowGroup(ColumnReadStore readers) {
    reader = readers.getColumnReader(descriptor);
  }

  @Override
  public void read(WantedRows rows) {
    ColumnReader from = requireNonNull(reader, "reader");
    int presentLevel = descriptor.getMaxDefinitionLevel();
    int[] wanted = rows.wanted();
    int written = 0;
    for (int row = 0; row < rows.rows(); row++) {
      boolean isPresent = from.getCurrentDefinitionLevel() == presentLevel;
      if (written < wanted.length && wanted[written] == row) {
        if (isPresent) {
          values.copy(from, written);
        } else {
          vector.setNull(written);
        }
        written++;
      } else if (isPresent) {
        from.skip();
      }
      from.consume();
    }
  }
}
