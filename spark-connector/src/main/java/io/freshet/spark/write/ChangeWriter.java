/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.SCHEMA_MISMATCH;

import io.freshet.error.FreshetException;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.table.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Sends the rows of one task as they come. Deletes have a writer of their own, whose changes the
 * commit applies before all rows: the key that one task deletes may be another task's new one.
 */
final class ChangeWriter implements DeltaWriter<InternalRow> {
  private final String address;
  private final TableName table;
  private final String transaction;
  private final StructType row;
  private final @Nullable StructType key;
  private final UUID id = UUID.randomUUID();
  private final UUID deleter = UUID.randomUUID();
  private final RowSender rows;
  private @Nullable RowSender deletes;
  private final @Nullable RowPartitions partitionOf;
  private final Set<List<@Nullable Object>> partitions = new HashSet<>();

  /**
   * What a task has written, and as which writer.
   *
   * @param deleter the writer of its deletes, which come first; null if there are none
   * @param partitions that the rows are in, if the job asks for it
   */
  record Written(
      long rows, UUID writer, @Nullable UUID deleter, Set<List<@Nullable Object>> partitions)
      implements WriterCommitMessage {}

  /**
   * @param partitioning of the table if the job asks for the partitions of its rows
   */
  ChangeWriter(
      String address,
      TableName table,
      int schemaId,
      String transaction,
      StructType row,
      @Nullable StructType key,
      @Nullable PartitionSpec partitioning) {
    this.address = address;
    this.table = table;
    this.transaction = transaction;
    this.row = row;
    this.key = key;
    this.partitionOf = partitioning == null ? null : new RowPartitions(partitioning, row);
    checkSchema(address, schemaId);
    this.rows = new RowSender(address, table, transaction, id, row, null);
  }

  /** Rows come in the columns of the plan; a column that changed since would get wrong values. */
  private void checkSchema(String address, int plannedSchemaId) {
    Schema now =
        TaskFailures.travelling(
                "write to table " + table, () -> Connections.to(address).describeTable(table))
            .schema();
    if (now.schemaId() != plannedSchemaId) {
      throw FreshetException.of(
          SCHEMA_MISMATCH,
          "The columns of table %s have changed to %s since this job was planned with %s: nothing was"
              + " written, run it again",
          table,
          now.columns(),
          row.simpleString());
    }
  }

  @Override
  public void insert(InternalRow newRow) {
    rows.upsert(newRow);
    if (partitionOf != null) {
      partitions.add(partitionOf.of(newRow));
    }
  }

  @Override
  public void update(InternalRow metadata, InternalRow id, InternalRow newRow) {
    if (!hasKey(newRow, id)) {
      deletes().delete(id);
    }
    rows.upsert(newRow);
  }

  @Override
  public void delete(InternalRow metadata, InternalRow id) {
    deletes().delete(id);
  }

  @Override
  public WriterCommitMessage commit() {
    rows.flush();
    if (deletes == null) {
      return new Written(rows.rows(), id, null, partitions);
    }
    deletes.flush();
    return new Written(rows.rows() + deletes.rows(), id, deleter, partitions);
  }

  /** What was sent stays in the transaction, whose commit leaves it out. */
  @Override
  public void abort() {}

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[0];
  }

  @Override
  public void close() {
    try (RowSender unused = deletes) {
      rows.close();
    }
  }

  private RowSender deletes() {
    if (deletes == null) {
      deletes = new RowSender(address, table, transaction, deleter, new StructType(), key);
    }
    return deletes;
  }

  private boolean hasKey(InternalRow changed, InternalRow id) {
    if (key == null) {
      throw new IllegalStateException("This write updates no rows");
    }
    for (int i = 0; i < key.length(); i++) {
      StructField column = key.fields()[i];
      Object before = id.get(i, column.dataType());
      Object after = changed.get(row.fieldIndex(column.name()), column.dataType());
      if (!Objects.deepEquals(before, after)) {
        return false;
      }
    }
    return true;
  }
}
