/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;

/** Reads one row: the aggregates of some fresh rows. */
final class FreshAggregateReader implements PartitionReader<InternalRow> {
  private final FreshRowReader rows;
  private final List<ColumnAggregate> aggregates;
  private final int[] ordinals;
  private final Object[] values;
  private boolean isDone;

  /**
   * @param partition whose columns are those of the schema
   */
  FreshAggregateReader(
      FreshPartition partition, StructType schema, List<ColumnAggregate> aggregates) {
    this.rows = new FreshRowReader(new FreshBatchReader(partition, schema));
    this.aggregates = aggregates;
    this.ordinals =
        aggregates.stream()
            .mapToInt(each -> each.column() == null ? -1 : schema.fieldIndex(each.column().name()))
            .toArray();
    this.values = new Object[aggregates.size()];
  }

  @Override
  public boolean next() {
    if (isDone) {
      return false;
    }
    isDone = true;
    for (int i = 0; i < values.length; i++) {
      values[i] = aggregates.get(i).none();
    }
    while (rows.next()) {
      for (int i = 0; i < values.length; i++) {
        values[i] = aggregates.get(i).add(values[i], rows.get(), ordinals[i]);
      }
    }
    return true;
  }

  @Override
  public InternalRow get() {
    return new GenericInternalRow(values);
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return rows.currentMetricsValues();
  }

  @Override
  public void close() {
    rows.close();
  }
}
