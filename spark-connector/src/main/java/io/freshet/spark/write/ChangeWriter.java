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
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import io.freshet.spark.connection.Connections;
import io.freshet.spark.connection.TaskFailures;
import io.freshet.table.TableName;
import java.util.Arrays;
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
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Sends the rows of one task as they come. */
final class ChangeWriter implements DeltaWriter<InternalRow> {
  private final TableName table;
  private final StructType row;
  private final @Nullable StructType key;
  private final UUID id = UUID.randomUUID();
  private final RowSender rows;
  private final @Nullable RowPartitions partitionOf;
  private final Set<List<@Nullable Object>> partitions = new HashSet<>();

  /**
   * What a task has written, and as which writer.
   *
   * @param partitions that the rows are in, if the job asks for it
   */
  record Written(long rows, UUID writer, Set<List<@Nullable Object>> partitions)
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
    this.table = table;
    this.row = row;
    this.key = key;
    this.partitionOf = partitioning == null ? null : new RowPartitions(partitioning, row);
    checkSchema(address, schemaId);
    this.rows = new RowSender(address, table, transaction, id, row, key);
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
    checkKey(id, newRow);
    rows.upsert(newRow);
  }

  @Override
  public void delete(InternalRow metadata, InternalRow id) {
    rows.delete(id);
  }

  @Override
  public WriterCommitMessage commit() {
    rows.flush();
    return new Written(rows.rows(), id, partitions);
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
    rows.close();
  }

  /** Another key would be another row, and which one wins would depend on the order of tasks. */
  private void checkKey(InternalRow id, InternalRow newRow) {
    if (key == null) {
      throw new IllegalStateException("This write updates no rows");
    }
    List<String> columns = Arrays.asList(row.fieldNames());
    for (int i = 0; i < key.length(); i++) {
      String name = key.fields()[i].name();
      int ordinal = columns.indexOf(name);
      Object before = id.get(i, key.fields()[i].dataType());
      Object after = newRow.get(ordinal, row.fields()[ordinal].dataType());
      if (!Objects.deepEquals(before, after)) {
        throw FreshetException.of(
            UNSUPPORTED,
            "Cannot update column %s of table %s from %s to %s: it is in the primary key. Delete the"
                + " row, and insert it with its new key.",
            name,
            table,
            before,
            after);
      }
    }
  }
}
