/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.parquet;

import java.util.function.LongUnaryOperator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.parquet.column.ColumnReadStore;
import org.jspecify.annotations.Nullable;

/**
 * A column of row lineage: what is not stored in the file, or is null there, is inherited from the
 * lake's metadata (Iceberg's table specification, "Row Lineage").
 */
final class LineageColumn implements FileColumn {
  private final @Nullable FileColumn stored;
  private final BigIntVector vector;
  private final LongUnaryOperator inherited;

  /**
   * @param stored the column in the file, if it has one
   * @param inherited gives the value at a position of the file
   */
  LineageColumn(@Nullable FileColumn stored, BigIntVector vector, LongUnaryOperator inherited) {
    this.stored = stored;
    this.vector = vector;
    this.inherited = inherited;
  }

  @Override
  public void startRowGroup(ColumnReadStore readers) {
    if (stored != null) {
      stored.startRowGroup(readers);
    }
  }

  @Override
  public void read(WantedRows rows) {
    if (stored != null) {
      stored.read(rows);
    }
    for (int i = 0; i < rows.count(); i++) {
      if (stored == null || vector.isNull(i)) {
        vector.setSafe(i, inherited.applyAsLong(rows.position(i)));
      }
    }
  }
}
