/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.changes;

import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;

import io.freshet.client.FreshetClient;
import io.freshet.error.FreshetException;
import io.freshet.protocol.TableDescription;
import io.freshet.protocol.TableOffsets;
import io.freshet.table.ChangeColumns;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.spark.SparkSchemaUtil;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a table that its log has, as of the first scan: the table's columns, and those of
 * {@link ChangeColumns}. Options {@code start} and {@code end} say which, see {@link ChangePoint}.
 */
public final class ChangesTable implements SupportsRead {
  private final String name;
  private final TableDescription description;
  private final FreshetClient client;
  private final Schema schema;
  private @Nullable TableOffsets pinned;

  /**
   * @param name of the table, with its catalog
   * @throws FreshetException UNSUPPORTED if the table has a column named like one of changes
   */
  public ChangesTable(String name, TableDescription description, FreshetClient client) {
    this.name = name;
    this.description = description;
    this.client = client;
    this.schema = ChangeColumns.schema(description.table(), description.schema());
  }

  @Override
  public String name() {
    return name + ".changes";
  }

  @Override
  public StructType schema() {
    return SparkSchemaUtil.convert(schema);
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    TableOffsets now = pin();
    List<ChangeRange> ranges =
        ChangeRange.of(now, from -> client.offsets(description.table(), from), options);
    return new ChangesScanBuilder(client.address(), now, ranges, schema);
  }

  private synchronized TableOffsets pin() {
    if (pinned == null) {
      TableOffsets offsets = client.offsets(description.table());
      if (!offsets.tableId().equals(description.tableId())) {
        throw FreshetException.of(
            TABLE_NOT_FOUND,
            "Table %s was dropped and made again while the query was planned: run the query again",
            description.table());
      }
      pinned = offsets;
    }
    return pinned;
  }
}
