/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming;

import io.freshet.spark.stream.StreamedTable;
import io.freshet.streaming.read.StreamColumns;
import io.freshet.streaming.read.StreamOptions;
import io.freshet.streaming.read.TableStream;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A table with the columns that a stream asked for. */
final class SourceTable implements SupportsRead {
  private final StreamedTable table;
  private final StreamOptions options;
  private final StreamColumns columns;

  SourceTable(StreamedTable table, StreamOptions options, StreamColumns columns) {
    this.table = table;
    this.options = options;
    this.columns = columns;
  }

  @Override
  public String name() {
    return table.name();
  }

  @Override
  public StructType schema() {
    return columns.schema();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.MICRO_BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap unused) {
    return () ->
        new Scan() {
          @Override
          public StructType readSchema() {
            return columns.schema();
          }

          @Override
          public String description() {
            return "FreshetStream(table=" + table.name() + ", options=" + options + ")";
          }

          @Override
          public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
            return new TableStream(table, options, columns, checkpointLocation);
          }
        };
  }
}
