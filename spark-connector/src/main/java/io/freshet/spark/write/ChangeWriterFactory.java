/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import io.freshet.table.TableName;
import org.apache.iceberg.PartitionSpec;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Makes the writers of tasks, on the executors.
 *
 * @param transaction null if the job has taken effect already
 * @param partitioning of the table if the job asks for the partitions of its rows
 */
record ChangeWriterFactory(
    String address,
    String table,
    int schemaId,
    @Nullable String transaction,
    StructType row,
    @Nullable StructType key,
    @Nullable PartitionSpec partitioning)
    implements DeltaWriterFactory {
  @Override
  public DeltaWriter<InternalRow> createWriter(int partition, long task) {
    return transaction == null
        ? new SkippedWriter()
        : new ChangeWriter(
            address, TableName.parse(table), schemaId, transaction, row, key, partitioning);
  }
}
