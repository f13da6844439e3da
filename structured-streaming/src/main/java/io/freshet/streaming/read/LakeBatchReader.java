/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import io.freshet.table.ChangeType;
import java.io.IOException;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.execution.vectorized.ConstantColumnVector;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;

/** Iceberg's batches; in a change feed their rows are inserts, at no offset. */
final class LakeBatchReader implements PartitionReader<ColumnarBatch> {
  static final UTF8String INSERT = UTF8String.fromString(ChangeType.INSERT.text());

  private final PartitionReader<ColumnarBatch> lake;
  private final StreamColumns columns;

  LakeBatchReader(PartitionReader<ColumnarBatch> lake, StreamColumns columns) {
    this.lake = lake;
    this.columns = columns;
  }

  @Override
  public boolean next() throws IOException {
    return lake.next();
  }

  @Override
  public ColumnarBatch get() {
    ColumnarBatch batch = lake.get();
    if (!columns.isChangeFeed()) {
      return batch;
    }
    StructField[] fields = columns.schema().fields();
    ColumnVector[] vectors = new ColumnVector[fields.length];
    int dataFields = columns.data().fields().length;
    for (int i = 0; i < fields.length; i++) {
      // Where rows are deleted, a batch of Iceberg has their positions too, after its columns.
      vectors[i] = i < dataFields ? batch.column(i) : constant(fields[i], batch.numRows());
    }
    return new ColumnarBatch(vectors, batch.numRows());
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return lake.currentMetricsValues();
  }

  @Override
  public void close() throws IOException {
    lake.close();
  }

  private static ColumnVector constant(StructField field, int rows) {
    ConstantColumnVector vector = new ConstantColumnVector(rows, field.dataType());
    if (field.name().equals(ChangeType.COLUMN)) {
      vector.setNotNull();
      vector.setUtf8String(INSERT);
    } else {
      vector.setNull();
    }
    return vector;
  }
}
