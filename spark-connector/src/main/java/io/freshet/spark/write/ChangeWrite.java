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
import java.util.Arrays;
import java.util.Objects;
import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWrite;
import org.apache.spark.sql.connector.write.DeltaWriteBuilder;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One Spark job that writes: an INSERT, or a DELETE, UPDATE or MERGE by primary key. */
public final class ChangeWrite implements DeltaWriteBuilder, DeltaWrite, DeltaBatchWrite {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeWrite.class);

  private final String address;
  private final TableName table;
  private final LogicalWriteInfo info;

  /**
   * @param address of the server
   */
  public ChangeWrite(String address, TableName table, LogicalWriteInfo info) {
    this.address = address;
    this.table = table;
    this.info = info;
  }

  @Override
  public DeltaWrite build() {
    return this;
  }

  @Override
  public DeltaBatchWrite toBatch() {
    return this;
  }

  @Override
  public String description() {
    return "FreshetWrite(table=" + table + ")";
  }

  @Override
  public DeltaWriterFactory createBatchWriterFactory(PhysicalWriteInfo physical) {
    return new ChangeWriterFactory(
        address, table.toString(), info.schema(), info.rowIdSchema().orElse(null));
  }

  /** Nothing is left to do: rows are visible as soon as their task has committed. */
  @Override
  public void commit(WriterCommitMessage[] messages) {}

  @Override
  public void abort(WriterCommitMessage[] messages) {
    long rows =
        Arrays.stream(messages)
            .filter(Objects::nonNull)
            .mapToLong(message -> ((ChangeWriter.Written) message).rows())
            .sum();
    LOG.warn(
        "A job that wrote to table {} failed; at least {} rows that it had written stay there",
        table,
        rows);
  }
}
