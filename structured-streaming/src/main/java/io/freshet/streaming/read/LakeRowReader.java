/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import io.freshet.table.ChangeColumns;
import java.io.IOException;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.jspecify.annotations.Nullable;

/** Iceberg's rows that match; in a change feed they are inserts, at no offset. */
final class LakeRowReader implements PartitionReader<InternalRow> {
  private final PartitionReader<InternalRow> lake;
  private final StreamColumns columns;
  private final @Nullable Evaluator filter;
  private final RowView view;
  private final JoinedRow joined = new JoinedRow();
  private final InternalRow insert = new GenericInternalRow(insert());

  LakeRowReader(PartitionReader<InternalRow> lake, StreamColumns columns) {
    this.lake = lake;
    this.columns = columns;
    this.filter = columns.lakeFilter();
    this.view = new RowView(columns.data());
  }

  @Override
  public boolean next() throws IOException {
    while (lake.next()) {
      if (filter == null || filter.eval(view.of(lake.get()))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public InternalRow get() {
    return columns.isChangeFeed() ? joined.apply(lake.get(), insert) : lake.get();
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return lake.currentMetricsValues();
  }

  @Override
  public void close() throws IOException {
    lake.close();
  }

  /** The change type comes first, and nothing else is known. */
  private static Object[] insert() {
    Object[] values = new Object[ChangeColumns.ADDED.size()];
    values[0] = LakeBatchReader.INSERT;
    return values;
  }
}
