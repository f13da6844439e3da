/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import java.util.Set;
import java.util.UUID;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Leaves out the rows of a job that has taken effect before. */
final class SkippedWriter implements DeltaWriter<InternalRow> {
  @Override
  public void insert(InternalRow row) {}

  @Override
  public void update(InternalRow metadata, InternalRow id, InternalRow row) {}

  @Override
  public void delete(InternalRow metadata, InternalRow id) {}

  @Override
  public WriterCommitMessage commit() {
    return new ChangeWriter.Written(0, new UUID(0, 0), null, Set.of());
  }

  @Override
  public void abort() {}

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return new CustomTaskMetric[0];
  }

  @Override
  public void close() {}
}
