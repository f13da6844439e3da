/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.read;

import io.freshet.spark.changes.ChangePartition;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** Reads lake files through Iceberg and changes from the server; a batch has one kind of them. */
record StreamReaderFactory(String table, StreamColumns columns) implements PartitionReaderFactory {
  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return partition instanceof LakePartition lake
        ? columns.lakeFilter() == null && lake.readers().supportColumnarReads(lake.partition())
        : partition instanceof ChangePartition;
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    return partition instanceof LakePartition lake
        ? new LakeBatchReader(lake.readers().createColumnarReader(lake.partition()), columns)
        : new LogBatchReader((ChangePartition) partition, table, columns);
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    if (partition instanceof RealTimePartition following) {
      return new RealTimeReader(following, table, columns);
    }
    return partition instanceof RealTimeLakePartition lake
        ? new RealTimeLakeReader(rows(lake.files()), lake.reached(), table)
        : rows((LakePartition) partition);
  }

  private PartitionReader<InternalRow> rows(LakePartition lake) {
    return lake.readers().supportColumnarReads(lake.partition())
        ? new LakeRowReader(
            new BatchRows(lake.readers().createColumnarReader(lake.partition())), columns)
        : new LakeRowReader(lake.readers().createReader(lake.partition()), columns);
  }
}
