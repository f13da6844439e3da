/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark;

import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

/** A table that {@code CREATE} or {@code REPLACE TABLE … AS SELECT} has made and fills now. */
final class FilledTable implements StagedTable, SupportsWrite {
  private final FreshetTable table;
  private final Runnable finish;
  private final Runnable drop;

  /**
   * @param finish is done once it is filled
   * @param drop removes the table and its rows
   */
  FilledTable(FreshetTable table, Runnable finish, Runnable drop) {
    this.table = table;
    this.finish = finish;
    this.drop = drop;
  }

  @Override
  public void commitStagedChanges() {
    finish.run();
  }

  @Override
  public void abortStagedChanges() {
    drop.run();
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return new FirstWrite(table.newWriteBuilder(info));
  }

  @Override
  public String name() {
    return table.name();
  }

  @Override
  public Column[] columns() {
    return table.columns();
  }

  @Override
  public Transform[] partitioning() {
    return table.partitioning();
  }

  @Override
  public Map<String, String> properties() {
    return table.properties();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_WRITE, TableCapability.TRUNCATE);
  }

  /** CREATE OR REPLACE truncates first, what is empty here. */
  private record FirstWrite(WriteBuilder rows) implements SupportsTruncate {
    @Override
    public WriteBuilder truncate() {
      return this;
    }

    @Override
    public Write build() {
      return rows.build();
    }
  }
}
