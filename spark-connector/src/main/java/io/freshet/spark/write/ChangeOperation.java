/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.DeltaWriteBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperation;
import org.apache.spark.sql.connector.write.SupportsDelta;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A DELETE, UPDATE or MERGE: reads the rows that it changes, and sends changes by their keys. */
public final class ChangeOperation implements SupportsDelta {
  private final Command command;
  private final List<String> primaryKey;
  private final Function<CaseInsensitiveStringMap, ScanBuilder> scans;
  private final Function<LogicalWriteInfo, ChangeWrite> writes;

  /**
   * @param primaryKey at least one column
   * @param scans union reads of the table
   * @param writes to the same table
   */
  public ChangeOperation(
      RowLevelOperation.Command command,
      List<String> primaryKey,
      Function<CaseInsensitiveStringMap, ScanBuilder> scans,
      Function<LogicalWriteInfo, ChangeWrite> writes) {
    this.command = command;
    this.primaryKey = List.copyOf(primaryKey);
    this.scans = scans;
    this.writes = writes;
  }

  @Override
  public Command command() {
    return command;
  }

  @Override
  public NamedReference[] rowId() {
    return primaryKey.stream().map(Expressions::column).toArray(NamedReference[]::new);
  }

  /** An upsert does both. */
  @Override
  public boolean representUpdateAsDeleteAndInsert() {
    return false;
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return scans.apply(options);
  }

  @Override
  public DeltaWriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return writes.apply(info);
  }

  @Override
  public String description() {
    return "by primary key " + primaryKey;
  }
}
