/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The number of rows of a union snapshot, as the answer to each {@code count(*)} of a query. */
final class CountScan implements LocalScan {
  private final String snapshot;
  private final long rows;
  private final int columns;

  CountScan(String snapshot, long rows, int columns) {
    this.snapshot = snapshot;
    this.rows = rows;
    this.columns = columns;
  }

  @Override
  public InternalRow[] rows() {
    Object[] values = new Object[columns];
    Arrays.fill(values, rows);
    return new InternalRow[] {new GenericInternalRow(values)};
  }

  @Override
  public StructType readSchema() {
    StructType schema = new StructType();
    for (int i = 0; i < columns; i++) {
      schema = schema.add("count(*)_" + i, DataTypes.LongType, false);
    }
    return schema;
  }

  @Override
  public String description() {
    return "FreshetUnionScan(snapshot=" + snapshot + ", count=" + rows + " rows)";
  }
}
