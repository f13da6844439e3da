/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.read;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** Reads fresh partitions itself, and leaves all others to Iceberg. */
final class UnionReaderFactory implements PartitionReaderFactory {
  private static final long serialVersionUID = 1L;

  private final PartitionReaderFactory lake;
  private final StructType schema;
  private final boolean isColumnar;

  /**
   * @param isColumnar whether Iceberg reads the lake's partitions as batches; Spark wants all
   *     partitions of a scan alike
   */
  UnionReaderFactory(PartitionReaderFactory lake, StructType schema, boolean isColumnar) {
    this.lake = lake;
    this.schema = schema;
    this.isColumnar = isColumnar;
  }

  @Override
  public boolean supportColumnarReads(InputPartition partition) {
    return fresh(partition) == null ? lake.supportColumnarReads(partition) : isColumnar;
  }

  @Override
  public PartitionReader<ColumnarBatch> createColumnarReader(InputPartition partition) {
    FreshPartition fresh = fresh(partition);
    return fresh == null
        ? lake.createColumnarReader(partition)
        : new FreshBatchReader(fresh, schema);
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    FreshPartition fresh = fresh(partition);
    return fresh == null
        ? lake.createReader(partition)
        : new FreshRowReader(new FreshBatchReader(fresh, schema));
  }

  private static @Nullable FreshPartition fresh(InputPartition partition) {
    if (partition instanceof KeyedFreshPartition keyed) {
      return keyed.rows();
    }
    return partition instanceof FreshPartition fresh ? fresh : null;
  }
}
