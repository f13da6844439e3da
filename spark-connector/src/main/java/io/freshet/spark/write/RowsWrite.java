/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetException;
import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.spark.sql.connector.write.SupportsDynamicOverwrite;
import org.apache.spark.sql.connector.write.SupportsOverwrite;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.internal.connector.SupportsStreamingUpdateAsAppend;
import org.apache.spark.sql.sources.Filter;

/**
 * An INSERT, or an INSERT OVERWRITE of rows that match a condition or of the partitions that the
 * new rows are in.
 */
public final class RowsWrite
    implements SupportsOverwrite, SupportsDynamicOverwrite, SupportsStreamingUpdateAsAppend {
  private final ChangeWrite rows;
  private final List<String> primaryKey;
  private final PartitionSpec partitioning;
  private final String quotedName;

  /**
   * @param rows writes the new rows
   * @param primaryKey of the table; empty if it has none
   * @param partitioning of the table
   * @param quotedName of the table in SQL, with its catalog
   */
  public RowsWrite(
      ChangeWrite rows, List<String> primaryKey, PartitionSpec partitioning, String quotedName) {
    this.rows = rows;
    this.primaryKey = List.copyOf(primaryKey);
    this.partitioning = partitioning;
    this.quotedName = quotedName;
  }

  @Override
  public WriteBuilder overwrite(Filter[] filters) {
    rows.overwrites(deletes(), FilterColumns.all(filters, quotedName));
    return this;
  }

  @Override
  public WriteBuilder overwriteDynamicPartitions() {
    rows.overwritesPartitions(deletes(), partitioning);
    return this;
  }

  @Override
  public Write build() {
    return rows.build();
  }

  private KeyDeletes deletes() {
    if (primaryKey.isEmpty()) {
      throw FreshetException.of(
          UNSUPPORTED,
          "Cannot overwrite rows of table %s: it has no primary key, so its rows can only be added."
              + " TRUNCATE TABLE %s removes all of them; after it, INSERT INTO.",
          quotedName,
          quotedName);
    }
    return new KeyDeletes(quotedName, primaryKey);
  }
}
